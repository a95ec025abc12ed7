package io.selvage.examples.counter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.service.RequestFailedException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The counter server as its clients see it. */
class CounterServerTest {
  @Test
  void addsTellsAndRefusesWhatItDoesNotKnow() throws Exception {
    CounterServer server = new CounterServer().start();
    assertThat(server.ask("add", 3)).isEqualTo("3");
    assertThat(server.ask("add", 7)).isEqualTo("10");
    assertThat(server.ask("get", 0)).isEqualTo("10");
    assertThat(server.peek()).isEqualTo(10);
    assertThatThrownBy(() -> server.ask("frobnicate", 0))
        .isInstanceOf(RequestFailedException.class)
        .hasCauseInstanceOf(IllegalArgumentException.class);
    assertThat(server.stop("done")).isTrue();
    assertThat(server.isClosed()).isTrue();
  }

  @Test
  void interruptingCancelsTheRequestThatRunsAndNothingElse() throws Exception {
    CounterServer server = new CounterServer().start();
    TaskGroup.run(
        group -> {
          Task<String> sleeping = group.fork("sleeping", () -> server.ask("sleep", 1000));
          while (!server.isWorking()) {
            Selvage.sleep(Duration.ofMillis(1));
          }
          assertThat(server.ask("add", 1)).isEqualTo("1");
          server.interruptRequests("test");
          assertThat(sleeping.join()).isEqualTo("cancelled");
          assertThat(server.ask("add", 1)).isEqualTo("2");
        });
    assertThat(server.stop("done")).isTrue();
  }

  @Test
  void stoppingWakesEveryWaiter() throws Exception {
    CounterServer server = new CounterServer().start();
    TaskGroup.run(
        group -> {
          Task<String> first = group.forkUnsupervised("first", () -> server.ask("sleep", 1000));
          Task<String> second = group.forkUnsupervised("second", () -> server.ask("sleep", 1000));
          while (server.waiting() < 2) {
            Selvage.sleep(Duration.ofMillis(1));
          }
          assertThat(server.stop("test")).isTrue();
          assertThatThrownBy(first::join).hasMessageContaining("test");
          assertThatThrownBy(second::join).hasMessageContaining("test");
        });
  }
}
