package io.selvage.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.net.framing.LineFormat;
import io.selvage.net.server.Server;
import io.selvage.net.server.ServerOptions;
import io.selvage.net.tls.TlsClient;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the network throws can be written and read again, with all that it knows. */
@Timeout(60)
class NetSerializationTest {

  @SuppressWarnings({"unchecked", "BanSerializableRead"}) // its own bytes
  private static <T> T copy(T object) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (T) in.readObject();
    }
  }

  /** One of each, as the library throws it. */
  static List<Throwable> thrown() throws Exception {
    return List.of(
        catchThrowable(() -> LineFormat.of(3).encode("long line")),
        reset(),
        endedInHandshake(),
        reportedByServer());
  }

  private static Throwable reset() throws Exception {
    List<SocketStream> ends = SocketPairs.connect();
    try (SocketStream here = ends.getFirst();
        SocketStream other = ends.getLast()) {
      other.setOption(StandardSocketOptions.SO_LINGER, 0);
      other.close();
      return catchThrowable(here::receiveSome);
    }
  }

  private static Throwable endedInHandshake() throws Exception {
    List<SocketStream> ends = SocketPairs.connect();
    try (SocketStream here = ends.getFirst();
        SocketStream other = ends.getLast()) {
      other.closeOutput();
      return catchThrowable(() -> TlsClient.create().over(here, "localhost").handshake());
    }
  }

  private static Throwable reportedByServer() throws Exception {
    Channel<Throwable> failures = Channel.unbounded();
    ServerOptions<SocketStream> options =
        ServerOptions.defaults()
            .withUncaughtHandler((name, failure) -> failures.trySend(failure))
            .withWrapper(
                accepted -> {
                  throw new IOException("meant");
                });
    return TaskGroup.call(
        group -> {
          List<SocketListener> listeners =
              List.of(
                  Network.system()
                      .listen(
                          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                          ListenOptions.defaults()));
          var server = Server.launch(group, listeners, options, stream -> {});
          try (SocketStream stream =
              Network.system()
                  .connect(server.localAddresses().getFirst(), ConnectOptions.defaults())) {
            Throwable failure = failures.receive();
            var unused = server.stop(Duration.ZERO);
            return failure;
          }
        });
  }

  @ParameterizedTest
  @MethodSource("thrown")
  void survivesWithMessageCausesSuppressedAndStack(Throwable original) throws Exception {
    assertSame(copy(original), original);
  }

  private static void assertSame(Throwable copy, Throwable original) {
    assertThat(copy).isExactlyInstanceOf(original.getClass()).hasMessage(original.getMessage());
    assertThat(copy.getStackTrace()).isEqualTo(original.getStackTrace());
    if (original.getCause() != null) {
      assertSame(copy.getCause(), original.getCause());
    }
    assertThat(copy.getSuppressed()).hasSameSizeAs(original.getSuppressed());
    for (int i = 0; i < original.getSuppressed().length; i++) {
      assertSame(copy.getSuppressed()[i], original.getSuppressed()[i]);
    }
  }

  /** Also those that are not public: users get them as causes, and from servers. */
  @Test
  void noTypeIsForgotten() throws Exception {
    List<String> types = new ArrayList<>();
    for (Throwable each : thrown()) {
      for (Throwable cause = each; cause != null; cause = cause.getCause()) {
        types.add(cause.getClass().getName());
      }
    }
    List<String> exceptions = exceptions();
    assertThat(exceptions)
        .contains(BrokenStreamException.class.getName(), FrameTooLongException.class.getName());
    assertThat(types).containsAll(exceptions);
  }

  /** The names of all exceptions of the module. */
  private static List<String> exceptions() throws Exception {
    Path root = Path.of(Network.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String path = root.relativize(file).toString().replace('\\', '/');
        if (path.startsWith("io/selvage/net/") && path.endsWith(".class")) {
          String name = path.replace(".class", "").replace('/', '.');
          Class<?> type = Class.forName(name, false, Network.class.getClassLoader());
          if (Throwable.class.isAssignableFrom(type)) {
            found.add(name);
          }
        }
      }
    }
    return found;
  }
}
