package io.selvage.net.server;

import static io.selvage.net.server.Servers.connect;
import static io.selvage.net.server.Servers.listen;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.FrameTooLongException;
import io.selvage.net.SocketStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server without a receiver of failures logs: its own failures, and those of its peers. */
@Timeout(60)
class ServerLogTest {
  private final Logger logger = Logger.getLogger(Server.class.getName()); // kept: it is held weakly
  private final Channel<LogRecord> records = Channel.unbounded();

  @BeforeEach
  void capture() {
    Filter keep =
        record -> {
          records.trySend(record);
          return false;
        };
    logger.setFilter(keep);
    logger.setLevel(Level.ALL);
  }

  @AfterEach
  void release() {
    logger.setFilter(null);
    logger.setLevel(null);
  }

  /** {@return what is logged about the connection of a client} */
  private LogRecord loggedFor(
      ServerOptions<SocketStream> options, ConnectionHandler<SocketStream> handler)
      throws Exception {
    return TaskGroup.call(
        group -> {
          var server = Server.launch(group, listen(), options, handler);
          LogRecord record;
          try (SocketStream stream = connect(server)) {
            record = records.receive();
          }
          server.stop(ofSeconds(30));
          return record;
        });
  }

  @Test
  void aFailureOfTheHandlerIsAnErrorWithItsStack() throws Exception {
    IllegalStateException failure = new IllegalStateException("meant");
    LogRecord record =
        loggedFor(
            ServerOptions.defaults().withName("web"),
            stream -> {
              throw failure;
            });
    assertThat(record.getLevel()).isEqualTo(Level.SEVERE);
    assertThat(record.getMessage()).contains("failure of web/").contains("the server survives");
    assertThat(record.getThrown()).hasMessageContaining("meant");
  }

  @Test
  void aPeerThatGoesAwayIsNoErrorOfTheProgram() throws Exception {
    LogRecord record =
        loggedFor(
            ServerOptions.defaults().withName("web"),
            stream -> {
              throw new BrokenStreamException("the peer has reset it", null);
            });
    assertThat(record.getLevel()).isEqualTo(Level.FINE);
    assertThat(record.getMessage()).startsWith("web/").endsWith("the peer has reset it");
    assertThat(record.getThrown()).isNull();
  }

  @Test
  void aPeerThatClosesInTheMiddleOfAFrameIsNoErrorOfTheProgram() throws Exception {
    LogRecord record =
        TaskGroup.call(
            group -> {
              var server =
                  Server.launch(
                      group,
                      listen(),
                      ServerOptions.defaults().withName("web"),
                      stream -> stream.receiveUntil(new byte[] {'\n'}, 80));
              try (SocketStream stream = connect(server)) {
                stream.sendAll(new byte[] {'h', 'a', 'l', 'f'});
              }
              LogRecord logged = records.receive();
              server.stop(ofSeconds(30));
              return logged;
            });
    assertThat(record.getLevel()).isEqualTo(Level.FINE);
    assertThat(record.getMessage())
        .startsWith("web/")
        .endsWith("has ended after 4 bytes without the delimiter");
    assertThat(record.getThrown()).isNull();
  }

  @Test
  void anEndThatComesWithoutATextIsNamed() throws Exception {
    LogRecord record =
        loggedFor(
            ServerOptions.defaults().withName("web"),
            stream -> {
              throw new EOFException(); // as DataInputStream does
            });
    assertThat(record.getLevel()).isEqualTo(Level.FINE);
    assertThat(record.getMessage()).startsWith("web/").endsWith(": java.io.EOFException");
  }

  @Test
  void aFrameThatIsTooLongIsNoErrorOfTheProgram() throws Exception {
    LogRecord record =
        loggedFor(
            ServerOptions.defaults().withName("web"),
            stream -> {
              throw new FrameTooLongException("a line has more than 80 bytes");
            });
    assertThat(record.getLevel()).isEqualTo(Level.FINE);
    assertThat(record.getThrown()).isNull();
  }

  @Test
  void aHandshakeThatFailsIsNoErrorOfTheProgram() throws Exception {
    LogRecord record =
        loggedFor(
            ServerOptions.defaults()
                .withName("web")
                .withWrapper(
                    accepted -> {
                      throw new IOException("no common version");
                    }),
            stream -> {});
    assertThat(record.getLevel()).isEqualTo(Level.FINE);
    assertThat(record.getMessage())
        .startsWith("web/")
        .endsWith("the handshake failed: no common version");
  }
}
