package io.selvage.test.foundation;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.context.Carrying;
import io.selvage.context.ContextCarrier;
import io.selvage.service.Actor;
import io.selvage.service.LoopService;
import io.selvage.test.Simulation;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Context in simulated programs: every order, from seeds. */
class ContextSimulationTest {
  private static final ScopedValue<String> NAME = ScopedValue.newInstance();

  /** Counts the contexts that are set, and not set back yet. */
  private final AtomicInteger inside = new AtomicInteger();

  private final ContextCarrier counting =
      () ->
          body -> {
            inside.incrementAndGet();
            try {
              body.run();
            } finally {
              inside.decrementAndGet();
            }
          };

  private static void with(String name, Runnable body) {
    ScopedValue.where(NAME, name).run(body);
  }

  private static String seenAfterWaits() throws InterruptedException {
    Selvage.checkpoint();
    Selvage.sleep(ofMillis(1));
    return Selvage.<String, RuntimeException>callBlocking(NAME::get);
  }

  @Test
  void eachTaskSeesTheValuesOfItsForkerInEveryOrder() {
    Simulation.options()
        .withName("context of tasks")
        .explore(
            100,
            run ->
                Carrying.run(
                    ContextCarrier.scopedValues(NAME),
                    () ->
                        TaskGroup.run(
                            group -> {
                              for (String name : List.of("a", "b", "c")) {
                                with(
                                    name,
                                    () ->
                                        group.launch(
                                            () ->
                                                assertThat(
                                                        Tasks.map(
                                                            List.of(1, 2),
                                                            item -> seenAfterWaits()))
                                                    .containsOnly(name)));
                              }
                            })));
  }

  @Test
  void callsToALoopAndMessagesToAnActorHaveTheValuesOfTheirSender() {
    Simulation.options()
        .withName("context of calls")
        .explore(
            100,
            run -> {
              List<String> handled = new CopyOnWriteArrayList<>();
              Carrying.run(
                  ContextCarrier.scopedValues(NAME),
                  () -> {
                    LoopService service = LoopService.virtual("loop").start();
                    Actor<String> actor =
                        Actor.concurrent(
                            (message, baton) -> {
                              Selvage.checkpoint();
                              baton.release();
                              handled.add(message + NAME.get());
                            });
                    TaskGroup.run(
                        group -> {
                          for (String name : List.of("a", "b")) {
                            with(
                                name,
                                () ->
                                    group.launch(
                                        () -> {
                                          actor.submit("from ");
                                          assertThat(
                                                  service.<String, RuntimeException>callSync(
                                                      NAME::get))
                                              .isEqualTo(name);
                                        }));
                          }
                        });
                    actor.close();
                    actor.run();
                    service.stop();
                    service.awaitStopped();
                  });
              assertThat(handled).containsExactlyInAnyOrder("from a", "from b");
            });
  }

  @Test
  void whereverATaskIsCancelledItsContextIsSetBack() {
    Simulation.options()
        .withName("cancelled context")
        .cancelEverywhere(
            3,
            run -> {
              Carrying.run(
                  counting,
                  () ->
                      CancelScope.moveOnAfter(ofMillis(5))
                          .run(
                              () ->
                                  TaskGroup.run(
                                      group -> {
                                        group.launch(() -> Selvage.sleep(ofMillis(3)));
                                        group.launch(() -> Selvage.sleep(ofMillis(6)));
                                      })));
              assertThat(inside).hasValue(0);
            });
  }
}
