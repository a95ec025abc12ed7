package io.selvage.net.poll;

import io.selvage.kernel.Completion;
import io.selvage.kernel.Log;
import io.selvage.kernel.Machine;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.jvm.Daemons;
import io.selvage.kernel.jvm.EventSource;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Selects: it tells the {@link Readiness} of each channel what is possible. It has a thread for
 * that, unless the library has carriers of its own, which then select when they have nothing to
 * run.
 */
final class Poller implements Runnable, EventSource {
  /*
   * Protocol.
   *
   *   state     RUNNING ──the poller, before it selects──▶ SELECTING ──the poller, at the first ready channel or afterwards──▶ RUNNING
   *             SELECTING ──a thread that needs a look at its changes, by CAS──▶ WOKEN: this thread, and no other, wakes the selector
   *             any ──wake──▶ WOKEN: a select that comes then does not wait
   *             A change that is made before the poller has set SELECTING is seen by the select that follows. A change after that finds SELECTING, or is
   *             made by a thread that finds WOKEN, whose wake-up is still to come.
   *   users     channels that are registered, or about to be; guarded by LOCK. A channel is counted before it is registered.
   *   leaving   channels that were closed and whose descriptors some threads wait for; added under LOCK, in which the channel is also counted out. The poller
   *             takes them after it has set SELECTING, so either it finds them, or the thread that adds one finds SELECTING and wakes the selector.
   *   taken     the same, taken by the poller: the next select that succeeds releases their descriptors. It does not wait. Then the threads are told.
   *   current   the poller that takes new channels, or null; guarded by LOCK. The poller ends when it had no user for the idle time: it looks once more under
   *             LOCK, and takes itself out of current, so that no channel can come afterwards. No channel leaves afterwards, either: all have left.
   *
   * On carriers of the library "the poller" is the carrier that selects; there is one at a time, and the next one sees what the last one has written.
   *
   * Interest is one-shot: the poller takes it back when it has been met. So a channel that is ready and not used costs one look. The JDK applies changes of
   * interest at the next select, without a system call by the thread that makes them.
   *
   * Nothing ends the poller but the idle time. A select that fails is tried again after a pause, which grows while it goes on failing. Only the first
   * failure of such a row is logged. An interrupt, which can only come from a program that looks for this thread, is cleared: with the flag set no
   * select would wait.
   *
   * Check with: PollerTest, ReadinessTest.
   */
  private static final long IDLE_MILLIS = 5_000;
  private static final int MOST_PAUSES = 100; // of 1 ms each
  private static final int RUNNING = 0;
  private static final int SELECTING = 1;
  private static final int WOKEN = 2;

  /** A channel whose descriptor a thread waits for. */
  static final class Leaving {
    final Completion<Boolean> released = new Completion<>();
    @Nullable Leaving next; // guarded by LOCK; of a chain that was taken: the poller only
  }

  private static final Object LOCK = new Object();
  private static @Nullable Poller current;

  private final Selector selector;
  private final long idleMillis;
  private final Consumer<Throwable> report;
  private final AtomicInteger state = new AtomicInteger(RUNNING);
  private final Consumer<SelectionKey> ready = this::ready;
  private int users; // guarded by LOCK
  private volatile @Nullable Leaving leaving; // written under LOCK
  private @Nullable Leaving taken; // the poller only
  private long idleSince; // the poller only
  private boolean idle; // the poller only
  private int failures; // in a row; the poller only

  /**
   * Creates it, without a thread.
   *
   * @param selector is closed when it ends
   * @param idleMillis after which it ends
   * @param report gets the first failure of a row
   */
  Poller(Selector selector, long idleMillis, Consumer<Throwable> report) {
    this.selector = selector;
    this.idleMillis = idleMillis;
    this.report = report;
  }

  private static void log(Throwable failure) {
    Log.error("the poller of the network cannot select; it tries again", failure);
  }

  // ---- any thread

  /** {@return a poller that counts one channel more; the caller calls {@link #leave} in the end} */
  static Poller enter() throws IOException {
    synchronized (LOCK) {
      Poller running = current;
      if (running == null) {
        running = startOne();
        current = running;
      }
      running.users++;
      return running;
    }
  }

  /** {@return the poller that takes new channels, or null; for tests} */
  static @Nullable Poller current() {
    synchronized (LOCK) {
      return current;
    }
  }

  /** {@return whether it has ended, and its selector is closed; for tests} */
  boolean hasEnded() {
    return !selector.isOpen();
  }

  private static Poller startOne() throws IOException {
    Selector opened = Selector.open();
    boolean started = false;
    try {
      Poller made = new Poller(opened, IDLE_MILLIS, Poller::log);
      if (!Threads.install(made)) {
        Daemons.start("selvage-poller", made);
      }
      started = true;
      return made;
    } finally {
      if (!started) {
        opened.close();
      }
    }
  }

  /** A channel is not registered any more, or never was. Lets the poller release its descriptor. */
  void leave() {
    synchronized (LOCK) {
      users--;
    }
    lookAgain();
  }

  /**
   * As {@link #leave}; returns when the descriptor is released. That takes about one system call of
   * the poller.
   *
   * @param mine is new
   * @param operation the name of the wait, for dumps
   * @param owner what is closed, for dumps
   */
  void leaveAndAwait(Leaving mine, String operation, Object owner) {
    synchronized (LOCK) {
      users--;
      mine.next = leaving;
      leaving = mine;
    }
    lookAgain();
    var unused = mine.released.awaitInAnyCase(operation, owner);
  }

  /**
   * Registers a channel for nothing yet.
   *
   * @return null if another readiness has registered it
   */
  @Nullable SelectionKey register(SelectableChannel channel, Readiness readiness)
      throws IOException {
    synchronized (channel.blockingLock()) {
      SelectionKey known = channel.keyFor(selector);
      return known != null && known.isValid() ? null : channel.register(selector, 0, readiness);
    }
  }

  /** Makes the poller see the changes that the calling thread has made. */
  void lookAgain() {
    if (state.get() == SELECTING && state.compareAndSet(SELECTING, WOKEN)) {
      selector.wakeup();
    }
  }

  @Override
  public void wake() {
    if (state.getAndSet(WOKEN) == SELECTING) {
      selector.wakeup();
    }
  }

  // ---- the poller

  @Override
  public void run() {
    while (!mayEnd()) {
      if (!select(idle ? idleMillis : 0)) {
        pause();
      }
    }
  }

  @Override
  public boolean await(long nanos) {
    if (mayEnd()) {
      Threads.remove(this);
      return true;
    }
    return select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
  }

  @Override
  public void look() {
    var unused = select(-1);
  }

  /**
   * Selects once. Returns false if that has failed.
   *
   * @param millis the longest time; 0 without a limit, negative not to wait
   */
  @SuppressWarnings("InterruptedExceptionSwallowed") // see the protocol
  private boolean select(long millis) {
    try {
      var unused = Thread.interrupted();
      boolean waits = millis >= 0 && state.compareAndSet(RUNNING, SELECTING);
      takeLeaving();
      if (taken != null) {
        selector.selectNow(ready);
        tellLeaving();
      } else if (waits) {
        selector.select(ready, millis);
      } else {
        selector.selectNow(ready);
      }
      failures = 0;
      return true;
    } catch (Throwable failure) {
      // The heap is full, or the system has failed. What was ready still is: the next select
      // finds it.
      hasFailed(failure);
      return false;
    } finally {
      state.set(RUNNING);
    }
  }

  private void takeLeaving() {
    if (leaving != null && taken == null) {
      synchronized (LOCK) {
        taken = leaving;
        leaving = null;
      }
    }
  }

  private void tellLeaving() {
    for (Leaving next = taken; next != null; next = taken) {
      taken = next.next; // the others are told later if this throws
      next.released.complete(true);
    }
  }

  private void hasFailed(Throwable failure) {
    state.set(RUNNING);
    if (failures == 0 && !(failure instanceof OutOfMemoryError)) {
      report.accept(failure);
    }
    failures = Math.min(MOST_PAUSES, failures + 1);
  }

  private void pause() {
    try {
      ThreadRecord self = ThreadRecord.current();
      for (int i = 0; i < failures; i++) {
        var unused = self.machine().pause(self, true);
      }
    } catch (OutOfMemoryError stillFull) {
      Thread.onSpinWait();
    }
  }

  private void ready(SelectionKey key) {
    state.setPlain(RUNNING);
    if (key.attachment() instanceof Readiness readiness) {
      readiness.happened(key);
    }
  }

  /** Returns whether no channel comes any more, and releases the selector then. */
  private boolean mayEnd() {
    long now = Machine.real().now();
    synchronized (LOCK) {
      if (users > 0 || leaving != null || taken != null) {
        idle = false;
        return false;
      }
      if (!idle) {
        idle = true;
        idleSince = now;
        return false;
      }
      if (now - idleSince < TimeUnit.MILLISECONDS.toNanos(idleMillis)) {
        return false;
      }
      if (current == this) {
        current = null;
      }
    }
    try {
      selector.close();
    } catch (Throwable failure) {
      Log.error("the poller of the network cannot close its selector", failure);
    }
    return true;
  }
}
