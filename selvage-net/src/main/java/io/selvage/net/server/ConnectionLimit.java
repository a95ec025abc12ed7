package io.selvage.net.server;

import io.selvage.ScopeGroup;
import io.selvage.kernel.Permits;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The places of a server: each open connection has one. */
final class ConnectionLimit {
  /*
   * Protocol. A connection that accept returns has a place; the caller gives it back by release.
   *
   * One listener: its thread acquires the place first, then accepts.
   *
   * Several listeners: a place that one of them held while it waits would be missing for the others. So each of them waits until a place is free, accepts
   * without one, and takes it afterwards. The thread that takes the last place cancels the accepts of the others, which accept nothing then. A round is
   * registered before its thread looks for a free place; the other thread takes the place before it cancels the rounds: so either the round finds no place,
   * or it is cancelled. If two accept at the same moment and there is one place, one of the two connections waits for a place.
   *
   * Check with: ServerLimitTest.
   */
  private static final String ACCEPT = "Server.accept";

  private final @Nullable Permits places; // null: unlimited
  private final boolean oneListener;
  private final ScopeGroup rounds = new ScopeGroup();

  /**
   * @param most 0 for no limit
   * @param listeners how many there are
   */
  ConnectionLimit(int most, int listeners) {
    this.places = most == 0 ? null : new Permits(most);
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

  private static SocketStream acceptAlone(Permits mine, SocketListener listener)
      throws IOException, InterruptedException {
    mine.acquire(ACCEPT, listener);
    SocketStream accepted = null;
    try {
      accepted = listener.accept();
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
      SocketStream accepted = acceptWhileFree(mine, listener);
      if (accepted != null) {
        takePlace(mine, listener, accepted);
        return accepted;
      }
    }
  }

  /** Returns null if there is no free place any more. */
  private @Nullable SocketStream acceptWhileFree(Permits mine, SocketListener listener)
      throws IOException, InterruptedException {
    Optional<Optional<SocketStream>> round =
        rounds.call(
            () ->
                mine.available() == 0
                    ? Optional.<SocketStream>empty()
                    : Optional.of(listener.accept()));
    return round.flatMap(Function.identity()).orElse(null);
  }

  private void takePlace(Permits mine, SocketListener listener, SocketStream accepted)
      throws IOException, InterruptedException {
    boolean taken = mine.tryAcquire();
    try {
      if (!taken) {
        mine.acquire(ACCEPT, listener);
        taken = true;
      }
    } finally {
      if (!taken) {
        accepted.close();
      }
    }
    if (mine.available() == 0) {
      var unused = rounds.cancel("the limit of connections is reached");
    }
  }

  /** A connection has ended. */
  void release() {
    Permits mine = places;
    if (mine != null) {
      mine.release();
    }
  }
}
