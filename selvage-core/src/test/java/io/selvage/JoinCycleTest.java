package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class JoinCycleTest {

  @Test
  void aTaskThatJoinsItselfIsRefused() throws Exception {
    AtomicReference<Task<?>> self = new AtomicReference<>();
    AtomicReference<Throwable> seen = new AtomicReference<>();
    TaskGroup.run(
        g -> {
          CountDownLatch set = new CountDownLatch(1);
          self.set(
              g.launch(
                  "me",
                  () -> {
                    Threads.await(set);
                    seen.set(catchThrowable(() -> self.get().join()));
                  }));
          set.countDown();
        });
    assertThat(seen.get())
        .isInstanceOfSatisfying(
            JoinCycleException.class,
            e -> assertThat(e.cycle()).containsExactly("group/me", "group/me"))
        .hasMessageContaining("group/me -> group/me");
  }

  private static void joinAndNoteACycle(Task<?> task, List<JoinCycleException> seen)
      throws InterruptedException {
    try {
      task.join();
    } catch (JoinCycleException e) {
      seen.add(e);
    }
  }

  @Test
  void aCycleIsFoundWhenItIsClosedAndItsMessageNamesTheTasksInOrder() throws Exception {
    int length = 4;
    AtomicReferenceArray<Task<?>> tasks = new AtomicReferenceArray<>(length);
    List<JoinCycleException> seen = Collections.synchronizedList(new ArrayList<>());
    TaskGroup.run(
        g -> {
          CountDownLatch set = new CountDownLatch(1);
          for (int i = 0; i < length; i++) {
            int next = (i + 1) % length;
            tasks.set(
                i,
                g.launch(
                    "t" + i,
                    () -> {
                      Threads.await(set);
                      joinAndNoteACycle(tasks.get(next), seen);
                    }));
          }
          set.countDown();
        });
    assertThat(seen).isNotEmpty();
    for (JoinCycleException e : seen) {
      List<String> cycle = e.cycle();
      assertThat(cycle).hasSize(length + 1);
      assertThat(cycle.getFirst()).isEqualTo(cycle.getLast());
      for (int i = 0; i < length; i++) {
        int from = Integer.parseInt(cycle.get(i).substring("group/t".length()));
        assertThat(cycle.get(i + 1)).isEqualTo("group/t" + (from + 1) % length);
      }
      assertThat(e).hasMessageContaining(String.join(" -> ", cycle));
    }
  }

  @Test
  void twoTasksThatJoinEachOtherAtOnceNeverHang() throws Exception {
    for (int round = 0; round < 300; round++) {
      AtomicReferenceArray<Task<?>> tasks = new AtomicReferenceArray<>(2);
      List<JoinCycleException> seen = Collections.synchronizedList(new ArrayList<>());
      TaskGroup.run(
          g -> {
            CountDownLatch set = new CountDownLatch(1);
            for (int i = 0; i < 2; i++) {
              int other = 1 - i;
              tasks.set(
                  i,
                  g.launch(
                      () -> {
                        Threads.await(set);
                        joinAndNoteACycle(tasks.get(other), seen);
                      }));
            }
            set.countDown();
          });
      assertThat(seen).isNotEmpty();
    }
  }

  @Test
  void aTaskThatJoinsTheTaskAroundItsGroupIsRefused() throws Exception {
    AtomicReference<Task<?>> outer = new AtomicReference<>();
    AtomicReference<Throwable> seen = new AtomicReference<>();
    CountDownLatch set = new CountDownLatch(1);
    TaskGroup.VoidBody<InterruptedException> inner =
        h ->
            h.launch(
                "child",
                () -> {
                  Threads.await(set);
                  seen.set(catchThrowable(() -> outer.get().join()));
                });
    TaskGroup.run(
        g -> {
          outer.set(g.launch("outer", () -> TaskGroup.options().withName("inner").run(inner)));
          set.countDown();
        });
    assertThat(seen.get())
        .isInstanceOfSatisfying(
            JoinCycleException.class,
            e ->
                assertThat(e.cycle()).containsExactly("inner/child", "group/outer", "inner/child"));
  }

  @Test
  void aTaskThatJoinsTheTaskThatWaitsForItsStartNeverHangs() throws Exception {
    for (int round = 0; round < 100; round++) {
      AtomicReference<Task<?>> starter = new AtomicReference<>();
      List<JoinCycleException> seen = Collections.synchronizedList(new ArrayList<>());
      TaskGroup.StartBody<String> child =
          status -> {
            joinAndNoteACycle(starter.get(), seen);
            status.started("all the same");
          };
      TaskGroup.run(
          g -> {
            CountDownLatch set = new CountDownLatch(1);
            starter.set(
                g.launch(
                    "starter",
                    () -> {
                      Threads.await(set);
                      try {
                        g.start("child", child);
                      } catch (JoinCycleException e) {
                        seen.add(e);
                      }
                    }));
            set.countDown();
          });
      assertThat(seen)
          .isNotEmpty()
          .allSatisfy(e -> assertThat(e.cycle()).contains("group/starter", "group/child"));
    }
  }

  @Test
  void aChainWithoutACycleIsJoined() throws Exception {
    TaskGroup.run(
        g -> {
          Task<Integer> last = g.fork(() -> 0);
          for (int i = 0; i < 50; i++) {
            Task<Integer> before = last;
            last = g.fork(() -> before.join() + 1);
          }
          assertThat(last.join()).isEqualTo(50);
        });
  }

  @Test
  void joiningATaskThatHasEndedIsNoCycle() throws Exception {
    TaskGroup.run(
        g -> {
          Task<Integer> a = g.fork(() -> 1);
          awaitCondition("it ends", a::isDone);
          Task<Integer> b = g.fork(() -> a.join() + a.join());
          assertThat(b.join()).isEqualTo(2);
        });
  }

  @Test
  void aJoinThatTimedOutDoesNotCountAnyMore() throws Exception {
    AtomicReference<Task<Integer>> first = new AtomicReference<>();
    TaskGroup.run(
        g -> {
          CountDownLatch set = new CountDownLatch(1);
          CountDownLatch timedOut = new CountDownLatch(1);
          Task<Integer> second =
              g.fork(
                  () -> {
                    Threads.await(timedOut);
                    return first.get().join() + 1;
                  });
          first.set(
              g.fork(
                  () -> {
                    Threads.await(set);
                    CancelScope.moveOnAfter(Duration.ofMillis(1)).call(() -> second.join());
                    timedOut.countDown();
                    return 1;
                  }));
          set.countDown();
          assertThat(second.join()).isEqualTo(2);
        });
  }

  @Test
  void aThreadThatIsNoTaskClosesNoCycle() throws Exception {
    TaskGroup.run(
        g ->
            assertThatThrownBy(
                    () ->
                        g.forkUnsupervised(
                                "bad", () -> failWith(new IllegalStateException("no cycle")))
                            .join())
                .isNotInstanceOf(JoinCycleException.class));
  }
}
