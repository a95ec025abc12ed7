/**
 * Streams of bytes whose operations can be cancelled, over TCP, Unix sockets and TLS: a cancelled
 * read leaves the connection whole.
 *
 * <p>Begin with {@link io.selvage.net.Network} and {@link io.selvage.net.ByteStream}.
 *
 * @since 0.1
 */
module io.selvage.net {
  requires transitive io.selvage;
  requires static org.jspecify;

  exports io.selvage.net;
  exports io.selvage.net.server;
  exports io.selvage.net.tls;
  exports io.selvage.net.framing;
}
