package io.selvage.kernel;

import static io.selvage.Threads.awaitBlocked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.LeakCheck;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.kernel.TestCause.TestCancelled;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class RegionTest {
  private static final TestCause WHY = new TestCause("why");
  private static final TestCause OTHER = new TestCause("other");

  private final ThreadRecord self = ThreadRecord.current();
  private final Deque<Region> entered = new ArrayDeque<>();

  private Region enter(boolean shield) {
    Region region = self.enter("scope", shield, null);
    self.entered(region, null);
    entered.push(region);
    return region;
  }

  private void leave() {
    self.leave(entered.pop(), false);
  }

  @AfterEach
  void leaveAll() {
    while (!entered.isEmpty()) {
      leave();
    }
  }

  @Test
  void theRootOfAThreadThatIsNoTaskHasNoParentAndNoCause() {
    assertThat(self.region()).isSameAs(self.root());
    assertThat(self.root().parent()).isNull();
    assertThat(self.root().cause()).isNull();
    assertThat(self.root().scope()).isNull();
    assertThat(self.root().record()).isSameAs(self);
    assertThat(self.root().outerCancelled()).isFalse();
  }

  @Test
  void enteringMakesARegionTheInnermostAndLeavingTheRegionAroundItAgain() {
    Region outer = enter(false);
    Region inner = enter(false);
    assertThat(self.region()).isSameAs(inner);
    assertThat(inner.parent()).isSameAs(outer);
    assertThat(outer.parent()).isSameAs(self.root());
    leave();
    assertThat(self.region()).isSameAs(outer);
    assertThat(outer.inner).isNull();
  }

  @Test
  void cancelReachesEverythingBelow() {
    Region outer = enter(false);
    Region middle = enter(false);
    Region inner = enter(false);
    middle.cancel(WHY);
    assertThat(outer.cause()).isNull();
    assertThat(middle.cause()).isSameAs(WHY);
    assertThat(inner.cause()).isSameAs(WHY);
    assertThat(inner.outerCancelled()).isTrue();
    assertThat(middle.outerCancelled()).isFalse();
  }

  @Test
  void theFirstCauseStays() {
    Region region = enter(false);
    region.cancel(WHY);
    region.cancel(OTHER);
    assertThat(region.cause()).isSameAs(WHY);
  }

  @Test
  void theWalkDoesNotEnterShields() {
    Region outer = enter(false);
    Region shield = enter(true);
    Region inner = enter(false);
    outer.cancel(WHY);
    assertThat(outer.cause()).isSameAs(WHY);
    assertThat(shield.cause()).isNull();
    assertThat(inner.cause()).isNull();
    assertThat(shield.isShield()).isTrue();
    assertThat(shield.outerCancelled()).isFalse();
    shield.cancel(OTHER);
    assertThat(inner.cause()).isSameAs(OTHER);
  }

  @Test
  void aShieldHidesInterruptsFromTheRegionsInItButNotFromItsTasks() {
    assertThat(enter(false).hidesInterrupts()).isFalse();
    Region shield = enter(true);
    assertThat(shield.hidesInterrupts()).isTrue();
    assertThat(enter(false).hidesInterrupts()).isTrue();
    Thread never = Thread.ofVirtual().unstarted(() -> {});
    ThreadRecord task =
        ThreadRecord.forTask(never, Scheduler.parallel(), shield, "task", failure -> {});
    assertThat(task.root().hidesInterrupts()).isFalse();
  }

  @Test
  void aRegionEnteredBelowACancelledOneIsCancelledButAShieldIsNot() {
    enter(false).cancel(WHY);
    assertThat(enter(true).cause()).isNull();
    leave();
    assertThat(enter(false).cause()).isSameAs(WHY);
  }

  @Test
  void theCauseOfTheOuterOneWinsOverTheOwnOneOnEntry() {
    enter(false).cancel(WHY);
    Region inner = self.enter("scope", false, null);
    entered.push(inner);
    self.entered(inner, OTHER);
    assertThat(inner.cause()).isSameAs(WHY);
  }

  @Test
  void everyOperationThrowsAgainWhileTheRegionIsCancelled() {
    enter(false).cancel(WHY);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(self::checkpoint).isInstanceOf(TestCancelled.class);
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
  }

  @Test
  void leavingARegionThatIsNotTheInnermostIsRefused() {
    Region outer = enter(false);
    enter(false);
    assertThatThrownBy(() -> self.leave(outer, false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("innermost");
    assertThatThrownBy(() -> self.leave(self.root(), false))
        .isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @EnumSource
  void aRegionThatWasLeftIsNotReachedByALateCancel(Kind kind) throws Exception {
    Region region = enter(false);
    leave();
    kind.complete(() -> region.cancel(WHY));
    self.checkpoint();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aHundredThousandNestedRegionsAreCancelledWithoutRecursion(Kind kind) throws Exception {
    int depth = 100_000;
    Region outermost = enter(false);
    for (int i = 1; i < depth; i++) {
      enter(false);
    }
    kind.complete(() -> outermost.cancel(WHY));
    assertThat(self.region().cause()).isSameAs(WHY);
    assertThat(entered).allMatch(region -> region.cause() == WHY);
    assertThatThrownBy(self::checkpoint).isInstanceOf(TestCancelled.class);
    leaveAll();
    self.checkpoint();
  }

  @Test
  void aHundredThousandNestedRegionsThatWereNotToldLeaveNoInterruptBehind() throws Exception {
    for (int i = 0; i < 100_000; i++) {
      enter(false);
    }
    entered.peekLast().cancel(WHY);
    leaveAll();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    self.checkpoint();
  }

  @ParameterizedTest
  @EnumSource
  void cancelReachesTheTasksOfAGroupAndTheirInnerRegions(Kind kind) throws Exception {
    GroupMembers children = new GroupMembers(null);
    Region group = self.enter("group", false, children);
    entered.push(group);
    CountDownLatch inside = new CountDownLatch(2);
    Running<?>[] tasks = new Running<?>[2];
    for (int i = 0; i < 2; i++) {
      tasks[i] =
          kind.run(
              () -> {
                ThreadRecord task =
                    ThreadRecord.forTask(
                        Thread.currentThread(), Scheduler.parallel(), group, "task", failure -> {});
                children.add(task.root());
                assertThat(task.begin()).isTrue();
                Region inner = task.enter("inner", false, null);
                task.entered(inner, null);
                inside.countDown();
                try {
                  new WaitNode(task, "test", "a test").await(WaitNode.NEVER);
                } finally {
                  task.leave(inner, true);
                  task.end();
                }
              });
    }
    Threads.await(inside);
    group.cancel(WHY);
    for (Running<?> task : tasks) {
      assertThat(task.failure()).isInstanceOf(TestCancelled.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aThreadInForeignCodeIsInterruptedAndOneInAWaitIsNot(Kind kind) throws Exception {
    CountDownLatch ready = new CountDownLatch(1);
    Region[] region = new Region[1];
    Running<Boolean> waiting =
        kind.start(
            () -> {
              ThreadRecord record = ThreadRecord.current();
              region[0] = record.enter("scope", false, null);
              ready.countDown();
              try {
                new WaitNode(record, "test", "a test").await(WaitNode.NEVER);
              } catch (TestCancelled e) {
                return region[0].wasInterrupted();
              } finally {
                record.leave(region[0], false);
              }
              return null;
            });
    Threads.await(ready);
    awaitBlocked(waiting.thread());
    region[0].cancel(WHY);
    assertThat(waiting.get()).isFalse();

    CountDownLatch ready2 = new CountDownLatch(1);
    Running<Boolean> foreign =
        kind.start(
            () -> {
              ThreadRecord record = ThreadRecord.current();
              region[0] = record.enter("scope", false, null);
              ready2.countDown();
              try {
                Threads.blockInForeignCode();
              } catch (InterruptedException e) {
                record.retract(region[0]);
                return region[0].wasInterrupted();
              } finally {
                record.leave(region[0], false);
              }
              return null;
            });
    Threads.await(ready2);
    awaitBlocked(foreign.thread());
    region[0].cancel(WHY);
    assertThat(foreign.get()).isTrue();
  }

  @Test
  void aWokenTaskFindsTheOthersCancelled() {
    List<Region> tasks = new ArrayList<>();
    List<Boolean> allCancelled = new ArrayList<>();
    Scheduler parallel = Scheduler.parallel();
    Scheduler telling =
        (Scheduler)
            Proxy.newProxyInstance(
                Scheduler.class.getClassLoader(),
                new Class<?>[] {Scheduler.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("ready")) {
                    allCancelled.add(tasks.stream().allMatch(it -> it.cause() != null));
                    return null;
                  }
                  return method.invoke(parallel, arguments);
                });
    GroupMembers children = new GroupMembers(null);
    Region group = self.enter("group", false, children);
    entered.push(group);
    for (int i = 0; i < 3; i++) {
      Thread never = Thread.ofVirtual().unstarted(() -> {});
      ThreadRecord task = ThreadRecord.forTask(never, telling, group, "task", failure -> {});
      task.setWaiting(new WaitNode(task, "test", "a test"));
      children.add(task.root());
      tasks.add(task.root());
    }
    group.cancel(WHY);
    assertThat(allCancelled).containsExactly(true, true, true);
  }
}
