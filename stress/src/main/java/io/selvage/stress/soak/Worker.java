package io.selvage.stress.soak;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.stress.soak.Crew.Work;
import java.time.Duration;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A thread that does its work in scopes, which are cancelled and run out of time, until the round
 * is over. It is interrupted from outside, too.
 */
final class Worker implements Runnable {
  private static final int STEPS = 20;
  private static final int LONGEST_MICROS = 2_000;

  private final Round round;
  private final Work work;
  private final SplittableRandom random;
  private final Thread thread;
  private volatile @Nullable CancelScope target;

  Worker(Round round, String name, boolean virtual, Work work, SplittableRandom random) {
    this.round = round;
    this.work = work;
    this.random = random;
    Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform();
    this.thread = builder.name(name).unstarted(this);
  }

  void start() {
    thread.start();
  }

  /** Cancels what it is doing; returns whether it is in a scope. */
  boolean cancel() {
    CancelScope scope = target;
    return scope != null && scope.cancel("soak");
  }

  /** Interrupts its thread. */
  void interrupt() {
    thread.interrupt();
  }

  /** {@return whether it has ended within this time} */
  boolean join(Duration time) throws InterruptedException {
    return thread.join(time);
  }

  @Override
  public void run() {
    while (!round.isOver()) {
      CancelScope scope =
          random.nextInt(4) == 0
              ? CancelScope.moveOnAfter(Duration.ofNanos(1_000L * random.nextInt(LONGEST_MICROS)))
              : CancelScope.create();
      try {
        boolean completed = scope.run(() -> runSteps(scope));
        round.ended(!completed);
      } catch (CancelledException e) {
        round.failed(this, e); // no scope has caught it
      } catch (InterruptedException e) {
        round.ended(true);
      } catch (RuntimeException | Error e) {
        round.failed(this, e);
      }
      target = null;
    }
  }

  private void runSteps(CancelScope scope) throws InterruptedException {
    target = scope;
    for (int i = 0; i < STEPS && !round.isOver(); i++) {
      round.began();
      work.step(random);
    }
  }

  @Override
  public String toString() {
    return thread.getName();
  }
}
