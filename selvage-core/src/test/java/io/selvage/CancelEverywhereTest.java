package io.selvage;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Enumerates every operation of the core that may wait, and cancels it in every way at every
 * moment, see {@link CancelCase}. Those of the network are in a test of their own.
 *
 * <p>A new operation gets one line in the table of its package.
 */
@ExtendWith(LeakCheck.class)
class CancelEverywhereTest {

  private static final List<Operation> OPERATIONS =
      Stream.of(
              CoreOperations.ALL,
              TasksOperations.ALL,
              ChannelOperations.ALL,
              SyncOperations.ALL,
              SignalOperations.ALL,
              ServiceOperations.ALL,
              ProcessOperations.ALL,
              InteropOperations.ALL,
              RuntimeOperations.ALL)
          .flatMap(List::stream)
          .toList();

  static Stream<CancelCase> everything() {
    return CancelCase.allOf(OPERATIONS);
  }

  @ParameterizedTest
  @MethodSource("everything")
  void aCancelledOperationHappensOrDoesNotHappen(CancelCase what) throws Exception {
    what.check();
  }
}
