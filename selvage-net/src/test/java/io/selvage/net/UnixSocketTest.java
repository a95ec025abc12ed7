package io.selvage.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.selvage.CancelScope;
import io.selvage.Task;
import io.selvage.TaskGroup;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The network of the system over Unix sockets. */
@Timeout(60)
class UnixSocketTest {
  private static final Network NETWORK = Network.system();
  private static final ListenOptions DEFAULTS = ListenOptions.defaults();

  private Path folder; // with a short name: the system limits the length of the path
  private Path path;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createTempDirectory("un");
    path = folder.resolve("socket");
  }

  @AfterEach
  void removeFolder() throws IOException {
    Files.deleteIfExists(path);
    Files.deleteIfExists(folder);
  }

  @Test
  void netcatTalksToAListener() throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "nc"))),
        "the program 'nc' is not there");
    try (SocketListener listener = NETWORK.listen(path, DEFAULTS)) {
      Process netcat = new ProcessBuilder("nc", "-N", "-U", path.toString()).start();
      try (SocketStream stream = listener.accept();
          OutputStream typed = netcat.getOutputStream()) {
        typed.write("hello\n".getBytes(UTF_8));
        typed.close(); // nc tells the end
        assertThat(stream.receiveUntil(new byte[] {'\n'}, 100)).asString().isEqualTo("hello");
        assertThat(stream.receiveSome()).isEmpty();
        stream.sendAll("bye\n".getBytes(UTF_8));
        stream.close();
        assertThat(netcat.inputReader().lines()).containsExactly("bye");
        assertThat(netcat.waitFor()).isZero();
      } finally {
        netcat.destroyForcibly();
      }
    }
  }

  @Test
  void aMegabyteArrivesBothWays() throws Exception {
    byte[] sent = new byte[1 << 20];
    new Random(1).nextBytes(sent);
    try (SocketListener listener = NETWORK.listen(path, DEFAULTS);
        SocketStream here = NETWORK.connect(path);
        SocketStream there = listener.accept()) {
      TaskGroup.run(
          group -> {
            group.launch(() -> here.sendAll(sent));
            group.launch(() -> there.sendAll(sent));
            group.launch(() -> assertThat(here.receiveExactly(sent.length)).isEqualTo(sent));
            assertThat(there.receiveExactly(sent.length)).isEqualTo(sent);
          });
      assertThat(here.remoteAddress()).isEqualTo(UnixDomainSocketAddress.of(path));
      assertThat(listener.localAddress()).isEqualTo(UnixDomainSocketAddress.of(path));
      assertThat(there.remoteAddress()).hasToString("");
      here.closeOutput();
      assertThat(there.receiveSome()).isEmpty();
    }
  }

  @Test
  void theFileHasTheModeThatWasAskedFor() throws Exception {
    var mode = PosixFilePermissions.fromString("rw-------");
    NETWORK.listen(path, DEFAULTS.withMode(mode)).close();
    assertThat(Files.getPosixFilePermissions(path)).isEqualTo(mode);
  }

  @Test
  void aFileWhoseModeCannotBeSetIsRemoved() throws Exception {
    Path zip = folder.resolve("socket"); // a file system that has no modes
    URI uri = URI.create("jar:" + zip.toUri());
    try (FileSystem system = FileSystems.newFileSystem(uri, Map.of("create", "true"))) {
      Path file = Files.createFile(system.getPath("file"));
      assertThatThrownBy(
              () -> ChannelListener.setMode(file, PosixFilePermissions.fromString("rw-------")))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void theFileStaysWhenTheListenerIsClosed() throws Exception {
    NETWORK.listen(path, DEFAULTS).close();
    assertThat(path).exists();
    assertThatThrownBy(() -> NETWORK.connect(path))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("cannot connect to " + path);
  }

  @Test
  void anExistingFileIsNeverRemoved() throws Exception {
    Files.writeString(path, "precious");
    assertThatThrownBy(() -> NETWORK.listen(path, DEFAULTS))
        .isInstanceOf(BindException.class)
        .hasMessageContaining("cannot listen at " + path);
    assertThat(path).hasContent("precious");
  }

  @Test
  void aLiveListenerSurvivesASecondOne() throws Exception {
    try (SocketListener listener = NETWORK.listen(path, DEFAULTS)) {
      assertThatThrownBy(
              () ->
                  NETWORK.listen(
                      path, DEFAULTS.withMode(PosixFilePermissions.fromString("rwxrwxrwx"))))
          .isInstanceOf(BindException.class)
          .hasMessageContaining(path.toString());
      NETWORK.connect(path).close();
      listener.accept().close();
    }
  }

  @Test
  void aMissingFolderAndAMissingFileAreNamed() {
    Path missing = folder.resolve("none").resolve("socket");
    assertThatThrownBy(() -> NETWORK.listen(missing, DEFAULTS))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining(missing.toString())
        .hasMessageContaining("there is no such folder")
        .hasCauseInstanceOf(IOException.class);
    assertThatThrownBy(() -> NETWORK.connect(missing))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("there is no such folder");
    assertThatThrownBy(() -> NETWORK.connect(path))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining("there is no such file");
  }

  @Test
  void anEmptyOrTooLongPathIsRefused() {
    assertThatThrownBy(() -> NETWORK.listen(Path.of(""), DEFAULTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("local must not have an empty path");
    assertThatThrownBy(() -> NETWORK.connect(Path.of("")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("remote must not have an empty path");
    Path tooLong = folder.resolve("x".repeat(200));
    assertThatThrownBy(() -> NETWORK.listen(tooLong, DEFAULTS))
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("cannot listen at " + tooLong);
  }

  @Test
  void aConnectWaitsWhileTheQueueOfTheListenerIsFull() throws Exception {
    try (SocketListener listener = NETWORK.listen(path, DEFAULTS.withBacklog(1));
        OpenStreams streams = new OpenStreams()) {
      while (CancelScope.moveOnAfter(ofMillis(50)).run(() -> streams.add(NETWORK.connect(path)))) {
        assertThat(streams.size()).isLessThan(100);
      }
      int queued = streams.size();
      TaskGroup.run(
          group -> {
            Task<SocketStream> waiting = group.fork(() -> NETWORK.connect(path));
            for (int i = 0; i < queued; i++) {
              listener.accept().close();
            }
            try (SocketStream here = waiting.join();
                SocketStream there = listener.accept()) {
              here.sendAll(new byte[] {1});
              assertThat(there.receiveSome()).containsExactly(1);
            }
          });
    }
  }

  @Test
  void aClosedListenerEndsTheConnectThatWaits() throws Exception {
    SocketListener listener = NETWORK.listen(path, DEFAULTS.withBacklog(1));
    try (OpenStreams streams = new OpenStreams()) {
      while (CancelScope.moveOnAfter(ofMillis(50)).run(() -> streams.add(NETWORK.connect(path)))) {
        assertThat(streams.size()).isLessThan(100);
      }
      TaskGroup.run(
          group -> {
            group.launch(
                () ->
                    assertThatThrownBy(() -> NETWORK.connect(path))
                        .isInstanceOf(ConnectException.class));
            listener.close();
          });
    }
  }
}
