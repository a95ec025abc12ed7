package io.selvage.net;

import io.selvage.ClosedResourceException;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Log;
import io.selvage.kernel.Permits;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.net.poll.Readiness;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A listener over a channel of the JDK: TCP or a Unix socket. */
final class ChannelListener implements SocketListener {
  /*
   * Protocol.
   *
   *   turn      one permit: its holder, and no other thread, accepts and waits for the channel. So connections go to the longest-waiting thread.
   *             A thread that throws has accepted nothing, or has closed what it accepted.
   *   closing   null ──close, by the first caller──▶ true. Then the readiness is closed, which wakes the holder of the turn; it finds closing and passes
   *             the turn on. A pause waits for closing, too.
   *   released  null ──the first closer, when the descriptor is released──▶ true. A later closer waits for that.
   *   pause, lastTrouble, inARow   used by the holder of the turn.
   *
   * The descriptor of a channel that was registered is released by the poller. close waits for that, as only then the address is free.
   *
   * Trouble: accept, or the start of the poller, fails although the channel is open. Mostly the process or the system has no descriptor or no memory for
   * a connection, which stays in the queue of the system; the channel stays ready. Whatever it is, it may pass, and no other listener could do better. So
   * the holder of the turn pauses, longer each time, and tries again. It is logged unless it was logged or seen within the last QUIET. The exceptions of
   * the JDK tell errors apart by their text only, which depends on the language of the system. So the text decides nothing but this: a failure that is
   * known to concern one connection is not logged, and costs a pause only once in a row of AT_ONCE.
   *
   * Check with: ChannelListenerTest, DescriptorShortageTest, AcceptCancelTest.
   */
  private static final String ACCEPT = "SocketListener.accept";
  private static final String CLOSE = "SocketListener.close";
  private static final long SHORTEST_PAUSE = Duration.ofMillis(5).toNanos();
  private static final long LONGEST_PAUSE = Duration.ofSeconds(1).toNanos();
  private static final long QUIET = Duration.ofMinutes(1).toNanos();
  private static final int AT_ONCE = 64;

  private final ServerSocketChannel channel;
  private final Readiness readiness;
  private final SocketAddress local;
  private final Permits turn = new Permits(1);
  private final Completion<Boolean> closing = new Completion<>();
  private final Completion<Boolean> released = new Completion<>();
  private final Runnable releasing; // made here: a close may find the heap full
  private long lastTrouble; // the holder of the turn
  private long pause = SHORTEST_PAUSE; // the holder of the turn
  private int inARow; // failures of one connection each; the holder of the turn

  private ChannelListener(ServerSocketChannel channel, SocketAddress local) {
    this.channel = channel;
    this.readiness = new Readiness(channel);
    this.local = local;
    this.releasing = () -> readiness.releaseAndAwait(CLOSE, this);
  }

  // ---- opening

  /** {@return a listener at an address whose type was checked} */
  static ChannelListener open(SocketAddress address, ListenOptions options) throws IOException {
    boolean listens = false;
    ServerSocketChannel channel = null;
    try {
      channel = channelFor(address);
      channel.configureBlocking(false);
      channel.bind(address, options.backlog());
      if (address instanceof UnixDomainSocketAddress unix && options.mode().isPresent()) {
        setMode(unix.getPath(), options.mode().get());
      }
      SocketAddress bound =
          address instanceof UnixDomainSocketAddress ? address : channel.getLocalAddress();
      ChannelListener listener = new ChannelListener(channel, bound);
      listens = true;
      return listener;
    } catch (IOException e) {
      throw SocketFailures.at("cannot listen at", address, e);
    } finally {
      if (!listens && channel != null) {
        channel.close();
      }
    }
  }

  private static ServerSocketChannel channelFor(SocketAddress address) throws IOException {
    if (address instanceof UnixDomainSocketAddress) {
      return ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    }
    ServerSocketChannel channel = ServerSocketChannel.open();
    boolean made = false;
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      made = true;
      return channel;
    } finally {
      if (!made) {
        channel.close();
      }
    }
  }

  /** Sets the mode of the file that this listener has made; removes the file if that fails. */
  static void setMode(Path path, Set<PosixFilePermission> mode) throws IOException {
    boolean set = false;
    try {
      Files.setPosixFilePermissions(path, mode);
      set = true;
    } finally {
      if (!set) {
        Files.deleteIfExists(path);
      }
    }
  }

  // ---- accepting

  @Override
  public SocketStream accept() throws IOException, InterruptedException {
    turn.acquire(ACCEPT, this);
    try {
      return acceptInTurn(ThreadRecord.current());
    } finally {
      turn.release();
    }
  }

  private SocketStream acceptInTurn(ThreadRecord self) throws IOException, InterruptedException {
    boolean triedTwice = false;
    while (true) {
      if (closing.isDone()) {
        throw closed(self, null);
      }
      try {
        SocketStream accepted = tryAccept();
        if (accepted != null) {
          return accepted;
        }
        if (triedTwice) {
          readiness.awaitInput(ACCEPT, this);
          pause = SHORTEST_PAUSE;
        } else {
          triedTwice = true;
          self.scheduler().letOthersRun(self);
        }
      } catch (ClosedChannelException e) {
        throw closed(self, e);
      } catch (IOException e) {
        recover(self, e);
      }
      self.checkpoint();
    }
  }

  /** Returns null if there is no connection now. */
  private @Nullable SocketStream tryAccept() throws IOException {
    SocketChannel accepted = channel.accept();
    inARow = 0;
    if (accepted == null) {
      return null;
    }
    pause = SHORTEST_PAUSE;
    try {
      return ChannelStream.over(accepted);
    } catch (IOException e) {
      return null; // it was reset meanwhile, and is closed
    }
  }

  private void recover(ThreadRecord self, IOException failure) throws InterruptedException {
    if (SocketFailures.concernsOneConnection(failure)) {
      inARow++;
      if (inARow % AT_ONCE == 0) {
        pause(self, SHORTEST_PAUSE);
      }
      return;
    }
    long now = self.scheduler().now();
    if (lastTrouble == 0 || now - lastTrouble > QUIET) {
      Log.warning(
          SocketListener.class,
          this
              + " cannot accept connections now ("
              + failure.getMessage()
              + "); it tries again until it can");
    }
    lastTrouble = now == 0 ? 1 : now;
    pause(self, pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }

  private void pause(ThreadRecord self, long nanos) throws InterruptedException {
    var unused = closing.await(ACCEPT, this, self.scheduler().now() + nanos);
  }

  private ClosedResourceException closed(ThreadRecord self, @Nullable ClosedChannelException cause)
      throws InterruptedException {
    self.preferOwnCancellation();
    ClosedResourceException closed =
        new ClosedResourceException("cannot accept at " + this + ": it was closed");
    if (cause != null) {
      closed.initCause(cause);
    }
    return closed;
  }

  // ---- the rest

  @Override
  public SocketAddress localAddress() {
    return local;
  }

  @Override
  public void close() throws IOException {
    Step.before(CLOSE);
    if (!closing.complete(true)) {
      var unused = released.awaitInAnyCase(CLOSE, this);
      return;
    }
    try {
      closeChannel();
    } finally {
      try {
        Exhaustion.insist(releasing);
      } finally {
        released.complete(true);
      }
    }
  }

  private void closeChannel() throws IOException {
    try {
      readiness.close();
    } finally {
      channel.close();
    }
  }

  @Override
  public String toString() {
    return "SocketListener["
        + SocketFailures.text(local)
        + (closing.isDone() ? ", closed" : "")
        + "]";
  }
}
