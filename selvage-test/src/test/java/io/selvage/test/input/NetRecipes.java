package io.selvage.test.input;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.net.AbstractByteStream;
import io.selvage.net.ByteStream;
import io.selvage.net.ChannelReadiness;
import io.selvage.net.ConnectOptions;
import io.selvage.net.Datagram;
import io.selvage.net.FrameDecoder;
import io.selvage.net.ListenOptions;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.net.UdpSocket;
import io.selvage.net.framing.DelimiterFormat;
import io.selvage.net.framing.FrameFormat;
import io.selvage.net.framing.FrameStream;
import io.selvage.net.framing.LengthFormat;
import io.selvage.net.framing.LineFormat;
import io.selvage.net.server.ConnectionHandler;
import io.selvage.net.server.ConnectionWrapper;
import io.selvage.net.server.Server;
import io.selvage.net.server.ServerOptions;
import io.selvage.net.tls.ClientCertificates;
import io.selvage.net.tls.TlsClient;
import io.selvage.net.tls.TlsKeys;
import io.selvage.net.tls.TlsServer;
import io.selvage.net.tls.TlsTrust;
import io.selvage.net.tls.TlsVersion;
import io.selvage.test.connection.MemoryStreams;
import io.selvage.test.net.LinkOptions;
import io.selvage.test.net.SimulatedHost;
import io.selvage.test.net.SimulatedNetwork;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** The recipes for the network: of the system, in memory, and what is built on them. */
final class NetRecipes {
  /** The keys that the tests of the network have; the tests run in the folder of their module. */
  private static final Path KEYS = Path.of("../selvage-net/src/test/resources/io/selvage/net/tls");

  private final Recipes recipes;

  private NetRecipes(Recipes recipes) {
    this.recipes = recipes;
  }

  static void addTo(Recipes recipes) {
    NetRecipes net = new NetRecipes(recipes);
    net.ofNetworks();
    net.ofSockets();
    net.ofFrames();
    net.ofServers();
    net.ofTls();
  }

  // ---- networks

  private void ofNetworks() {
    recipes.receiver(Network.class, group -> Network.system(), group -> host());
    recipes.argument(Network.class, group -> host());
    recipes.receiver(SimulatedNetwork.class, group -> SimulatedNetwork.create());
    recipes.both(SimulatedHost.class, group -> host());
    recipes.both(LinkOptions.class, group -> LinkOptions.defaults());
    recipes.both(ConnectOptions.class, group -> ConnectOptions.defaults());
    recipes.both(ListenOptions.class, group -> ListenOptions.defaults());
    recipes.argument(SocketAddress.class, group -> new InetSocketAddress(loopback(), 1));
    recipes.argument(InetSocketAddress.class, group -> new InetSocketAddress(loopback(), 1));
    recipes.argument(InetAddress.class, group -> InetAddress.ofLiteral("192.0.2.1"));
    recipes.argument(Path.class, NetRecipes::freePath);
    recipes.argument(Set.class, group -> Set.of(PosixFilePermission.OWNER_READ));
  }

  private static SimulatedHost host() {
    return SimulatedNetwork.create().host("host");
  }

  private static InetAddress loopback() {
    return InetAddress.ofLiteral("127.0.0.1");
  }

  /** A path where there is no file. Its folder is deleted with what was made there. */
  private static Path freePath(TaskGroup group) throws IOException {
    Path folder = Files.createTempDirectory("selvage");
    Path path = folder.resolve("socket");
    atEnd(
        group,
        () -> {
          Files.deleteIfExists(path);
          Files.delete(folder);
        });
    return path;
  }

  // ---- sockets

  private void ofSockets() {
    recipes.receiver(SocketStream.class, NetRecipes::systemStream, group -> simulatedStream());
    recipes.argument(SocketStream.class, group -> simulatedStream());
    recipes.receiver(
        ByteStream.class, NetRecipes::systemStream, group -> MemoryStreams.pair().left());
    recipes.receiver(
        AbstractByteStream.class,
        group -> TlsClient.create().over(MemoryStreams.pair().left(), "localhost"),
        group -> (AbstractByteStream) systemStream(group));
    recipes.both(SocketListener.class, NetRecipes::listener);
    recipes.receiver(UdpSocket.class, NetRecipes::udpSocket);
    recipes.receiver(ChannelReadiness.class, group -> ChannelReadiness.of(channel(group)));
    recipes.argument(SelectableChannel.class, NetRecipes::channel);
    recipes.argument(
        Datagram.class, group -> new Datagram(new byte[1], new InetSocketAddress(loopback(), 1)));
    recipes.argument(SocketOption.class, group -> StandardSocketOptions.SO_RCVBUF);
  }

  private static SocketStream simulatedStream() throws IOException, InterruptedException {
    SimulatedHost host = host();
    try (SocketListener listener =
        host.listen(new InetSocketAddress(80), ListenOptions.defaults())) {
      return host.connect(listener.localAddress(), ConnectOptions.defaults());
    }
  }

  private static SocketStream systemStream(TaskGroup group)
      throws IOException, InterruptedException {
    SocketAddress remote = listener(group).localAddress();
    return closedWith(group, Network.system().connect(remote, ConnectOptions.defaults()));
  }

  private static SocketListener listener(TaskGroup group) throws IOException {
    return closedWith(
        group,
        Network.system().listen(new InetSocketAddress(loopback(), 0), ListenOptions.defaults()));
  }

  private static UdpSocket udpSocket(TaskGroup group) throws IOException {
    return closedWith(group, UdpSocket.bind(new InetSocketAddress(loopback(), 0)));
  }

  private static SelectableChannel channel(TaskGroup group) throws IOException {
    return closedWith(group, DatagramChannel.open());
  }

  private static <C extends Closeable> C closedWith(TaskGroup group, C resource) {
    atEnd(group, resource);
    return resource;
  }

  /** Closes something when the group ends, also if the task for it never began. */
  private static void atEnd(TaskGroup group, Closeable resource) {
    Task<?> running = group.launch("running", () -> Selvage.sleep(Duration.ofHours(1)));
    running.onEnd(
        () -> {
          try {
            resource.close();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  // ---- messages

  private void ofFrames() {
    recipes.receiver(FrameDecoder.class, group -> lines());
    recipes.argument(FrameDecoder.class, group -> lines());
    recipes.receiver(FrameFormat.class, group -> lines().map(String::strip, String::strip));
    recipes.argument(FrameFormat.class, group -> lines());
    recipes.receiver(LineFormat.class, group -> lines());
    recipes.receiver(LengthFormat.class, group -> LengthFormat.of(4, 100));
    recipes.receiver(DelimiterFormat.class, group -> DelimiterFormat.of(new byte[] {7}, 100));
    recipes.receiver(
        FrameStream.class, group -> FrameStream.over(MemoryStreams.pair().left(), lines()));
    recipes.argument(
        FrameFormat.Conversion.class,
        group -> (FrameFormat.Conversion<Object, Object>) value -> value);
    recipes.argument(ByteOrder.class, group -> ByteOrder.LITTLE_ENDIAN);
  }

  private static LineFormat lines() {
    return LineFormat.of(100);
  }

  // ---- servers

  private void ofServers() {
    recipes.both(ServerOptions.class, group -> ServerOptions.defaults());
    recipes.receiver(
        Server.class, group -> Server.launch(group, List.of(listener(group)), stream -> {}));
    recipes.argument(
        ConnectionHandler.class, group -> (ConnectionHandler<ByteStream>) stream -> {});
    recipes.argument(
        ConnectionWrapper.class, group -> (ConnectionWrapper<SocketStream>) accepted -> accepted);
  }

  // ---- encryption

  private void ofTls() {
    recipes.receiver(TlsClient.class, group -> TlsClient.create());
    recipes.receiver(TlsServer.class, group -> TlsServer.create(keys()));
    recipes.argument(TlsKeys.class, group -> keys());
    recipes.argument(TlsTrust.class, group -> TlsTrust.pem(KEYS.resolve("ca.pem")));
    recipes.argument(TlsVersion.class, group -> TlsVersion.TLS_1_3);
    recipes.argument(ClientCertificates.class, group -> ClientCertificates.WANTED);
    recipes.argument(Supplier.class, group -> (Supplier<TlsKeys>) NetRecipes::keys);
    recipes.argument(X509Certificate.class, group -> certificate());
    recipes.argument(PrivateKey.class, group -> privateKey());
    recipes.argument(char.class, group -> 'c');
  }

  private static TlsKeys keys() {
    try {
      return TlsKeys.pem(KEYS.resolve("server.pem"), KEYS.resolve("server.key"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static X509Certificate certificate() throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(KEYS.resolve("server.pem"))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static PrivateKey privateKey() throws IOException, GeneralSecurityException {
    String pem = Files.readString(KEYS.resolve("server.key"));
    byte[] bytes = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(bytes));
  }
}
