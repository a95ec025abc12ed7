package io.selvage.examples.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.examples.Main;
import io.selvage.net.ByteStream;
import io.selvage.net.ConnectOptions;
import io.selvage.net.ListenOptions;
import io.selvage.net.Network;
import io.selvage.net.SocketStream;
import io.selvage.net.tls.TlsClient;
import io.selvage.net.tls.TlsStream;
import io.selvage.net.tls.TlsTrust;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Servers as programs of their own, over real sockets, ended by real signals. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@DisabledOnOs(
    value = {OS.WINDOWS, OS.MAC},
    disabledReason = "env cannot reset signals there")
class ServingTest {
  private static final String LISTENING = "listening at ";

  @TempDir private Path folder;
  private Process process;
  private BufferedReader output;

  private void start(String... arguments) throws IOException {
    String classPath =
        System.getProperty("jdk.module.path", "")
            + File.pathSeparator
            + System.getProperty("java.class.path");
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(List.of("-cp", classPath, Main.class.getName()));
    command.addAll(List.of(arguments));
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    output = process.inputReader();
  }

  /** Returns the port that the server has chosen. */
  private int port() throws IOException {
    String line = output.readLine();
    assertThat(line).startsWith(LISTENING + "127.0.0.1:");
    return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
  }

  private static SocketStream connect(int port) throws IOException, InterruptedException {
    return Network.system()
        .connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            ConnectOptions.defaults());
  }

  private List<String> endBy(String signal, int status) throws Exception {
    String pid = Long.toString(process.pid());
    assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor()).isZero();
    List<String> lines = output.lines().toList();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(status);
    return lines;
  }

  @AfterEach
  void end() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  @Test
  void theCounterServesTcpAndAUnixSocket() throws Exception {
    Path path = folder.resolve("counter.sock");
    start("counter", "--listen", "127.0.0.1:0", "--listen", "unix:" + path);
    try (SocketStream tcp = connect(port())) {
      assertThat(output.readLine()).isEqualTo(LISTENING + "unix:" + path);
      try (SocketStream unix = Network.system().connect(path)) {
        assertThat(ask(tcp, "add 3")).isEqualTo("3");
        assertThat(ask(unix, "add 4")).isEqualTo("7");
        assertThat(ask(tcp, "add x")).isEqualTo("error: not a number: 'x'");
        assertThat(ask(tcp, "get")).isEqualTo("7");
        assertThat(ask(unix, "quit")).isEqualTo("bye");
        assertThat(unix.receiveSome()).isEmpty();
        tcp.sendAll("x".repeat(2_000).getBytes(UTF_8));
        assertThat(Lines.receive(tcp)).startsWith("error: no delimiter within the first 1000");
      }
    }
    assertThat(endBy("TERM", 143)).first().isEqualTo("TERM: no more connections");
    assertThat(Files.exists(path)).as("the file of the socket").isFalse();
  }

  @Test
  void controlCCancelsARequestThatIsUnderWay() throws Exception {
    start("counter", "--listen", "127.0.0.1:0");
    try (SocketStream stream = connect(port())) {
      Lines.send(stream, "add 1");
      Lines.send(stream, "sleep 60");
      assertThat(Lines.receive(stream)).isEqualTo("1"); // the server has the next one
      assertThat(endBy("INT", 130))
          .containsExactly(
              "INT: no more connections", "stopped: 0 connections ended, 1 were cancelled");
    }
  }

  @Test
  void theCounterServesTls() throws Exception {
    Path certificate = folder.resolve("certificate.pem");
    Path key = folder.resolve("key.pem");
    makeCertificate(certificate, key);
    start("counter", "--listen", "127.0.0.1:0", "--tls", certificate.toString(), key.toString());
    TlsClient client = TlsClient.create().withTrust(TlsTrust.pem(certificate));
    try (TlsStream stream = client.connect(Network.system(), "localhost", port())) {
      assertThat(ask(stream, "add 5")).isEqualTo("5");
    }
    assertThat(endBy("TERM", 143)).last().asString().startsWith("stopped: ");
  }

  /** The JDK has a tool for certificates, but none that writes a key. */
  private static void makeCertificate(Path certificate, Path key) throws Exception {
    Process openssl =
        new ProcessBuilder(
                ("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
                        + " -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout "
                        + key
                        + " -out "
                        + certificate)
                    .split(" "))
            .redirectErrorStream(true)
            .start();
    String said = new String(openssl.getInputStream().readAllBytes(), UTF_8);
    assertThat(openssl.waitFor()).as(said).isZero();
  }

  @Test
  void whatCannotBeListenedAtIsExplained() throws Exception {
    Path taken = folder.resolve("taken.sock");
    ListenOptions options = ListenOptions.defaults();
    try (var listener = Network.system().listen(UnixDomainSocketAddress.of(taken), options)) {
      start("echo", "--listen", "unix:" + taken);
      assertThat(output.lines().toList()).singleElement().asString().contains(taken.toString());
      assertThat(process.waitFor()).isEqualTo(2);
    }
    start("counter", "--listen", "127.0.0.1:0", "--tls", "no.pem", "no.pem");
    assertThat(output.lines()).containsExactly("cannot read the file no.pem");
    assertThat(process.waitFor()).isEqualTo(2);
    start("chat", "--listen", "nowhere");
    assertThat(output.lines())
        .containsExactly(
            "'nowhere' is no address to listen at; write host:port or unix:path, for example"
                + " 127.0.0.1:7000");
    assertThat(process.waitFor()).isEqualTo(2);
    start("echo", "--lisen");
    assertThat(output.lines())
        .containsExactly("usage: ./selvage demo echo [--listen host:port] [--listen unix:path]");
    assertThat(process.waitFor()).isEqualTo(2);
  }

  private static String ask(ByteStream stream, String line)
      throws IOException, InterruptedException {
    Lines.send(stream, line);
    return Lines.receive(stream);
  }
}
