package io.selvage.test.junit;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.service.ThreadService;
import io.selvage.test.SimulationRun;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The examples of the Javadoc. {@link JUnitSnippetsTest} runs them. */
final class JUnitSnippets {
  private JUnitSnippets() {}

  // @start region="simulation"
  static class ParcelsTest {
    final Channel<Integer> parcels = Channel.unbounded();
    int delivered;

    @BeforeEach
    void order() throws InterruptedException {
      parcels.send(1);
      parcels.send(2);
    }

    @SimulationTest(seeds = 500)
    void allAreDeliveredWithinADay(SimulationRun run) throws Exception {
      TaskGroup.run(
          group -> {
            group.launch("van", () -> parcels.forEach(parcel -> delivered++));
            group.launch("bike", () -> parcels.forEach(parcel -> delivered++));
            Selvage.sleep(Duration.ofHours(8)); // takes no time
            parcels.close();
          });
      Assertions.assertEquals(2, delivered);
      Assertions.assertTrue(run.elapsed().compareTo(Duration.ofDays(1)) < 0);
    }

    @AfterEach
    void noneIsLeft() {
      Assertions.assertEquals(0, parcels.stats().queued());
    }
  }

  // @end

  static class PaymentTest {
    int balance;

    // @start region="replay"
    @SimulationTest(schedule = "sim1:PaymentTest.pays:2r:4b17a::1f0c95d2:4cbe")
    void pays() throws Exception {
      TaskGroup.run(
          group -> {
            group.fork("one", () -> balance++);
            group.fork("other", () -> balance++);
          });
      Assertions.assertEquals(2, balance);
    }
    // @end
  }

  // @start region="leaks"
  @NoLeaks
  static class HeartTest {
    @Test
    void beats() throws Exception {
      ThreadService heart = ThreadService.virtual("heart", service -> service.scope().await());
      heart.start();
      heart.stop();
      heart.awaitStopped(); // without this the test fails
    }
  }
  // @end
}
