package io.selvage.kernel.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.observe.Dump;
import io.selvage.service.ThreadService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A dump as the report of a simulation that is stuck: complete and exact. */
class SimulatedDumpTest {

  private static final class Stuck extends RuntimeException {
    private static final long serialVersionUID = 1;

    Stuck(String message) {
      super(message);
    }
  }

  /** Shows the dump when no thread can go on. */
  private static final class DumpWhenStuck extends FirstCandidate {
    @Override
    public Throwable stuck() {
      return new Stuck(Dump.take().text());
    }
  }

  private interface Body {
    void run() throws InterruptedException;
  }

  private static String reportOf(boolean platform, Body body) throws InterruptedException {
    Throwable failure =
        new SimulatedMachine(new DumpWhenStuck(), platform, false)
            .run(
                () -> {
                  try {
                    body.run();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                },
                TimeUnit.SECONDS.toNanos(20));
    assertThat(failure).isInstanceOf(Stuck.class);
    return failure.getMessage();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aDeadlockIsReportedWithTheTimesOfTheSimulation(boolean platform) throws Exception {
    String report =
        reportOf(
            platform,
            () -> {
              Channel<String> channel = Channel.unbounded();
              TaskGroup.options()
                  .withName("deadlock")
                  .run(
                      group -> {
                        Task<String> reader = group.fork("reader", channel::receive);
                        group.launch("brief", () -> {});
                        group.launch(
                            "writer",
                            () -> {
                              Selvage.sleep(Duration.ofSeconds(5));
                              CancelScope.shieldUnlimited().call(reader::join);
                              channel.send("never");
                            });
                      });
            });
    String channel = "Channel[0 queued, 1 waiting]";
    String kind = platform ? "platform" : "virtual";
    assertThat(report)
        .isEqualTo(
            "main ("
                + kind
                + ", waits 5 s uncancellably in TaskGroup.end for group 'deadlock')\n"
                + "└ group 'deadlock', 2 tasks\n"
                + "  ├ deadlock/reader ("
                + kind
                + ", waits 5 s in Channel.receive for "
                + channel
                + ")\n"
                + "  └ deadlock/writer ("
                + kind
                + ", waits 0 s in Task.join for "
                + "Task[deadlock/reader, RUNNING])\n"
                + "    └ shield\n");
  }

  @Test
  void aDumpShowsTheSimulationOnlyAndItsServices() throws Exception {
    CancelScope outside = CancelScope.create();
    outside.run(
        () ->
            assertThat(
                    reportOf(
                        false,
                        () -> {
                          ThreadService service =
                              ThreadService.platform(
                                      "db",
                                      self -> {
                                        self.started();
                                        self.scope().await();
                                      })
                                  .start();
                          var unused = service.awaitStopped(Duration.ofSeconds(90));
                          service.awaitStopped();
                        }))
                .isEqualTo(
                    """
                    main (virtual, waits 0 s in Service.awaitStopped for \
                    ThreadService[db, ready, CloseSignal[open]])
                    service db (platform, waits 1 min 30 s in CloseSignal.await for CloseSignal[open])
                    └ scope
                    """));
  }
}
