package io.selvage.test.foundation;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import io.selvage.CancelScope;
import io.selvage.Loop;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.ThreadPool;
import io.selvage.function.ThrowingRunnable;
import io.selvage.service.LoopService;
import io.selvage.service.ThreadService;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bodies that catch the cancellation, set the flag again, and throw or return: behind each scope,
 * group, loop, call of a pool and service the flag is as it was on entry, and the next operation
 * works. Each task is cancelled at each step.
 */
@Timeout(120)
class RestoredFlagSimulationTest {

  /** Something that runs a body, with a time limit inside which runs out first. */
  private interface Around {
    void run(ThrowingRunnable<InterruptedException> body) throws Exception;
  }

  private static Arguments around(String name, boolean returns, Around around) {
    return argumentSet(name + (returns ? ", returns" : ", throws"), around, returns);
  }

  static Stream<Arguments> everything() {
    return Stream.of(true, false)
        .flatMap(
            returns ->
                Stream.of(
                    around("a scope", returns, limit()),
                    around(
                        "a scope in a scope",
                        returns,
                        body -> limit().run(() -> CancelScope.create().run(body))),
                    around("a shield", returns, body -> CancelScope.shield(ofSeconds(1)).run(body)),
                    around(
                        "the body of a group",
                        returns,
                        body -> limit().run(() -> TaskGroup.run(group -> body.run()))),
                    around(
                        "a task",
                        returns,
                        body -> limit().run(() -> TaskGroup.run(group -> group.launch(body)))),
                    around(
                        "calls",
                        returns,
                        body ->
                            limit()
                                .run(
                                    () ->
                                        Tasks.map(
                                            List.of(1, 2),
                                            each -> {
                                              body.run();
                                              return each;
                                            }))),
                    around("a loop", returns, body -> limit().run(() -> new Loop().run(body))),
                    around(
                        "a call of a pool",
                        returns,
                        body -> limit().run(() -> new ThreadPool(1).run(body))),
                    around("a service", returns, RestoredFlagSimulationTest::service),
                    around("a loop of a service", returns, RestoredFlagSimulationTest::loop)));
  }

  private static Around limit() {
    return body -> CancelScope.moveOnAfter(ofSeconds(1)).run(body);
  }

  private static void service(ThrowingRunnable<InterruptedException> body) throws Exception {
    boolean[] clean = {false};
    ThreadService service =
        ThreadService.virtual(
            "service",
            self -> {
              self.started();
              CancelScope.moveOnAfter(ofSeconds(1)).run(body);
              clean[0] = !Thread.currentThread().isInterrupted();
              Selvage.sleep(ofSeconds(1));
            });
    service.start();
    try {
      service.awaitStopped();
      assertThat(clean[0]).as("the flag in the service").isTrue();
    } finally {
      service.stop("the end", Duration.ofDays(1));
    }
  }

  private static void loop(ThrowingRunnable<InterruptedException> body) throws Exception {
    LoopService service = LoopService.virtual("loop");
    service.start();
    try {
      CancelScope.moveOnAfter(ofSeconds(1))
          .run(
              () ->
                  service.callSync(
                      () -> {
                        body.run();
                        return 1;
                      }));
      boolean flag = service.callSync(() -> Thread.currentThread().isInterrupted());
      assertThat(flag).as("the flag in the next call").isFalse();
    } finally {
      service.stop("the end", Duration.ofDays(1));
    }
  }

  @ParameterizedTest
  @MethodSource("everything")
  void theFlagEndsWithIt(Around around, boolean returns) {
    ThrowingRunnable<InterruptedException> body =
        () -> {
          try {
            Selvage.sleep(ofSeconds(9));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (!returns) {
              throw e;
            }
          }
        };
    Explored.cancelledEverywhereBut(
        "loop/.*", // no program has a handle of these
        run -> {
          CancelScope whole = CancelScope.create();
          whole.run(() -> around.run(body));
          if (!Selvage.isCancelled()) {
            assertThat(Thread.currentThread().isInterrupted()).as("the flag").isFalse();
          }
          Selvage.sleep(ofSeconds(1));
        });
  }
}
