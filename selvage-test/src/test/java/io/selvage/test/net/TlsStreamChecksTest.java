package io.selvage.test.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.TaskGroup;
import io.selvage.net.ByteStream;
import io.selvage.net.tls.TlsClient;
import io.selvage.net.tls.TlsKeys;
import io.selvage.net.tls.TlsServer;
import io.selvage.net.tls.TlsStream;
import io.selvage.net.tls.TlsTrust;
import io.selvage.net.tls.TlsVersion;
import io.selvage.test.Simulation;
import io.selvage.test.connection.MemoryStreams;
import io.selvage.test.connection.StreamChecks;
import io.selvage.test.connection.StreamPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Encrypted streams over memory streams, in simulations and on real threads. */
class TlsStreamChecksTest {
  /** The farewell of a close must find room in it. */
  private static final int ROOM = 1 << 17;

  private static final Path FOLDER =
      Path.of("../selvage-net/src/test/resources/io/selvage/net/tls");
  private static final TlsServer SERVER;
  private static final TlsClient CLIENT;

  static {
    try {
      SERVER =
          TlsServer.create(TlsKeys.pem(FOLDER.resolve("server.pem"), FOLDER.resolve("server.key")));
      CLIENT = TlsClient.create().withTrust(TlsTrust.pem(FOLDER.resolve("ca.pem")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static StreamPair<TlsStream> over(StreamPair<? extends ByteStream> below) {
    return new StreamPair<>(
        CLIENT.withVersions(TlsVersion.TLS_1_3).over(below.left(), "localhost"),
        SERVER.over(below.right()));
  }

  /** After the handshake. */
  private static StreamPair<TlsStream> connect(StreamPair<? extends ByteStream> below)
      throws Exception {
    StreamPair<TlsStream> pair = over(below);
    TaskGroup.run(
        group -> {
          group.launch("server", pair.right()::handshake);
          pair.left().handshake();
        });
    return pair;
  }

  @Test
  @Timeout(120)
  void encryptedStreamsKeepWhatAStreamPromises() {
    Simulation.explore(
        3, run -> StreamChecks.checkTwoWay(() -> connect(MemoryStreams.pair(ROOM)), run.random()));
  }

  @Test
  @Timeout(120)
  void theyDoSoOnRealThreads() throws Exception {
    TaskGroup.run(group -> StreamChecks.checkTwoWay(() -> connect(MemoryStreams.pair(ROOM))));
  }

  @ParameterizedTest
  @CsvSource({"7, 3", "100, 3", "65536, 10"})
  @Timeout(120)
  void aHandshakeNeedsLittleRoom(int room, int runs) {
    Simulation.explore(
        runs,
        run -> {
          try (StreamPair<TlsStream> pair = over(MemoryStreams.pair(room, run.random()))) {
            TaskGroup.run(
                group -> {
                  group.launch("client sends", () -> sendAll(pair.left(), 1, 2, 3));
                  group.launch("server sends", () -> sendAll(pair.right(), 4, 5));
                  group.launch("client receives", () -> receiveAll(pair.left(), 4, 5));
                  receiveAll(pair.right(), 1, 2, 3);
                });
          }
        });
  }

  private static void sendAll(ByteStream stream, int... values)
      throws IOException, InterruptedException {
    for (int value : values) {
      stream.sendAll(new byte[] {(byte) value});
    }
    stream.closeOutput();
  }

  private static void receiveAll(ByteStream stream, int... values)
      throws IOException, InterruptedException {
    assertThat(stream.receiveExactly(values.length)).containsExactly(values);
    assertThat(stream.receiveSome()).isEmpty();
  }
}
