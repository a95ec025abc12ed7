package io.selvage.net;

import io.selvage.ClosedResourceException;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.net.poll.Readiness;
import io.selvage.select.Trigger;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Datagrams over a channel of the JDK. */
final class ChannelUdpSocket implements UdpSocket {
  /*
   * Protocol. A datagram is taken from the system with a buffer that is longer than any datagram, so the system never cuts it.
   *
   *   left     datagrams that were taken by a receive whose buffer was too small. The next receive takes them first. A thread that adds one wakes a waiting
   *            thread afterwards. A thread reads the number of looks, looks here, and waits for another look: so none is lost between the two.
   *   closed   is the state of the channel.
   *
   * Check with: UdpSocketTest.
   */
  private static final String RECEIVE = "UdpSocket.receive";
  private static final String SEND = "UdpSocket.send";
  private static final int LONGEST = 65_535; // as the header of UDP can say; the system allows less

  private final DatagramChannel channel;
  private final Readiness readiness;
  private final InetSocketAddress local;
  private final @Nullable InetSocketAddress remote;
  private final Queue<Datagram> left = new ConcurrentLinkedQueue<>();

  private ChannelUdpSocket(DatagramChannel channel) throws IOException {
    this.channel = channel;
    this.readiness = new Readiness(channel);
    this.local = (InetSocketAddress) Objects.requireNonNull(channel.getLocalAddress());
    this.remote = (InetSocketAddress) channel.getRemoteAddress();
  }

  static UdpSocket bind(InetSocketAddress local) throws IOException {
    requireResolved(local, "local");
    return open("bind a UDP socket to " + local, channel -> channel.bind(local));
  }

  static UdpSocket connect(InetSocketAddress remote) throws IOException {
    requireResolved(remote, "remote");
    return open("connect a UDP socket to " + remote, channel -> channel.connect(remote));
  }

  /** What is done with a new channel. */
  private interface Opening {
    DatagramChannel prepare(DatagramChannel channel) throws IOException;
  }

  private static UdpSocket open(String what, Opening opening) throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    boolean made = false;
    try {
      channel.configureBlocking(false);
      ChannelUdpSocket socket = new ChannelUdpSocket(opening.prepare(channel));
      made = true;
      return socket;
    } catch (IOException e) {
      throw new IOException("cannot " + what + ": " + e.getMessage(), e);
    } finally {
      if (!made) {
        channel.close();
      }
    }
  }

  private static void requireResolved(InetSocketAddress address, String argument) {
    if (Objects.requireNonNull(address, argument).isUnresolved()) {
      throw new IllegalArgumentException(
          argument + " must be resolved, was " + address + "; resolve the name first");
    }
  }

  // ---- receiving

  @Override
  public Datagram receive() throws IOException, InterruptedException {
    ThreadRecord self = begin(RECEIVE);
    while (true) {
      int looks = readiness.inputLooks();
      Datagram taken = take(self);
      if (taken != null) {
        return taken;
      }
      readiness.awaitInput(looks, RECEIVE, this);
    }
  }

  @Override
  public InetSocketAddress receive(ByteBuffer into) throws IOException, InterruptedException {
    if (Objects.requireNonNull(into, "into").isReadOnly()) {
      throw new IllegalArgumentException("into must not be read-only: it gets the bytes");
    }
    Datagram datagram = receive();
    byte[] bytes = datagram.bytes();
    if (bytes.length > into.remaining()) {
      left.add(datagram);
      readiness.wakeInput();
      throw new FrameTooLongException(
          datagram + " is longer than the room of the buffer, " + into.remaining() + " bytes");
    }
    into.put(bytes);
    return datagram.remote();
  }

  @Override
  public Optional<Datagram> tryReceive() throws IOException {
    Step.before("UdpSocket.tryReceive");
    if (!channel.isOpen()) {
      throw closed(null);
    }
    try {
      return Optional.ofNullable(takeNow());
    } catch (ClosedChannelException e) {
      throw closed(e);
    }
  }

  private @Nullable Datagram take(ThreadRecord self) throws IOException, InterruptedException {
    try {
      return takeNow();
    } catch (ClosedChannelException e) {
      self.preferOwnCancellation();
      throw closed(e);
    }
  }

  private @Nullable Datagram takeNow() throws IOException {
    Datagram kept = left.poll();
    if (kept != null) {
      return kept;
    }
    ByteBuffer chunk = Buffers.borrow();
    try {
      Step.reserveStack();
      SocketAddress from = channel.receive(chunk);
      if (from == null) {
        return null;
      }
      byte[] bytes = new byte[chunk.flip().remaining()];
      chunk.get(bytes);
      return new Datagram(bytes, (InetSocketAddress) from);
    } finally {
      Buffers.giveBack(chunk);
    }
  }

  @Override
  public Trigger onReadable() throws IOException {
    Step.reserveStack();
    Trigger clause = readiness.onInput("await a datagram of " + this);
    if (!left.isEmpty()) {
      readiness.wakeInput();
    }
    return clause;
  }

  // ---- sending

  @Override
  public void send(ByteBuffer from, InetSocketAddress to) throws IOException, InterruptedException {
    Objects.requireNonNull(from, "from");
    requireResolved(to, "to");
    if (remote != null && !remote.equals(to)) {
      throw new IllegalArgumentException("to must be " + remote + " for " + this + ", was " + to);
    }
    ThreadRecord self = begin(SEND);
    int count = from.remaining();
    if (count > LONGEST) {
      throw new FrameTooLongException(
          "a datagram has at most " + LONGEST + " bytes, this one would have " + count);
    }
    try {
      while (!sendNow(from, to)) {
        readiness.awaitOutput(SEND, this);
      }
    } catch (ClosedChannelException e) {
      self.preferOwnCancellation();
      throw closed(e);
    } catch (PortUnreachableException e) {
      throw e; // it tells of an earlier datagram
    } catch (IOException e) {
      throw new IOException(
          this + " cannot send " + count + " bytes to " + to + ": " + e.getMessage(), e);
    }
  }

  /** Returns false if there is no room. */
  private boolean sendNow(ByteBuffer from, InetSocketAddress to) throws IOException {
    Step.reserveStack();
    int before = from.remaining();
    int sent = channel.send(from, to);
    return sent > 0 || before == 0; // an empty datagram needs no room that could be missing
  }

  private ThreadRecord begin(String operation) throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin(operation);
    if (!channel.isOpen()) {
      self.preferOwnCancellation();
      throw closed(null);
    }
    return self;
  }

  // ---- the rest

  @Override
  public InetSocketAddress localAddress() {
    return local;
  }

  @Override
  public Optional<InetSocketAddress> remoteAddress() {
    return Optional.ofNullable(remote);
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    Objects.requireNonNull(option, "option");
    try {
      return channel.getOption(option);
    } catch (ClosedChannelException e) {
      throw closed(e);
    }
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    Objects.requireNonNull(option, "option");
    Objects.requireNonNull(value, "value");
    try {
      var unused = channel.setOption(option, value);
    } catch (ClosedChannelException e) {
      throw closed(e);
    }
  }

  @Override
  public void close() throws IOException {
    Step.before("UdpSocket.close");
    readiness.closeChannel();
  }

  /** {@return how many threads wait for a datagram; the number may have changed already} */
  int waiting() {
    return readiness.waitingForInput();
  }

  private ClosedResourceException closed(@Nullable ClosedChannelException cause) {
    ClosedResourceException closed = new ClosedResourceException(this + " was closed");
    if (cause != null) {
      closed.initCause(cause);
    }
    return closed;
  }

  @Override
  public String toString() {
    return "UdpSocket[" + local + (remote == null ? "" : " to " + remote) + "]";
  }
}
