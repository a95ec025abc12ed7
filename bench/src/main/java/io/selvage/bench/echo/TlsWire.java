package io.selvage.bench.echo;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/**
 * A connection with TLS. It uses BoringSSL, which is the cheapest engine that there is, because the
 * client shares the processors with the server.
 */
final class TlsWire extends Wire {
  private static final int ROOM = 1 << 17;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final SSLEngine engine;
  private final int packetSize;
  private final ByteBuffer received; // plain bytes, which are dropped
  private final ByteBuffer in; // encrypted; in front of its position
  private final ByteBuffer out; // encrypted; behind its position
  private boolean ended;

  /** The memory of connections of which one is in use at a time. */
  static final class Buffers {
    private final ByteBuffer received;
    private final ByteBuffer in = ByteBuffer.allocateDirect(ROOM);
    private final ByteBuffer out = ByteBuffer.allocateDirect(ROOM).limit(0);

    Buffers(ByteBuffer received) {
      this.received = received;
    }
  }

  /** Makes engines that resume no session. */
  static final class Engines {
    private final SslContext context;

    Engines() throws SSLException {
      context =
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.OPENSSL_REFCNT)
              .trustManager(InsecureTrustManagerFactory.INSTANCE) // its checks are not measured
              .protocols(EchoKeys.PROTOCOL)
              .endpointIdentificationAlgorithm(null) // as the peer has no name, none is resumed
              .build();
    }

    SSLEngine create() {
      return context.newEngine(ByteBufAllocator.DEFAULT);
    }
  }

  /** Takes over a channel in blocking mode, and does the handshake. */
  TlsWire(SocketChannel channel, SSLEngine engine, Buffers buffers) throws IOException {
    super(channel);
    this.engine = engine;
    this.packetSize = engine.getSession().getPacketBufferSize();
    this.received = buffers.received;
    this.in = buffers.in;
    this.out = buffers.out;
    handshake();
    String cipher = engine.getSession().getCipherSuite();
    if (!cipher.equals(EchoKeys.CIPHER)) {
      throw new IOException("the server has chosen " + cipher + " instead of " + EchoKeys.CIPHER);
    }
  }

  private void handshake() throws IOException {
    engine.beginHandshake();
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> engine.getDelegatedTask().run();
        case NEED_WRAP -> {
          wrap(NOTHING);
          flush();
        }
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          in.flip();
          SSLEngineResult result = engine.unwrap(in, received.clear());
          in.compact();
          if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW
              && channel().read(in) < 0) {
            throw new EOFException("the server has ended the handshake");
          }
        }
        case NOT_HANDSHAKING, FINISHED -> {
          return;
        }
      }
    }
  }

  /** Fills out, which is empty. */
  private void wrap(ByteBuffer from) throws SSLException {
    out.clear();
    do {
      SSLEngineResult result = engine.wrap(from, out);
      if (result.bytesProduced() == 0) {
        break;
      }
    } while (from.hasRemaining() && out.remaining() >= packetSize);
    out.flip();
  }

  private boolean flush() throws IOException {
    if (out.hasRemaining()) {
      channel().write(out);
    }
    return !out.hasRemaining();
  }

  @Override
  boolean write(ByteBuffer from) throws IOException {
    while (flush()) {
      if (!from.hasRemaining()) {
        return true;
      }
      wrap(from);
    }
    return false;
  }

  @Override
  int read() throws IOException {
    int kept = in.position() == 0 ? 0 : unwrap();
    if (kept != 0) {
      return kept;
    }
    ended |= channel().read(in) < 0;
    int count = unwrap();
    return count == 0 && ended ? -1 : count;
  }

  private int unwrap() throws SSLException {
    int count = 0;
    in.flip();
    SSLEngineResult result;
    do {
      result = engine.unwrap(in, received.clear());
      count += result.bytesProduced();
    } while (result.getStatus() == SSLEngineResult.Status.OK && in.hasRemaining());
    in.compact();
    ended |= result.getStatus() == SSLEngineResult.Status.CLOSED;
    return count;
  }

  @Override
  void close() throws IOException {
    try {
      engine.closeOutbound();
      wrap(NOTHING);
      flush();
      super.close();
      in.clear();
    } finally {
      ReferenceCountUtil.release(engine);
    }
  }
}
