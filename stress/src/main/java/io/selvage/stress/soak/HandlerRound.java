package io.selvage.stress.soak;

import io.selvage.CancelScope;
import io.selvage.EndOfStreamException;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.net.ByteStream;
import io.selvage.net.Network;
import io.selvage.net.SocketStream;
import io.selvage.net.server.Server;
import io.selvage.net.server.ServerOptions;
import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * A server on the loopback interface whose handlers are slow and fail, and clients that run out of
 * patience and go on, or leave. A reply is read whole or not at all, each failure of a handler is
 * reported, and at the end no connection is open.
 */
final class HandlerRound {
  private static final int CLIENTS = 8;
  private static final int PLACES = 6;
  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(1);

  private final PartRun run;
  private final SplittableRandom random;
  private final AtomicLong next = new AtomicLong();
  private final LongAdder begun = new LongAdder();
  private final LongAdder ended = new LongAdder();
  private final LongAdder thrown = new LongAdder();
  private final LongAdder reported = new LongAdder();
  private volatile boolean over;

  HandlerRound(PartRun run, SplittableRandom random) {
    this.run = run;
    this.random = random;
  }

  void run(Duration time) throws IOException, InterruptedException {
    TaskGroup.run(
        group -> {
          var listeners = Network.system().listen("127.0.0.1", 0);
          Server<SocketStream> server =
              Server.launch(
                  group,
                  listeners,
                  ServerOptions.defaults().withLimit(PLACES).withUncaughtHandler(this::report),
                  this::handle);
          var address = (InetSocketAddress) server.localAddresses().getFirst();
          List<Task<?>> clients = new ArrayList<>();
          for (int i = 0; i < CLIENTS; i++) {
            SplittableRandom own = random.split();
            clients.add(group.launch("client " + i, () -> beClient(address.getPort(), own)));
          }
          Selvage.sleep(time);
          over = true;
          for (Task<?> client : clients) {
            client.join();
          }
          Server.StopReport report = server.stop(GRACE);
          run.add(Figure.LOST, report.cancelled() + server.connections());
        });
    run.add(Figure.LOST, Math.abs(begun.sum() - ended.sum()));
    run.add(Figure.LOST, Math.abs(thrown.sum() - reported.sum()));
    run.add(Figure.FAULTS, thrown.sum());
  }

  private void report(String name, Throwable failure) {
    if (failure instanceof Planted) {
      reported.increment();
    }
  }

  // ---- the server

  private void handle(ByteStream stream) throws IOException, InterruptedException {
    begun.increment();
    try {
      while (true) {
        long request = ByteBuffer.wrap(stream.receiveExactly(Long.BYTES)).getLong();
        byte[] reply = ByteBuffer.allocate(Long.BYTES).putLong(-request).array();
        switch (Math.floorMod(request, 16)) {
          case 0 -> fail();
          case 1 -> {
            stream.sendAll(ByteBuffer.wrap(reply, 0, 3));
            fail();
          }
          case 2 -> {
            stream.sendAll(ByteBuffer.wrap(reply, 0, 3));
            Selvage.sleep(SHORT.multipliedBy(2));
            stream.sendAll(ByteBuffer.wrap(reply, 3, Long.BYTES - 3));
          }
          case 3, 4 -> {
            Selvage.sleep(SHORT.multipliedBy(3));
            stream.sendAll(reply);
          }
          case 5 -> {
            Thread.sleep(SHORT.multipliedBy(3)); // foreign code
            stream.sendAll(reply);
          }
          default -> stream.sendAll(reply);
        }
      }
    } catch (EndOfStreamException | IOException e) {
      // the client has left
    } finally {
      ended.increment();
    }
  }

  private void fail() {
    thrown.increment();
    throw new Planted();
  }

  // ---- the clients

  private void beClient(int port, SplittableRandom own) throws InterruptedException {
    while (!over) {
      try (SocketStream stream = Network.system().connect("127.0.0.1", port)) {
        stream.setOption(StandardSocketOptions.SO_LINGER, 0); // keeps no port
        boolean more = true;
        while (more && !over) {
          more = ask(stream, own);
        }
      } catch (EndOfStreamException | IOException e) {
        // the handler has failed
      }
    }
  }

  /** One request; returns false if the client leaves without its reply. */
  private boolean ask(ByteStream stream, SplittableRandom own)
      throws IOException, InterruptedException {
    long request = next.incrementAndGet();
    stream.sendAll(ByteBuffer.allocate(Long.BYTES).putLong(request).array());
    Optional<byte[]> reply = Optional.empty();
    while (reply.isEmpty()) {
      reply =
          CancelScope.moveOnAfter(SHORT)
              .<byte[], IOException>call(() -> stream.receiveExactly(Long.BYTES));
      if (reply.isEmpty()) {
        run.add(Figure.DELIVERIES, 1);
        if (own.nextInt(20) == 0) {
          run.add(Figure.FAULTS, 1);
          return false;
        }
      }
    }
    run.add(Figure.OPERATIONS, 1);
    run.add(Figure.WRONG, ByteBuffer.wrap(reply.get()).getLong() == -request ? 0 : 1);
    return true;
  }
}
