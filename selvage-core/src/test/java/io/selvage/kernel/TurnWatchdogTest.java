package io.selvage.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.LeakCheck;
import io.selvage.kernel.jvm.SpinLock;
import io.selvage.kernel.jvm.Timer;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The watch alone, on a machine whose time and threads are in the hands of the test. */
@ExtendWith(LeakCheck.class)
class TurnWatchdogTest {
  private final List<String> reports = new ArrayList<>();
  private final List<Runnable> apart = new ArrayList<>();
  private final List<Runnable> timers = new ArrayList<>();
  private final SpinLock lock = new SpinLock();
  private final ThreadRecord task = ThreadRecord.current();
  private long now;
  private boolean noTimers;
  private boolean noThreads;
  private Runnable whileArming = () -> {};

  private final Machine machine =
      (Machine)
          Proxy.newProxyInstance(
              Machine.class.getClassLoader(),
              new Class<?>[] {Machine.class},
              (proxy, method, args) ->
                  switch (method.getName()) {
                    case "now" -> now;
                    case "callAt" -> arm((Runnable) args[1]);
                    case "runDetached" -> keep((Runnable) args[0]);
                    default -> throw new UnsupportedOperationException(method.getName());
                  });

  private final TurnWatchdog watch =
      new TurnWatchdog(
          lock,
          machine,
          new TurnWatchdog.Settings(
              10,
              (name, nanos, stack) ->
                  reports.add(nanos + (stack.isEmpty() ? " without a stack" : ""))));

  private @Nullable Object keep(Runnable action) {
    if (noThreads) {
      throw new OutOfMemoryError("unable to create native thread");
    }
    apart.add(action);
    return null;
  }

  private Timer arm(Runnable action) {
    if (noTimers) {
      throw new OutOfMemoryError("unable to create native thread");
    }
    assertThat(SpinLock.holdsNone()).as("armed outside of the lock").isTrue();
    timers.add(action);
    whileArming.run();
    return () -> {
      assertThat(SpinLock.holdsNone()).as("cancelled outside of the lock").isTrue();
      return timers.remove(action);
    };
  }

  private void grant() {
    lock.lock();
    try {
      watch.granted(task);
    } finally {
      lock.unlock();
    }
    watch.arm();
  }

  private void release() {
    lock.lock();
    try {
      watch.released();
    } finally {
      lock.unlock();
    }
  }

  /** The time comes at which the timer fires. */
  private void fire(long time) {
    now = time;
    assertThat(timers).hasSize(1);
    timers.removeFirst().run();
  }

  private void runDetached() {
    apart.forEach(Runnable::run);
    apart.clear();
  }

  @Test
  void aTurnThatIsFoundTwiceIsReportedOnce() {
    grant();
    fire(10);
    runDetached();
    assertThat(reports).isEmpty();
    fire(20);
    fire(30);
    runDetached();
    assertThat(reports).containsExactly("10");
  }

  @Test
  void aReportForWhichThereIsNoMemoryIsMadeByTheNextTimer() {
    grant();
    fire(10);
    noThreads = true;
    fire(20);
    noThreads = false;
    fire(30);
    fire(40);
    runDetached();
    assertThat(reports).containsExactly("20");
  }

  @Test
  void aTurnThatWasHandedOnMeanwhileIsNotReported() {
    grant();
    fire(10);
    grant();
    fire(20);
    runDetached();
    assertThat(reports).isEmpty();
  }

  @Test
  void noTimerIsLeftWhenNoThreadHoldsTheTurn() {
    grant();
    release();
    fire(10);
    assertThat(timers).isEmpty();
    grant();
    assertThat(timers).hasSize(1);
    watch.close();
    assertThat(timers).isEmpty();
    grant();
    assertThat(timers).isEmpty();
  }

  @Test
  void aReportThatComesLateTellsOfTheTurnItIsAbout() {
    grant();
    fire(10);
    fire(20);
    grant(); // it goes on, and another one has the turn
    fire(30);
    now = 31;
    runDetached();
    assertThat(reports).containsExactly("10 without a stack");
  }

  @Test
  void aThreadThatHandsOnATurnIsNotTroubledByAWatchThatCannotBeArmed() {
    noTimers = true;
    grant();
    noTimers = false;
    grant();
    assertThat(timers).hasSize(1);
  }

  @Test
  void aLoopThatEndsWhileItsTimerIsArmedLeavesNoTimer() {
    whileArming = watch::close;
    grant();
    assertThat(timers).isEmpty();
  }

  @Test
  void aTimerThatFiresWhileItIsArmedIsArmedAgain() {
    whileArming =
        () -> {
          whileArming = () -> {};
          fire(10);
        };
    grant();
    fire(20);
    runDetached();
    assertThat(reports).containsExactly("10");
    assertThat(timers).hasSize(1);
  }

  @Test
  void aGrantWhileTheTimerIsArmedDoesNotArmASecondOne() {
    whileArming = this::grant;
    grant();
    assertThat(timers).hasSize(1);
  }

  @Test
  void aTimerThatFiresWhileTheLoopEndsIsNotArmedAgain() {
    grant();
    Runnable firing = timers.removeFirst(); // too late to be cancelled
    watch.close();
    firing.run();
    assertThat(timers).isEmpty();
  }

  @Test
  void aReportThatComesAfterTheTurnWasGivenUpHasNoStack() {
    grant();
    fire(10);
    fire(20);
    release();
    runDetached();
    assertThat(reports).containsExactly("10 without a stack");
  }
}
