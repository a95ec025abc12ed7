package io.selvage.net.server;

import io.selvage.ScopeGroup;
import io.selvage.kernel.Permits;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The places of a server: each open connection has one. */
final class ConnectionLimit {
  /*
   * Protocol. A connection that accept returns has a place; the caller gives it back by release.
   *
   * One listener: its thread acquires the place first, then accepts.
   *
   * Several listeners: a place that one of them held while it waits would be missing for the others. So each of them waits until a place is free, gives it
   * back at once, accepts without one, and takes it afterwards. The thread that takes the last place cancels the accepts of the others, which accept
   * nothing then. A round is registered before its thread looks at used; the other thread counts used up before it cancels the rounds: so either the round
   * finds no place, or it is cancelled. If two accept at the same moment and there is one place, one of the two connections waits for a place.
   *
   *   used      how many connections have a place. Counted up after the place is taken, and down before it is given back, so it is never too high. A
   *             place that a thread has only to see that it is free does not count: otherwise each thread would find the place in the hand of another one,
   *             and all of them would pass it round for ever.
   *
   * Check with: ServerLimitTest, ServerSimulationTest.
   */
  private static final String ACCEPT = "Server.accept";

  private final @Nullable Permits places; // null: unlimited
  private final int most;
  private final boolean oneListener;
  private final AtomicInteger used = new AtomicInteger();
  private final ScopeGroup rounds = new ScopeGroup();

  /**
   * @param most 0 for no limit
   * @param listeners how many there are
   */
  ConnectionLimit(int most, int listeners) {
    this.places = most == 0 ? null : new Permits(most);
    this.most = most;
    this.oneListener = listeners == 1;
  }

  /** Waits for a place and a connection. If this throws, neither is taken. */
  SocketStream accept(SocketListener listener) throws IOException, InterruptedException {
    Permits mine = places;
    if (mine == null) {
      return listener.accept();
    }
    return oneListener ? acceptAlone(mine, listener) : acceptBesideOthers(mine, listener);
  }

  private SocketStream acceptAlone(Permits mine, SocketListener listener)
      throws IOException, InterruptedException {
    mine.acquire(ACCEPT, listener);
    SocketStream accepted = null;
    try {
      accepted = listener.accept();
      used.incrementAndGet();
      return accepted;
    } finally {
      if (accepted == null) {
        mine.release();
      }
    }
  }

  private SocketStream acceptBesideOthers(Permits mine, SocketListener listener)
      throws IOException, InterruptedException {
    while (true) {
      mine.acquire(ACCEPT, listener);
      mine.release();
      SocketStream accepted = acceptWhileFree(listener);
      if (accepted != null) {
        takePlace(mine, listener, accepted);
        return accepted;
      }
    }
  }

  /** Returns null if there is no free place any more. */
  private @Nullable SocketStream acceptWhileFree(SocketListener listener)
      throws IOException, InterruptedException {
    AtomicReference<@Nullable SocketStream> accepted = new AtomicReference<>();
    boolean over = false;
    try {
      var unused =
          rounds.run(
              () -> {
                if (used.get() < most) {
                  accepted.set(listener.accept());
                }
              });
      over = true;
      return accepted.get();
    } finally {
      SocketStream left = over ? null : accepted.get();
      if (left != null) {
        left.close();
      }
    }
  }

  private void takePlace(Permits mine, SocketListener listener, SocketStream accepted)
      throws IOException, InterruptedException {
    boolean taken = false;
    boolean told = false;
    try {
      taken = mine.tryAcquire();
      if (!taken) {
        mine.acquire(ACCEPT, listener);
        taken = true;
      }
      if (used.incrementAndGet() == most) {
        var unused = rounds.cancel("the limit of connections is reached");
      }
      told = true;
    } finally {
      if (!told) {
        giveBack(taken, accepted);
      }
    }
  }

  private void giveBack(boolean taken, SocketStream accepted) throws IOException {
    try {
      accepted.close();
    } finally {
      if (taken) {
        release();
      }
    }
  }

  /** A connection has ended. */
  void release() {
    Permits mine = places;
    if (mine != null) {
      used.decrementAndGet();
      mine.release();
    }
  }
}
