package io.selvage.context;

import static io.selvage.context.LabelCarrier.LABEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selvage.Lazy;
import io.selvage.LeakCheck;
import io.selvage.Loop;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import io.selvage.Tasks;
import io.selvage.ThreadPool;
import io.selvage.Threads;
import io.selvage.interop.Background;
import io.selvage.interop.GroupExecutor;
import io.selvage.interop.HomeThread;
import io.selvage.kernel.CurrentRecord;
import io.selvage.runtime.SelvageRuntime;
import io.selvage.service.Actor;
import io.selvage.service.LoopService;
import io.selvage.service.ServiceGroup;
import io.selvage.service.ThreadService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Captures and contexts that fail. */
@ExtendWith(LeakCheck.class)
class CarrierFailureTest {
  private final RuntimeException broken = new UnsupportedOperationException("broken");
  private final LabelCarrier labels = new LabelCarrier();
  private final ContextCarrier failing =
      () -> {
        throw broken;
      };

  @AfterEach
  void nothingIsLeft() {
    assertThat(labels.inside).hasValue(0);
    assertThat(CurrentRecord.handover()).isNull();
    LABEL.remove();
  }

  private static ContextCarrier carrier(CapturedContext context) {
    return () -> context;
  }

  // ---- the capture fails: nothing is handed over

  @Test
  void aForkWhoseCaptureFailsThrowsAndAdmitsNothing() throws Exception {
    Carrying.run(
        failing,
        () ->
            TaskGroup.run(
                group -> {
                  assertThatThrownBy(() -> group.fork(() -> 1)).isSameAs(broken);
                  assertThatThrownBy(() -> group.lazy("lazy", () -> 1)).isSameAs(broken);
                  assertThatThrownBy(() -> group.<Integer>start("start", status -> {}))
                      .isSameAs(broken);
                  assertThat(group.running()).isZero();
                }));
  }

  @Test
  void aBlockingCallWhoseCaptureFailsGivesItsPlaceBack() throws Exception {
    ThreadPool pool = new ThreadPool(1);
    Carrying.run(failing, () -> assertThatThrownBy(() -> pool.call(() -> 1)).isSameAs(broken));
    assertThat(pool.<Integer, Exception>call(() -> 1)).isEqualTo(1);
  }

  @Test
  void aFailureOfATaskInACaptureIsNotTakenForThatOfABlockingCall() throws Exception {
    TaskFailedException ofCapture =
        catchThrowableOfType(
            TaskFailedException.class, () -> Tasks.all(List.of(() -> fail(new IOException()))));
    ContextCarrier carrier =
        () -> {
          throw ofCapture;
        };
    ThreadPool pool = new ThreadPool(1);
    Carrying.run(
        carrier,
        () -> {
          assertThatThrownBy(() -> pool.call(() -> 1)).isSameAs(ofCapture);
          assertThatThrownBy(() -> Selvage.callBlocking(() -> 1)).isSameAs(ofCapture);
          assertThatThrownBy(() -> new Loop().call(() -> 1)).isSameAs(ofCapture);
        });
    assertThat(pool.<Integer, Exception>call(() -> 1)).isEqualTo(1);
  }

  @Test
  void aLazyTaskCapturesWhenItIsMadeAndNotAgain() throws Exception {
    Refusing refusing = new Refusing();
    Carrying.run(
        refusing,
        () ->
            TaskGroup.run(
                group -> {
                  Lazy<Integer> lazy = group.lazy("lazy", () -> 1);
                  refusing.refuseNext();
                  assertThat(lazy.join()).isEqualTo(1);
                  assertThatThrownBy(() -> group.lazy("lazy", () -> 1))
                      .isInstanceOf(IllegalStateException.class)
                      .hasMessage("of the capture");
                }));
  }

  @Test
  void aStartWhoseCaptureFailsHasNotStartedTheService() throws Exception {
    ThreadService service = ThreadService.virtual("service", ThreadService::started);
    Carrying.run(failing, () -> assertThatThrownBy(service::start).isSameAs(broken));
    assertThat(service.isStarted()).isFalse();
    service.start().awaitStarted();
    service.awaitStopped();
  }

  @Test
  void aSubmitWhoseCaptureFailsSendsNothing() throws Exception {
    Actor<String> actor = Carrying.call(failing, () -> Actor.of(message -> {}));
    assertThatThrownBy(() -> actor.submit("1")).isSameAs(broken);
    assertThat(actor.mailbox().stats().queued()).isZero();
  }

  @Test
  void aRunnerWhoseCaptureFailsRunsAConcurrentActor() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    Actor<String> actor = Actor.concurrent((message, baton) -> log.add(message));
    actor.submit("1");
    actor.close();
    Carrying.run(failing, actor::run);
    assertThat(log).containsExactly("1");
  }

  @Test
  void servicesAreAwaitedThoughTheCaptureOfTheWaitingThreadFails() throws Exception {
    ThreadService service =
        ThreadService.virtual(
            "service",
            self -> {
              self.started();
              self.scope().await();
            });
    try (ServiceGroup services = ServiceGroup.of(service).start()) {
      Carrying.run(failing, () -> services.awaitStarted(Threads.PATIENCE));
      Carrying.run(failing, () -> services.awaitStarted());
      assertThat(service.isStopped()).isFalse();
    }
  }

  @Test
  void aHomeCallWhoseCaptureFailsIsNotPassedOn() throws Exception {
    List<Runnable> passed = new ArrayList<>();
    HomeThread home = Carrying.call(failing, () -> HomeThread.of("home", passed::add, () -> false));
    assertThatThrownBy(() -> home.callSync(() -> 1)).isSameAs(broken);
    assertThatThrownBy(() -> home.runSoon(() -> {})).isSameAs(broken);
    assertThat(passed).isEmpty();
  }

  @Test
  void aCarrierThatCapturesNullIsNamed() throws Exception {
    Carrying.run(
        carrier(nullContext()),
        () ->
            assertThatThrownBy(() -> Tasks.all(List.of(() -> 1)))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("captured null"));
  }

  @SuppressWarnings("NullAway") // on purpose
  private static CapturedContext nullContext() {
    return null;
  }

  // ---- the context fails: the work has failed

  private static void assertFailsWith(Throwable expected, ContextCarrier carrier) throws Exception {
    Carrying.run(
        carrier,
        () ->
            TaskGroup.run(
                group -> {
                  Task<Integer> task = group.forkUnsupervised("task", () -> 1);
                  assertThatThrownBy(task::join).cause().isSameAs(expected);
                  assertThat(task.state()).isEqualTo(Task.State.FAILED);
                }));
  }

  @Test
  void aTaskWhoseContextCannotBeSetHasFailed() throws Exception {
    assertFailsWith(
        broken,
        carrier(
            body -> {
              throw broken;
            }));
  }

  @Test
  void aTaskWhoseContextCannotBeTakenAwayHasFailed() throws Exception {
    assertFailsWith(
        broken,
        carrier(
            body -> {
              body.run();
              throw broken;
            }));
  }

  @Test
  void theFailureOfTheBodyIsFirstAndThatOfTheContextSuppressedOnIt() throws Exception {
    IOException own = new IOException("own");
    Carrying.run(
        carrier(
            body -> {
              try {
                body.run();
              } finally {
                throwIt(broken);
              }
            }),
        () ->
            assertThatThrownBy(() -> Tasks.all(List.of(() -> fail(own))))
                .isInstanceOf(TaskFailedException.class)
                .cause()
                .isSameAs(own));
    assertThat(own).hasSuppressedException(broken);
  }

  private static void throwIt(RuntimeException thrown) {
    throw thrown;
  }

  private static int fail(Exception thrown) throws Exception {
    throw thrown;
  }

  @Test
  void aContextThatSwallowsOrReplacesTheFailureOfTheBodyDoesNotLoseIt() throws Exception {
    IOException own = new IOException("own");
    CapturedContext swallows =
        body -> {
          try {
            body.run();
          } catch (IOException e) {
            // on purpose
          }
        };
    CapturedContext wraps =
        body -> {
          try {
            body.run();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        };
    for (CapturedContext context : List.of(swallows, wraps)) {
      Carrying.run(
          carrier(context),
          () ->
              Carrying.run(
                  labels,
                  () ->
                      assertThatThrownBy(() -> Tasks.all(List.of(() -> fail(own))))
                          .isInstanceOf(TaskFailedException.class)
                          .cause()
                          .isSameAs(own)));
    }
    assertThat(own.getSuppressed()).noneMatch(IllegalStateException.class::isInstance);
  }

  @Test
  void aContextThatWrapsACancellationDoesNotMakeItAFailure() throws Exception {
    CapturedContext wraps =
        body -> {
          try {
            body.run();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    Carrying.run(
        carrier(wraps),
        () ->
            TaskGroup.run(
                group -> {
                  CountDownLatch begun = new CountDownLatch(1);
                  Task<?> task =
                      group.launch(
                          () -> {
                            begun.countDown();
                            Selvage.sleep(Threads.LONG);
                          });
                  Threads.await(begun);
                  group.cancel("enough");
                }));
  }

  @Test
  void aFailureOfAnOuterContextComesAfterTheInnerOneWasTakenAway() throws Exception {
    LABEL.set("ann");
    AtomicReference<@Nullable String> seen = new AtomicReference<>();
    ContextCarrier outer =
        carrier(
            body -> {
              try {
                body.run();
              } finally {
                seen.set(LABEL.get());
              }
            });
    Carrying.run(outer, () -> Carrying.run(labels, () -> Tasks.all(List.of(() -> LABEL.get()))));
    assertThat(seen.get()).isNull();
    assertThat(labels.captured).hasValue(1);
  }

  /** Its captures fail as the fork into a group that has ended does. */
  private static final class Refusing implements ContextCarrier {
    private final AtomicReference<@Nullable IllegalStateException> next = new AtomicReference<>();

    @Override
    public CapturedContext capture() {
      IllegalStateException refusal = next.getAndSet(null);
      if (refusal != null) {
        throw refusal;
      }
      return body -> body.run();
    }

    IllegalStateException refuseNext() {
      IllegalStateException refusal = new IllegalStateException("of the capture");
      next.set(refusal);
      return refusal;
    }

    void assertThrown(Callable<?> handover) throws Exception {
      IllegalStateException refusal = refuseNext();
      assertThatThrownBy(handover::call).isSameAs(refusal);
      assertThat(handover.call()).isNotNull();
    }
  }

  @Test
  void aCaptureThatFailsAsTheEndOfAGroupDoesIsNotTakenForIt() throws Exception {
    Refusing refusing = new Refusing();
    Carrying.run(
        refusing,
        () -> {
          try (Background background = Background.open();
              SelvageRuntime runtime = SelvageRuntime.options().open()) {
            refusing.assertThrown(() -> background.fork(() -> 1));
            refusing.assertThrown(() -> runtime.spawn(() -> 1));
          }
          TaskGroup.run(
              group -> {
                try (GroupExecutor executor = GroupExecutor.of(group)) {
                  refusing.assertThrown(() -> executor.submit(() -> 1));
                }
              });
          LoopService loop = LoopService.virtual("loop");
          try (ServiceGroup services = ServiceGroup.of(loop).start()) {
            services.awaitStarted(Threads.PATIENCE);
            refusing.assertThrown(() -> loop.submit(() -> 1));
          }
        });
  }

  // ---- arguments

  @Test
  void badArgumentsAreRefused() {
    assertThatThrownBy(() -> ContextCarrier.scopedValues())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("values must not be empty");
    assertThatThrownBy(() -> ContextCarrier.scopedValues(ScopedValue.newInstance(), null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("values[1]");
    assertThatThrownBy(() -> Carrying.run(null, () -> {}))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("carrier");
    assertThatThrownBy(() -> Carrying.call(labels, null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("body");
    assertThatThrownBy(() -> Carrying.run(labels, null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("body");
  }
}
