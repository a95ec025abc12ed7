package io.selvage.test.net;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.net.ByteStream;
import io.selvage.net.tls.TlsStream;
import io.selvage.test.connection.StreamPair;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Receives and sends that are cancelled; not one byte is lost or doubled. */
final class CancelledTransfers {
  private static final int FRAMES = 5;
  private static final byte END = -1;

  private CancelledTransfers() {}

  // ---- receive

  private static byte[] frames() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 1; i <= FRAMES; i++) {
      for (int j = 0; j < 4; j++) {
        all.write(j == 3 ? END : 4 * i + j);
      }
    }
    return all.toByteArray();
  }

  /** Receives all, is cancelled, and receives the rest. {@return whether it was cancelled} */
  static boolean receive(CancelWorld world, StreamPair<? extends ByteStream> between)
      throws IOException, InterruptedException {
    byte[] all = frames();
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    boolean cancelled;
    try (StreamPair<? extends ByteStream> pair = between) {
      cancelled =
          TaskGroup.call(
              group -> {
                world.disturb(group);
                group.launch(
                    "sender",
                    () -> {
                      for (int i = 0; i < all.length; i += 10) {
                        pair.left().sendAll(ByteBuffer.wrap(all, i, 10));
                        Selvage.sleep(ofMillis(world.random.nextInt(2)));
                      }
                      pair.left().closeOutput();
                    });
                boolean wasCancelled =
                    world.cancels(
                        group,
                        () -> {
                          while (received.size() < all.length) {
                            receiveSome(pair.right(), received, all.length, world.random);
                          }
                        });
                received.writeBytes(pair.right().receiveExactly(all.length - received.size()));
                assertThat(pair.right().receiveSome()).isEmpty();
                return wasCancelled;
              });
    }
    assertThat(received.toByteArray()).isEqualTo(all);
    return cancelled;
  }

  /** Receives in one of the ways, and notes it before anything else can happen. */
  private static void receiveSome(
      ByteStream stream, ByteArrayOutputStream received, int all, RandomGenerator random)
      throws IOException, InterruptedException {
    int left = all - received.size();
    switch (random.nextInt(5)) {
      case 0 -> {
        ByteBuffer into = ByteBuffer.allocate(1 + random.nextInt(9));
        try {
          var unused = stream.receive(into);
        } finally {
          received.write(into.array(), 0, into.position());
        }
      }
      case 1 -> received.writeBytes(stream.receiveSome(1 + random.nextInt(9)));
      case 2 -> received.writeBytes(stream.receiveExactly(1 + random.nextInt(left)));
      case 3 -> {
        received.writeBytes(stream.receiveUntil(new byte[] {END}, all));
        received.write(END);
      }
      default -> stream.awaitInput();
    }
  }

  // ---- send

  /** Sends all, is cancelled, and sends everything again. {@return whether it was cancelled} */
  static boolean send(CancelWorld world, StreamPair<? extends ByteStream> between)
      throws IOException, InterruptedException {
    byte[] all = frames();
    List<ByteBuffer> parts = new ArrayList<>();
    for (int i = 0; i < all.length; i += 2) {
      parts.add(ByteBuffer.wrap(all, i, 2).slice());
    }
    int[] next = {0}; // the first part of the send that is under way
    int[] after = {0}; // the first part behind it
    boolean[] atOnce = {false}; // whether it is one operation
    boolean cancelled;
    try (StreamPair<? extends ByteStream> pair = between) {
      cancelled =
          TaskGroup.call(
              group -> {
                world.disturb(group);
                group.launch(
                    "receiver",
                    () -> {
                      assertThat(pair.right().receiveExactly(all.length)).isEqualTo(all);
                      assertThat(pair.right().receiveSome()).isEmpty();
                    });
                boolean wasCancelled =
                    world.cancels(
                        group,
                        () -> {
                          while (after[0] < parts.size()) {
                            next[0] = after[0];
                            after[0] =
                                Math.min(parts.size(), next[0] + 1 + world.random.nextInt(4));
                            atOnce[0] = after[0] - next[0] > 1 || world.random.nextBoolean();
                            sendParts(pair.left(), parts.subList(next[0], after[0]), atOnce[0]);
                          }
                        });
                checkCut(pair.left(), parts.subList(next[0], after[0]), atOnce[0]);
                pair.left().sendAll(parts.toArray(ByteBuffer[]::new));
                pair.left().closeOutput();
                return wasCancelled;
              });
    }
    return cancelled;
  }

  private static void sendParts(ByteStream stream, List<ByteBuffer> parts, boolean atOnce)
      throws IOException, InterruptedException {
    if (atOnce) {
      stream.sendAll(parts.toArray(ByteBuffer[]::new));
      return;
    }
    while (parts.getFirst().hasRemaining()) {
      var unused = stream.sendSome(parts.getFirst());
    }
  }

  /**
   * The stream tells what the positions of the buffers tell. A send that has put all into records
   * may be cut short, too.
   */
  private static void checkCut(ByteStream stream, List<ByteBuffer> parts, boolean atOnce) {
    int sent = 0;
    int left = 0;
    for (ByteBuffer part : parts) {
      sent += part.position();
      left += part.remaining();
    }
    long cut = stream.resumeSending();
    if (stream instanceof TlsStream && cut > 0) {
      assertThat(cut).isEqualTo(sent);
    } else {
      assertThat(cut).isEqualTo(atOnce && left > 0 ? sent : 0);
    }
  }
}
