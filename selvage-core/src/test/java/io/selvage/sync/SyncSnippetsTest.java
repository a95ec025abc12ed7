package io.selvage.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.LeakCheck;
import io.selvage.TaskGroup;
import io.selvage.sync.SyncSnippets.Bank;
import io.selvage.sync.SyncSnippets.Store;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs the examples of the Javadoc. */
@ExtendWith(LeakCheck.class)
class SyncSnippetsTest {

  @Test
  void theExamplesDoWhatTheySay() throws Exception {
    assertThat(SyncSnippets.event()).containsExactly("connects", "asks");
    assertThat(SyncSnippets.semaphore(List.of("a", "b"))).containsExactly("a fetched", "b fetched");
    assertThat(SyncSnippets.barrier(5)).isEqualTo(0 + 1 + 2 + 3 + 4);
  }

  @Test
  void theBankLosesNoPayment() throws Exception {
    Map<String, Integer> balances = new HashMap<>(Map.of("ann", 0));
    Bank bank = new Bank(new Store(balances));
    TaskGroup.run(
        group -> {
          for (int i = 0; i < 20; i++) {
            group.launch(() -> bank.pay("ann", 5));
          }
        });
    assertThat(balances).containsEntry("ann", 100);
  }
}
