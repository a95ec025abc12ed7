package io.selvage.bench.channels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each library runs each workload, and all items arrive; measures nothing. */
@Timeout(60)
class WorkloadsTest {

  static Stream<Arguments> runs() {
    return Stream.of(Workload.values())
        .flatMap(workload -> Peer.of(workload).stream().map(peer -> Arguments.of(workload, peer)));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void allItemsArrive(Workload workload, Peer<?> peer) throws InterruptedException {
    int items = workload.senders().isPresent() ? 10_000 : 256;
    assertThat(peer.run(workload, items)).isEqualTo(items);
  }

  @ParameterizedTest
  @EnumSource
  void theBestOthersAreThere(Workload workload) {
    List<String> names = Peer.of(workload).stream().map(Peer::name).toList();

    assertThat(names).startsWith("Selvage", "Kotlin", "Jox").doesNotHaveDuplicates();
    assertThat(names).hasSize(workload.selects() ? 3 : 5);
  }
}
