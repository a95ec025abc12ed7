package io.selvage.kernel;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.EnteredScope;
import io.selvage.LeakCheck;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class ThreadRegistryTest {
  private static final RealMachine MACHINE = RealMachine.INSTANCE;

  private static boolean isRoot(ThreadRecord record) {
    return MACHINE.roots().contains(record);
  }

  @ParameterizedTest
  @EnumSource
  void anAdoptedThreadIsARootWhileItIsInARegion(Kind kind) throws Exception {
    kind.complete(
        () -> {
          ThreadRecord self = ThreadRecord.current();
          assertThat(isRoot(self)).isFalse();
          try (EnteredScope entered = CancelScope.create().enter()) {
            assertThat(isRoot(self)).isTrue();
          }
          assertThat(isRoot(self)).isFalse();
        });
  }

  @Test
  void theOldestComesFirst() throws Exception {
    int threads = 40; // more than there are rings
    CountDownLatch inside = new CountDownLatch(threads);
    CountDownLatch release = new CountDownLatch(1);
    List<Running<Void>> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      all.add(
          Kind.VIRTUAL.run(
              () -> {
                try (EnteredScope entered = CancelScope.create().enter()) {
                  inside.countDown();
                  io.selvage.Threads.await(release);
                }
              }));
    }
    io.selvage.Threads.await(inside);
    List<Long> ids = MACHINE.roots().stream().map(root -> root.thread.threadId()).toList();
    release.countDown();
    for (Running<Void> each : all) {
      each.get();
    }
    assertThat(ids).hasSizeGreaterThanOrEqualTo(threads).isSorted();
  }

  @Test
  void aThreadThatEndedInsideOfARegionIsNoRoot() throws Exception {
    ThreadRecord[] record = new ThreadRecord[1];
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  record[0] = ThreadRecord.current();
                  Region left = record[0].enter(this, false, null);
                  record[0].entered(left, null);
                });
    thread.join();
    assertThat(record[0].isInUse()).isTrue();
    assertThat(isRoot(record[0])).isFalse();
  }

  @Test
  void aTaskIsNoRoot() throws Exception {
    io.selvage.TaskGroup.run(
        group -> {
          ThreadRecord owner = ThreadRecord.current();
          group.launch(
              () -> {
                ThreadRecord self = ThreadRecord.current();
                assertThat(self.isTask()).isTrue();
                assertThat(isRoot(self)).isFalse();
                assertThat(isRoot(owner)).isTrue();
              });
        });
  }

  @Test
  void aServiceIsARootUntilItsEnd() {
    ThreadRecord[] record = new ThreadRecord[1];
    CountDownLatch release = new CountDownLatch(1);
    Threads.start(
        "service",
        false,
        () -> {
          record[0] = ThreadRecord.current();
          io.selvage.Threads.await(release);
        });
    awaitCondition(
        "it is there",
        () -> MACHINE.roots().stream().anyMatch(it -> it.thread.getName().equals("service")));
    release.countDown();
    awaitCondition(
        "it is gone",
        () -> MACHINE.roots().stream().noneMatch(it -> it.thread.getName().equals("service")));
    assertThat(record[0].isService()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsKeptOfThreadsThatHaveEnded(Kind kind) throws Exception {
    int threads = 500;
    List<WeakReference<ThreadRecord>> records = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      records.add(new WeakReference<>(kind.call(ThreadRecord::current)));
    }
    awaitCondition(
        "all records are gone",
        () -> {
          System.gc();
          return records.stream().allMatch(each -> each.refersTo(null));
        });
    awaitCondition(
        "what stood for them, too",
        () -> {
          var unused = MACHINE.roots();
          return MACHINE.adopted() < threads;
        });
  }

  @ParameterizedTest
  @EnumSource
  void threadsThatAreGoneAreTakenOutByLaterOnes(Kind kind) throws Exception {
    int before = MACHINE.adopted();
    for (int i = 0; i < 1000; i++) {
      kind.complete(() -> assertThat(ThreadRecord.current()).isNotNull());
    }
    assertThat(MACHINE.adopted() - before).isLessThan(200);
  }

  @Test
  void anAdoptionTakesOutMoreThanItAdds() throws Exception {
    ThreadRegistry roots = new ThreadRegistry();
    int many = 1000;
    for (int i = 0; i < many; i++) {
      roots.adopt(stranger());
    }
    awaitCondition(
        "those who come later take out those that are gone",
        () -> {
          System.gc();
          for (int i = 0; i < many / 3; i++) {
            roots.adopt(stranger());
          }
          return roots.adopted() < many / 2;
        });
  }

  private static ThreadRecord stranger() {
    return ThreadRecord.forThread(Thread.currentThread(), Scheduler.parallel(), failure -> {});
  }
}
