package io.selvage.net;

import io.selvage.kernel.Completion;
import io.selvage.kernel.Permits;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.jvm.Daemons;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The look-ups of host names, each on a thread of its own, because the system's call blocks. */
final class NameLookups {
  /*
   * Protocol.
   *
   *   running   the look-ups under way, by name: a second thread that asks for the same name waits for the first look-up. Added by putIfAbsent of the thread
   *             that starts it, removed by the thread that runs it, before it completes the look-up. So an answer is never older than the question, except
   *             for a question that comes while the look-up is under way.
   *   places    a look-up that was started holds one, until it ends. The thread that asks acquires it, and can be cancelled meanwhile.
   *
   * A thread that is cancelled leaves the look-up alone. As a look-up is shared and the number of threads is limited, a program that asks for one name
   * again and again, and gives up each time, has one thread.
   *
   * Between the putIfAbsent and the start nothing waits. If the start fails, the look-up fails with it for all.
   *
   * Check with: NameLookupsTest.
   */
  private static final int MOST = 64;
  private static final String RESOLVE = "Network.resolve";

  /** The call of the system. */
  @FunctionalInterface
  interface Resolver {
    InetAddress[] resolve(String host) throws IOException;
  }

  /** One look-up, for any number of threads. Its fields are written before the end. */
  private static final class Lookup {
    final Completion<Boolean> end = new Completion<>();
    List<InetAddress> addresses = List.of();
    @Nullable Throwable failure;
  }

  private final Resolver resolver;
  private final ConcurrentHashMap<String, Lookup> running = new ConcurrentHashMap<>();
  private final Permits places;

  NameLookups() {
    this(InetAddress::getAllByName, MOST);
  }

  /**
   * @param resolver blocks
   * @param most how many may be under way
   */
  NameLookups(Resolver resolver, int most) {
    this.resolver = resolver;
    this.places = new Permits(most);
  }

  List<InetAddress> resolve(String host) throws IOException, InterruptedException {
    Lookup lookup = running.get(host);
    if (lookup == null) {
      lookup = begin(host);
    }
    var unused = lookup.end.await(RESOLVE, host, WaitNode.NEVER);
    Throwable failure = lookup.failure;
    if (failure != null) {
      throw failed(host, failure);
    }
    return lookup.addresses;
  }

  private Lookup begin(String host) throws InterruptedException {
    places.acquire(RESOLVE, host);
    boolean started = false;
    try {
      Lookup mine = new Lookup();
      Lookup other = running.putIfAbsent(host, mine);
      if (other != null) {
        return other;
      }
      start(host, mine);
      started = true;
      return mine;
    } finally {
      if (!started) {
        places.release();
      }
    }
  }

  private void start(String host, Lookup mine) {
    try {
      Daemons.start("selvage-lookup", () -> lookUp(host, mine));
    } catch (RuntimeException | Error noThread) {
      mine.failure = noThread;
      end(host, mine);
      throw noThread;
    }
  }

  /** On the thread of the look-up. */
  private void lookUp(String host, Lookup mine) {
    try {
      mine.addresses = List.of(resolver.resolve(host));
    } catch (Throwable failure) {
      mine.failure = failure;
    }
    places.release();
    end(host, mine);
  }

  private void end(String host, Lookup mine) {
    running.remove(host, mine);
    mine.end.complete(true);
  }

  /** Each thread gets an exception of its own, because several may wait for one look-up. */
  private static IOException failed(String host, Throwable failure) {
    String message = "cannot resolve host '" + host + "': " + failure.getMessage();
    IOException own =
        failure instanceof UnknownHostException
            ? new UnknownHostException(message)
            : new IOException(message);
    own.initCause(failure);
    return own;
  }

  /** {@return how many look-ups are under way; for tests} */
  int running() {
    return running.size();
  }

  @Override
  public String toString() {
    return "NameLookups[" + running.size() + " running, " + places + "]";
  }
}
