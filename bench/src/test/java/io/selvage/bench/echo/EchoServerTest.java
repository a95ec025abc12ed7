package io.selvage.bench.echo;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.bench.echo.EchoServer.Kind;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Each kind of server answers each kind of client; measures nothing. */
@Timeout(60)
@EnabledOnOs(value = OS.LINUX, disabledReason = "Netty's epoll is measured")
class EchoServerTest {

  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  static Path keys;

  @BeforeAll
  static void makeKeys() throws Exception {
    EchoKeys.create(keys);
  }

  private static Process java(Class<?> main, List<String> options, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(options);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Djdk.tls.server.cipherSuites=" + EchoKeys.CIPHER);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("jdk.module.path", "")
                + File.pathSeparator
                + System.getProperty("java.class.path"),
            main.getName()));
    command.addAll(arguments);
    return Programs.start(command);
  }

  private static Process server(Kind kind, @Nullable Path folder) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(kind.name()));
    arguments.addAll(new EchoOptions(1, EchoTable.MOST, folder).arguments());
    return java(EchoServer.class, kind.options(), arguments);
  }

  /** Returns the first line of a client that ends by itself. */
  private static String client(Class<?> main, String... arguments) throws Exception {
    Process client = java(main, List.of(), List.of(arguments));
    try (BufferedReader output = client.inputReader()) {
      client.outputWriter().close();
      String line = Programs.line(output, main.getSimpleName());
      assertThat(client.waitFor()).isZero();
      return line;
    } finally {
      client.destroyForcibly().waitFor();
    }
  }

  private static void answers(Kind kind, @Nullable Path folder) throws Exception {
    Process server = server(kind, folder);
    try (BufferedReader said = server.inputReader()) {
      String port = Programs.line(said, kind.title());
      String tls = Boolean.toString(folder != null);
      assertThat(client(EchoClient.class, port, "4", "20000", "0.05", "0.1", tls))
          .satisfies(rate -> assertThat(Double.parseDouble(rate)).isPositive());
      assertThat(client(IdleClient.class, port, "4", "2", tls)).isEqualTo(IdleClient.READY);
      if (folder != null) {
        assertThat(client(HandshakeClient.class, port, "2", "0", "0.5"))
            .satisfies(rate -> assertThat(Double.parseDouble(rate)).isNotNegative());
      }
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NETTY_BORINGSSL")
  void answers(Kind kind) throws Exception {
    answers(kind, null);
  }

  @ParameterizedTest
  @EnumSource
  void answersOverTls(Kind kind) throws Exception {
    answers(kind, keys);
  }
}
