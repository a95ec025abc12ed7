package io.selvage;

import static io.selvage.Bodies.sleepThenFail;
import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelledException.Source;
import io.selvage.sync.Event;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Work with a time limit on a loop: nothing of it goes on when the time is over. */
@ExtendWith(LeakCheck.class)
class TimeLimitTest {
  private static final Duration SOON = Duration.ofMillis(1);

  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());
  private final Loop loop = new Loop();

  @Test
  void aBodyThatIsInTimeHasItsResult() throws Exception {
    loop.run(
        () -> {
          assertThat(CancelScope.moveOnAfter(LONG).call(() -> sleepThen("value")))
              .contains("value");
          assertThat(CancelScope.failAfter(LONG).call(() -> "value")).isEqualTo("value");
        });
  }

  private static String sleepThen(String value) throws InterruptedException {
    Selvage.sleep(SOON);
    return value;
  }

  @Test
  void whenTheTimeIsOverTheBodyIsCancelledFirstAndThereIsNoResult() throws Exception {
    loop.run(
        () -> {
          log.add(
              CancelScope.moveOnAfter(SOON)
                  .call(
                      () -> {
                        try {
                          Selvage.sleep(LONG);
                          return "value";
                        } catch (CancelledException e) {
                          assertThat(e.source()).isEqualTo(Source.DEADLINE);
                          log.add("cancelled");
                          throw e;
                        }
                      }));
          log.add("behind");
        });
    assertThat(log).containsExactly("cancelled", Optional.empty(), "behind");
  }

  @Test
  void aTimeoutExceptionIsThrownAtTheEdgeOnly() throws Exception {
    assertThatThrownBy(
            () ->
                loop.run(
                    () ->
                        CancelScope.failAfter(SOON)
                            .run(
                                () -> {
                                  try {
                                    Selvage.sleep(LONG);
                                  } catch (InterruptedException e) {
                                    log.add(e.getClass());
                                    throw e;
                                  }
                                })))
        .isInstanceOf(TimeoutException.class)
        .hasMessageContaining("PT0.001S");
    assertThat(log).containsExactly(CancelledException.class);
  }

  @Test
  void anErrorInTimePassesUnchanged() {
    IOException disk = new IOException("disk");
    assertThatThrownBy(
            () ->
                loop.call(
                    () ->
                        CancelScope.moveOnAfter(LONG)
                            .call(
                                () -> {
                                  Selvage.checkpoint();
                                  throw disk;
                                })))
        .isSameAs(disk);
  }

  @Test
  void anErrorOfTheCleanUpPassesUnchanged() {
    IOException disk = new IOException("disk");
    assertThatThrownBy(
            () -> loop.call(() -> CancelScope.moveOnAfter(SOON).run(() -> sleepThenFail(disk))))
        .isSameAs(disk);
  }

  @Test
  void theCallerWaitsForTheCleanUpHoweverLongItTakes() throws Exception {
    loop.run(
        () -> {
          boolean inTime =
              CancelScope.moveOnAfter(SOON)
                  .run(
                      () -> {
                        try {
                          Selvage.sleep(LONG);
                        } finally {
                          CancelScope.shieldUnlimited()
                              .run(
                                  () -> {
                                    Selvage.sleep(Duration.ofMillis(3));
                                    log.add("clean");
                                  });
                        }
                      });
          log.add(inTime);
        });
    assertThat(log).containsExactly("clean", false);
  }

  @Test
  void aBodyThatCatchesItAndReturnsHasItsLateResult() throws Exception {
    loop.call(
        () ->
            log.add(
                CancelScope.moveOnAfter(SOON)
                    .call(
                        () -> {
                          try {
                            Selvage.sleep(LONG);
                            return "in time";
                          } catch (CancelledException e) {
                            return "late";
                          }
                        })));
    assertThat(log).containsExactly(Optional.of("late"));
  }

  @Test
  void theWholeSubtreeIsCancelledAndJoined() throws Exception {
    loop.run(
        () -> {
          CancelScope limit = CancelScope.create();
          log.add(
              limit.run(
                  () ->
                      TaskGroup.run(
                          outer ->
                              outer.launch(
                                  () -> TaskGroup.run(inner -> inner.launch(() -> deep(limit)))))));
          assertThat(limit.timedOut()).isTrue();
        });
    assertThat(log).containsExactly("deep", "cancelled", false);
  }

  /** The time begins when all are inside. */
  private void deep(CancelScope limit) throws InterruptedException {
    log.add("deep");
    limit.setDeadline(Deadline.after(SOON));
    sleeping();
  }

  private void sleeping() throws InterruptedException {
    try {
      Selvage.sleep(LONG);
      log.add("slept for an hour");
    } catch (CancelledException e) {
      log.add("cancelled");
      throw e;
    }
  }

  @Test
  void anEndlessWaitUnderATimeLimitEnds() throws Exception {
    Event event = new Event();
    loop.run(
        () -> {
          assertThat(CancelScope.moveOnAfter(SOON).run(() -> event.await())).isFalse();
          assertThat(
                  CancelScope.moveOnAfter(SOON).call(() -> Tasks.all(this::endless, this::endless)))
              .isEmpty();
        });
    assertThat(event.waiting()).isZero();
  }

  private boolean endless() throws InterruptedException {
    new Event().await();
    return true;
  }

  @Test
  void withoutAnyTimeTheBodyGetsAsFarAsItsFirstOperation() throws Exception {
    loop.run(
        () -> {
          boolean completed =
              CancelScope.moveOnAfter(Duration.ZERO)
                  .run(
                      () -> {
                        log.add("begun");
                        Selvage.checkpoint();
                        log.add("not reached");
                      });
          assertThat(completed).isFalse();
          assertThat(CancelScope.moveOnAfter(Duration.ZERO).call(() -> "no operation"))
              .contains("no operation");
        });
    assertThat(log).containsExactly("begun");
    assertThatThrownBy(() -> CancelScope.moveOnAfter(Duration.ofMillis(-1)).run(() -> {}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aThreadWhoseTimedWaitHasEndedIsNotKeptByItsTimerOrByTheLoop() throws Exception {
    loop.run(
        () -> {
          List<WeakReference<Object>> results = new ArrayList<>();
          waitInTime(results);
          Selvage.runBlocking(
              () ->
                  awaitCondition(
                      "the result is collected",
                      () -> {
                        System.gc();
                        return results.getFirst().get() == null;
                      }));
        });
  }

  private void waitInTime(List<WeakReference<Object>> results) throws InterruptedException {
    Event event = new Event();
    Task<Object> task =
        loop.fork(
            () -> {
              Object result = new Object();
              results.add(new WeakReference<>(result));
              assertThat(event.await(LONG)).isTrue();
              return result;
            });
    Selvage.checkpoint();
    event.set();
    assertThat(task.join()).isNotNull();
  }
}
