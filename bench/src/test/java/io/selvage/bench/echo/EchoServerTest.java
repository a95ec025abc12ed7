package io.selvage.bench.echo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each kind of server answers the client; measures nothing. */
@Timeout(60)
@EnabledOnOs(value = OS.LINUX, disabledReason = "Netty's epoll is measured")
class EchoServerTest {

  private static Process java(Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("jdk.module.path", "")
                + File.pathSeparator
                + System.getProperty("java.class.path"),
            main.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  @ParameterizedTest
  @EnumSource
  void answers(EchoServer.Kind kind) throws Exception {
    Process server = java(EchoServer.class, kind.name(), "1");
    try (BufferedReader said = server.inputReader()) {
      Process client = java(EchoClient.class, said.readLine(), "4", "20000", "0.05", "0.1");
      String rate = client.inputReader().readLine();
      assertThat(client.waitFor()).isZero();
      assertThat(Double.parseDouble(rate)).isPositive();
    } finally {
      server.destroyForcibly().waitFor();
    }
  }
}
