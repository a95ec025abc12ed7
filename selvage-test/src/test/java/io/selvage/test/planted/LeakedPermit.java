package io.selvage.test.planted;

import static java.time.Duration.ofMillis;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.service.CloseSignal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Permit leak on timeout: a task that gives up waiting does not notice that it was given a permit
 * at that moment, and the permit is lost.
 */
final class LeakedPermit {
  private LeakedPermit() {}

  /** Permits, handed over to the longest-waiting task. */
  private abstract static class Permits {
    private int free = 1; // guarded by this
    private final Deque<CloseSignal> waiters = new ArrayDeque<>(); // guarded by this

    boolean acquire(Duration patience) throws InterruptedException {
      CloseSignal handedOver = new CloseSignal();
      if (!enqueue(handedOver)) {
        return true;
      }
      boolean acquired = false;
      try {
        acquired = handedOver.await(patience);
      } finally {
        if (!acquired) {
          giveUp(handedOver);
        }
      }
      return acquired;
    }

    private synchronized boolean enqueue(CloseSignal waiter) {
      if (free > 0) {
        free--;
        return false;
      }
      return waiters.add(waiter);
    }

    abstract void giveUp(CloseSignal waiter);

    synchronized boolean dequeue(CloseSignal waiter) {
      return waiters.remove(waiter);
    }

    void release() {
      CloseSignal next = nextOrFree();
      if (next != null) {
        next.close("handed over");
      }
    }

    private synchronized CloseSignal nextOrFree() {
      CloseSignal next = waiters.poll();
      if (next == null) {
        free++;
      }
      return next;
    }

    synchronized int free() {
      return free;
    }
  }

  private static final class Leaking extends Permits {
    @Override
    void giveUp(CloseSignal waiter) {
      dequeue(waiter); // BUG: if it is not in there any more, it was given a permit
    }
  }

  private static final class PassingOn extends Permits {
    @Override
    void giveUp(CloseSignal waiter) {
      if (!dequeue(waiter)) {
        release();
      }
    }
  }

  static void buggy() throws Exception {
    run(new Leaking());
  }

  static void mended() throws Exception {
    run(new PassingOn());
  }

  private static void run(Permits permits) throws Exception {
    TaskGroup.run(
        group -> {
          for (int i = 1; i <= 3; i++) {
            Duration patience = ofMillis(10 * i);
            group.launch(
                "client " + i,
                () -> {
                  if (permits.acquire(patience)) {
                    Selvage.sleep(ofMillis(10));
                    permits.release();
                  }
                });
          }
        });
    if (permits.free() != 1) {
      throw new AssertionError("all is over, free permits: " + permits.free());
    }
  }
}
