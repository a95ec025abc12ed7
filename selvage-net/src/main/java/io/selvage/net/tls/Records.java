package io.selvage.net.tls;

import io.selvage.net.ByteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * The records of one connection: what the engine makes of bytes, and the bytes of the transport.
 */
final class Records {
  /*
   * Protocol. Each side is used by one thread at a time; TlsStream says which. The engine itself may be used by both sides at once.
   *
   *   input    incoming   ciphertext that was taken from the transport. It is never given back, and never lost: a wait is cancelled before it is taken.
   *            plain      the rest of a record that was longer than the buffer of the program; null if there is none
   *            ended      the transport has ended
   *   output   outgoing   records that were wrapped. The engine has counted them, so they are sent in their order, whole, or nothing is sent any more.
   *
   * Memory for what comes is there before the engine or the transport is asked, so that nothing is lost if there is none.
   */
  /** The transport has ended before the engine has. */
  static final class CutOffException extends SSLException {
    private static final long serialVersionUID = 1L;

    CutOffException(String message) {
      super(message);
    }
  }

  private static final ByteBuffer[] NOTHING = {ByteBuffer.allocate(0)};
  private static final int LEAST_ROOM = 1 << 14;
  private static final int MOST_BUFFERS = 16;
  private static final int MOST_TRIES = 16;

  final SSLEngine engine;
  private final ByteStream transport;
  private final Ciphertext incoming = new Ciphertext();
  private final Ciphertext outgoing = new Ciphertext();
  private @Nullable ByteBuffer plain;
  private boolean ended;
  private boolean begun;
  private volatile int packetSize; // the engine wraps only if there is so much room

  Records(SSLEngine engine, ByteStream transport) {
    this.engine = engine;
    this.transport = transport;
    this.packetSize = engine.getSession().getPacketBufferSize();
  }

  // ---- the handshake, which uses both sides

  /** Does the handshake, or goes on with one whose wait was cancelled. */
  void handshake() throws IOException, InterruptedException {
    if (!begun) {
      engine.beginHandshake();
      begun = true;
    }
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> runTasks();
        case NEED_WRAP -> {
          if (!hasRoom()) {
            send();
          }
          if (wrap(NOTHING, 0, 1).getStatus() == Status.CLOSED) {
            throw new SSLHandshakeException("the connection was closed during the handshake");
          }
        }
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          send();
          unwrapHandshake();
        }
        case NOT_HANDSHAKING, FINISHED -> {
          if (!leavesTickets()) {
            send();
          }
          return;
        }
      }
    }
  }

  /**
   * {@return whether all that is left are tickets for other sessions} The client does not wait for
   * them: it may be sending, and receive nothing before that is done.
   */
  private boolean leavesTickets() {
    return !engine.getUseClientMode()
        && engine.getSession().getProtocol().equals(TlsVersion.TLS_1_3.jdkName());
  }

  private void unwrapHandshake() throws IOException, InterruptedException {
    SSLEngineResult result = unwrapInto(NOTHING[0]);
    switch (result.getStatus()) {
      case BUFFER_UNDERFLOW -> {
        if (ended) {
          throw new CutOffException("the connection has ended during the handshake");
        }
        fetch();
      }
      case BUFFER_OVERFLOW ->
          throw new SSLHandshakeException("data of the application came during the handshake");
      case CLOSED ->
          throw new SSLHandshakeException("the other end has closed during the handshake");
      case OK -> {}
    }
  }

  void runTasks() {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  // ---- input

  /** Waits for ciphertext, and takes it. Holds no large buffer while it waits. */
  void fetch() throws IOException, InterruptedException {
    if (!incoming.isEmpty() && transport.available() == 0) {
      incoming.shrink();
    }
    transport.awaitInput();
    ByteBuffer room = incoming.room(LEAST_ROOM);
    int count;
    try {
      count = transport.receive(room);
    } finally {
      incoming.added(room);
    }
    ended = count < 0;
  }

  boolean hasEnded() {
    return ended;
  }

  /** {@return whether the transport has ended in the middle of a record} */
  boolean isCut() {
    return !incoming.isEmpty();
  }

  /** Moves what is left of the last record. Returns how many bytes. */
  int takePlain(ByteBuffer into) {
    ByteBuffer rest = plain;
    if (rest == null) {
      return 0;
    }
    int count = Math.min(rest.remaining(), into.remaining());
    into.put(rest.slice(rest.position(), count));
    rest.position(rest.position() + count);
    if (!rest.hasRemaining()) {
      plain = null;
    }
    return count;
  }

  /**
   * Unwraps one record.
   *
   * @param part whether one that is longer than the buffer is unwrapped: then the rest is kept
   */
  SSLEngineResult unwrap(ByteBuffer into, boolean part) throws SSLException {
    SSLEngineResult result = unwrapInto(into);
    for (int size = recordSize();
        part && result.getStatus() == Status.BUFFER_OVERFLOW;
        size = 2 * size + engine.getSession().getApplicationBufferSize()) {
      ByteBuffer record = ByteBuffer.allocate(size);
      result = unwrapInto(record);
      if (record.flip().hasRemaining()) {
        plain = record;
        var unused = takePlain(into);
      }
    }
    return result;
  }

  /** {@return the length in the header of the first record; its content is not longer} */
  private int recordSize() {
    ByteBuffer bytes = incoming.bytes();
    return bytes.remaining() < 5 ? 0 : Short.toUnsignedInt(bytes.getShort(bytes.position() + 3));
  }

  private SSLEngineResult unwrapInto(ByteBuffer into) throws SSLException {
    try {
      return engine.unwrap(incoming.bytes(), into);
    } finally {
      incoming.taken();
    }
  }

  // ---- output

  boolean hasRoom() {
    return outgoing.hasRoom(packetSize);
  }

  boolean hasUnsent() {
    return !outgoing.isEmpty();
  }

  /** Wraps as much as there is room for. Returns false if the engine does not take any more. */
  boolean wrap(ByteBuffer[] from, int first) throws SSLException {
    int next = first;
    int tries = 0;
    while (hasRoom()) {
      while (next < from.length && !from[next].hasRemaining()) {
        next++;
      }
      if (next == from.length) {
        return true;
      }
      SSLEngineResult result = wrap(from, next, count(from, next));
      if (result.getStatus() == Status.CLOSED) {
        return false;
      }
      if (result.bytesConsumed() == 0) {
        runTasks();
        if (++tries > MOST_TRIES) {
          throw new SSLException("the engine takes no data: " + result);
        }
      }
    }
    return true;
  }

  /** {@return how many buffers are enough for the room that there is} */
  private static int count(ByteBuffer[] from, int first) {
    int count = 0;
    long bytes = 0;
    while (first + count < from.length && count < MOST_BUFFERS && bytes < HeapBuffers.SIZE) {
      bytes += from[first + count++].remaining();
    }
    return count;
  }

  private SSLEngineResult wrap(ByteBuffer[] from, int offset, int count) throws SSLException {
    ByteBuffer room = outgoing.room(packetSize);
    int start = room.position();
    boolean wrapped = false;
    try {
      SSLEngineResult result = engine.wrap(from, offset, count, room);
      wrapped = true;
      if (result.getStatus() == Status.BUFFER_OVERFLOW) {
        packetSize = engine.getSession().getPacketBufferSize(); // the other end has longer records
      }
      return result;
    } finally {
      outgoing.added(wrapped ? room : room.position(start));
    }
  }

  /** Wraps what the engine itself has to say: answers, alerts, the close_notify. */
  void wrapControl() throws SSLException {
    int tries = 0;
    while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && hasRoom()) {
      SSLEngineResult result = wrap(NOTHING, 0, 1);
      if (result.bytesProduced() == 0 && ++tries > MOST_TRIES) {
        return;
      }
    }
  }

  /** Wraps the alert that tells the other end of a failure, if the engine has one. */
  void wrapAlert() {
    for (int i = 0;
        i < MOST_TRIES && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
        i++) {
      try {
        wrapControl();
      } catch (SSLException e) {
        // the failure itself, once more
      }
    }
  }

  /**
   * {@return the records that were not sent; the caller moves the position, and calls {@link
   * #sent}}
   */
  ByteBuffer unsent() {
    return outgoing.bytes();
  }

  /** Some of {@link #unsent} was sent. */
  void sent() {
    outgoing.taken();
  }

  /** Sends all records; waits. What was not sent when this throws is left. */
  void send() throws IOException, InterruptedException {
    while (!outgoing.isEmpty()) {
      try {
        var unused = transport.sendSome(outgoing.bytes());
      } catch (InterruptedException | RuntimeException e) {
        var unused = transport.resumeSending(); // a TLS stream in a TLS stream
        throw e;
      } finally {
        outgoing.taken();
      }
    }
  }
}
