package io.selvage.kernel;

import static io.selvage.Threads.awaitBlocked;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.LeakCheck;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class GroupMembersTest {
  private final GroupMembers children = new GroupMembers(null);
  private final ThreadRecord self = ThreadRecord.current();

  private Region task() {
    Thread never = Thread.ofVirtual().unstarted(() -> {});
    return ThreadRecord.forTask(never, Scheduler.parallel(), self.root(), "task", failure -> {})
        .root();
  }

  private Region admitted() {
    assertThat(children.admit()).isPositive();
    Region task = task();
    children.add(task);
    return task;
  }

  private List<Region> live() {
    List<Region> found = new ArrayList<>();
    children.forEachLive(found::add);
    return found;
  }

  private void awaitEnd() {
    children.awaitEnd(self, "a test", () -> {});
  }

  @Test
  void numbersTasksFromOne() {
    assertThat(children.admit()).isEqualTo(1);
    assertThat(children.admit()).isEqualTo(2);
    assertThat(children.live()).isEqualTo(2);
    children.finish(null);
    children.finish(null);
    assertThat(children.admit()).isEqualTo(3);
    children.finish(null);
    assertThat(children.live()).isZero();
  }

  @Test
  void admitsNoTaskOnceItHasEnded() {
    assertThat(children.ended()).isFalse();
    awaitEnd();
    assertThat(children.ended()).isTrue();
    assertThat(children.admit()).isEqualTo(-1);
    assertThat(children.live()).isZero();
    assertThat(children.ended()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void endsWhenTheLastTaskHas(Kind kind) throws Exception {
    Region first = admitted();
    Region second = admitted();
    Running<Void> owner =
        kind.run(() -> children.awaitEnd(ThreadRecord.current(), "a test", () -> {}));
    awaitBlocked(owner.thread());
    children.finish(first);
    assertThat(owner.isDone()).isFalse();
    assertThat(children.ended()).isFalse();
    children.finish(second);
    owner.get();
    assertThat(children.ended()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void aTaskForkedByTheLastOneIsWaitedForToo(Kind kind) throws Exception {
    Region first = admitted();
    Running<Void> owner =
        kind.run(() -> children.awaitEnd(ThreadRecord.current(), "a test", () -> {}));
    awaitBlocked(owner.thread());
    Region second = admitted();
    children.finish(first);
    assertThat(owner.isDone()).isFalse();
    children.finish(second);
    owner.get();
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptOfTheOwnerIsReportedAndDoesNotEndTheWait(Kind kind) throws Exception {
    Region task = admitted();
    AtomicInteger interrupts = new AtomicInteger();
    Running<Void> owner =
        kind.run(
            () -> children.awaitEnd(ThreadRecord.current(), "a test", interrupts::incrementAndGet));
    awaitBlocked(owner.thread());
    owner.thread().interrupt();
    Threads.awaitCondition("it is reported", () -> interrupts.get() == 1);
    assertThat(children.ended()).isFalse();
    children.finish(task);
    owner.get();
  }

  @Test
  void knowsTheLiveOnesOnly() {
    Region a = admitted();
    Region b = admitted();
    Region c = admitted();
    children.finish(b);
    assertThat(live()).containsExactly(c, a);
  }

  @Test
  void keepsMemoryBoundedByTheLiveOnes() {
    Deque<Region> live = new ArrayDeque<>();
    for (int i = 0; i < 10; i++) {
      live.add(admitted());
    }
    for (int i = 0; i < 100_000; i++) {
      live.add(admitted());
      children.finish(live.poll());
      assertThat(children.linked()).isLessThan(300);
    }
    assertThat(live()).containsExactlyInAnyOrderElementsOf(live);
  }

  @Test
  void keepsNothingOnceItHasEnded() {
    children.finish(admitted());
    awaitEnd();
    assertThat(children.linked()).isZero();
  }

  @Test
  void keepsTheOldOnesThatLiveWhileYoungerOnesEnd() {
    Region old = admitted();
    for (int i = 0; i < 10_000; i++) {
      children.finish(admitted());
    }
    assertThat(live()).containsExactly(old);
    assertThat(children.linked()).isLessThan(200);
  }

  @ParameterizedTest
  @EnumSource
  void admissionsRacingWithTheEndAreEitherWaitedForOrRefused(Kind kind) throws Exception {
    for (int round = 0; round < 500; round++) {
      GroupMembers racing = new GroupMembers(null);
      AtomicInteger unfinished = new AtomicInteger();
      AtomicInteger seenAtEnd = new AtomicInteger(-1);
      CountDownLatch go = new CountDownLatch(1);
      Running<Void> forker =
          kind.run(
              () -> {
                Threads.await(go);
                for (int i = 0; i < 5; i++) {
                  unfinished.incrementAndGet();
                  if (racing.admit() < 0) {
                    unfinished.decrementAndGet();
                    return;
                  }
                  assertThat(racing.ended()).isFalse();
                  unfinished.decrementAndGet();
                  racing.finish(null);
                }
              });
      Running<Void> owner =
          kind.run(
              () -> {
                Threads.await(go);
                racing.awaitEnd(ThreadRecord.current(), "a test", () -> {});
                seenAtEnd.set((int) racing.live());
              });
      go.countDown();
      forker.get();
      owner.get();
      assertThat(seenAtEnd).hasValue(0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWalkMissesNoTaskWhileOthersAreSwept(Kind kind) throws Exception {
    Region first = admitted();
    List<Region> keep = Collections.synchronizedList(new ArrayList<>(List.of(first)));
    Running<Void> forker =
        kind.run(
            () -> {
              for (int i = 0; i < 20_000; i++) {
                children.finish(admitted());
                if (i % 4_000 == 0) {
                  keep.add(admitted());
                }
              }
            });
    while (!forker.isDone()) {
      List<Region> before = List.copyOf(keep);
      assertThat(live()).containsAll(before);
    }
    forker.get();
  }
}
