package io.selvage.bench.echo;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.bench.echo.EchoServer.Kind;
import io.selvage.bench.harness.Growth;
import io.selvage.bench.harness.Result;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class EchoRoundsTest {

  @Test
  void aLineHasTheRatesAndTheRatiosOfOursToThem() {
    EchoRounds.Cell cell = EchoRounds.echo(1024, 4, 1, /* tls= */ true);
    EchoRounds rounds =
        new EchoRounds(
            List.of(cell), new EchoOptions(1, EchoTable.MOST, null), Path.of("asyncio_echo.py"));
    rounds.add(cell, Kind.SELVAGE_BUFFER.title(), 30_000);
    rounds.add(cell, Kind.NETTY.title(), 20_000);
    rounds.add(cell, Kind.SELVAGE_BUFFER.title(), 10_000);
    rounds.add(cell, Kind.NETTY.title(), 5_000);

    assertThat(rounds.lines(Kind.SELVAGE_BUFFER))
        .containsExactly(
            "  1024 bytes,    4 connections:"
                + "  selvage_buffer 20.0 (1.00, 1.00-1.00)  netty 12.5 (1.75, 1.50-2.00)");
  }

  @Test
  void chartsHaveTheTimeOfAMessageByConnections() {
    EchoRounds.Cell cell = EchoRounds.echo(1024, 4, 1, /* tls= */ false);
    EchoRounds rounds =
        new EchoRounds(
            List.of(cell), new EchoOptions(1, EchoTable.MOST, null), Path.of("asyncio_echo.py"));
    rounds.add(cell, Kind.NETTY.title(), 20_000);
    rounds.add(cell, Kind.SELVAGE_BUFFER.title(), 10_000);

    Result result = rounds.results(Kind.SELVAGE_BUFFER).getFirst();

    assertThat(result.row().title()).isEqualTo("echo/echo-of-1-KB-4");
    assertThat(result.row().growth()).contains(new Growth("echo of 1 KB", "connections", 4));
    assertThat(result.of(Result.SELVAGE)).containsExactly(100_000.0);
    assertThat(result.of("netty")).containsExactly(50_000.0);
  }

  @Test
  void boringSslIsMeasuredWithTlsOnly() {
    assertThat(Kind.all(/* tls= */ false)).doesNotContain(Kind.NETTY_BORINGSSL).hasSize(5);
    assertThat(Kind.all(/* tls= */ true)).containsExactly(Kind.values());
  }
}
