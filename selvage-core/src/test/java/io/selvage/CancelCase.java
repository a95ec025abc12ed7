package io.selvage;

import static io.selvage.Threads.awaitBlocked;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Operation.Waits;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.kernel.Machine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * An operation that is cancelled in one way at one moment. It happened or it did not, never both;
 * nothing is lost and nothing leaks, also if the program sets the flag again, as every book
 * teaches, in tasks and elsewhere. Use it with {@link LeakCheck}.
 */
public record CancelCase(
    Operation operation, Moment moment, Way way, Kind kind, Reaction reaction) {

  enum Moment {
    BEFORE_ENTRY,
    WHILE_IT_WAITS,
    RACING_WITH_ITS_COMPLETION,
    AFTER_IT_HAPPENED
  }

  enum Way {
    BY_ANOTHER_THREAD,
    BY_DEADLINE,
    BY_INTERRUPT_FROM_OUTSIDE
  }

  /** {@return each operation in every way at every moment} */
  public static Stream<CancelCase> allOf(List<Operation> operations) {
    return operations.stream()
        .flatMap(
            operation ->
                Stream.of(Moment.values())
                    .filter(m -> operation.waits() != Waits.NO || m != Moment.WHILE_IT_WAITS)
                    .filter(m -> operation.waits() != Waits.FOREIGN || m != Moment.BEFORE_ENTRY)
                    .filter(
                        m -> operation.waits() != Waits.FOR_EVER || m != Moment.AFTER_IT_HAPPENED)
                    .flatMap(moment -> cases(operation, moment)));
  }

  private static Stream<CancelCase> cases(Operation operation, Moment moment) {
    return Stream.of(Way.values())
        .flatMap(
            way ->
                Stream.of(Kind.values())
                    .flatMap(
                        kind ->
                            Stream.of(Reaction.values())
                                .filter(r -> !r.restores() || moment != Moment.AFTER_IT_HAPPENED)
                                .map(r -> new CancelCase(operation, moment, way, kind, r))));
  }

  /** Cancels it some times; fails if it is wrong. */
  public void check() throws Exception {
    int rounds =
        switch (moment()) {
          case RACING_WITH_ITS_COMPLETION -> reaction().restores() ? 10 : 25;
          case WHILE_IT_WAITS -> 3;
          case BEFORE_ENTRY, AFTER_IT_HAPPENED -> 2;
        };
    for (int round = 0; round < rounds; round++) {
      new Run(this, round).execute();
    }
  }

  @Override
  public String toString() {
    return operation.name() + " cancelled " + moment + " " + way + " on " + kind + ", " + reaction;
  }

  /** One run of one case. */
  private static final class Run {
    private final CancelCase what;
    private final int round;
    private final Fixture fixture;
    private final CancelScope scope = CancelScope.create();
    private final CountDownLatch inside = new CountDownLatch(1);
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final AtomicBoolean completed = new AtomicBoolean();
    private volatile boolean happened;

    Run(CancelCase what, int round) {
      this.what = what;
      this.round = round;
      this.fixture = what.operation().fixture().get();
      this.fixture.reaction = what.reaction();
    }

    void execute() throws Exception {
      try {
        if (what.moment() != Moment.WHILE_IT_WAITS) {
          if (what.moment() != Moment.RACING_WITH_ITS_COMPLETION
              || fixture instanceof CoreOperations.Sleep) {
            complete();
          }
        }
        Running<Void> worker = what.kind().run(this::work);
        Threads.await(inside);
        cancelAndComplete(worker.thread());
        cancelled.countDown();
        worker.get();
        if (what.moment() == Moment.WHILE_IT_WAITS) {
          complete();
        }
        fixture.verify(happened);
      } finally {
        complete();
        fixture.close();
      }
    }

    private void complete() throws Exception {
      if (completed.compareAndSet(false, true)) {
        fixture.complete();
      }
    }

    private void cancelAndComplete(Thread worker) throws Exception {
      switch (what.moment()) {
        case BEFORE_ENTRY, AFTER_IT_HAPPENED -> cancel(worker);
        case WHILE_IT_WAITS -> {
          awaitBlocked(worker);
          cancel(worker);
        }
        case RACING_WITH_ITS_COMPLETION -> {
          Running<Void> completer = Kind.PLATFORM.run(this::complete);
          spin(round * 37 % 400);
          cancel(worker);
          completer.get();
        }
      }
    }

    private static void spin(int times) {
      for (int i = 0; i < times; i++) {
        Thread.onSpinWait();
      }
    }

    private void cancel(Thread worker) {
      switch (what.way()) {
        case BY_ANOTHER_THREAD -> assertThat(scope.cancel("by the test")).isTrue();
        case BY_DEADLINE -> {
          scope.setDeadline(Deadline.after(Duration.ofNanos(round % 3 * 20_000L)));
          if (what.moment() != Moment.AFTER_IT_HAPPENED) {
            awaitCondition("the time is over", () -> scope.isCancelled() || !scope.isActive());
            awaitTimers(); // the scope says so a moment before its threads are told
          }
        }
        case BY_INTERRUPT_FROM_OUTSIDE -> worker.interrupt();
      }
    }

    /** Waits until the thread of the timers has done what was due. */
    private static void awaitTimers() {
      CountDownLatch done = new CountDownLatch(1);
      Machine.real().callAt(Machine.real().now(), done::countDown);
      Threads.await(done);
    }

    /** The life of the thread that is cancelled, in an outer scope that is not. */
    private void work() throws Exception {
      boolean outerCompleted =
          CancelScope.create()
              .run(
                  () -> {
                    Throwable thrown = null;
                    boolean completed = false;
                    try {
                      completed = scope.run(this::performInScope);
                    } catch (InterruptedException e) {
                      thrown = e;
                    }
                    check(completed, thrown);
                    Selvage.checkpoint();
                    Selvage.sleep(Duration.ofNanos(1));
                    Thread.sleep(0);
                  });
      assertThat(outerCompleted).as("%s: the outer scope runs on", what).isTrue();
    }

    private void performInScope() throws Exception {
      switch (what.moment()) {
        case BEFORE_ENTRY -> {
          inside.countDown();
          Threads.await(cancelled);
          perform();
        }
        case WHILE_IT_WAITS, RACING_WITH_ITS_COMPLETION -> {
          inside.countDown();
          perform();
        }
        case AFTER_IT_HAPPENED -> {
          fixture.perform();
          happened = true;
          inside.countDown();
          Threads.await(cancelled);
        }
      }
    }

    private void perform() throws Exception {
      try {
        fixture.perform();
        happened = true;
      } catch (InterruptedException e) {
        what.reaction().to(e);
      }
    }

    private void check(boolean completed, Throwable thrown) {
      boolean flagAtExit = Thread.currentThread().isInterrupted();
      Threads.await(cancelled);
      boolean flag = Thread.interrupted();
      switch (what.moment()) {
        case BEFORE_ENTRY, WHILE_IT_WAITS ->
            assertThat(happened && !fixture.returnedEarly).as("%s: it happened", what).isFalse();
        case AFTER_IT_HAPPENED -> assertThat(happened).as("%s: it happened", what).isTrue();
        case RACING_WITH_ITS_COMPLETION -> {}
      }
      boolean returned = happened || what.reaction() == Reaction.RESTORES_AND_RETURNS;
      assertThat(completed).as("%s: it returned or was cancelled", what).isEqualTo(returned);
      if (what.way() == Way.BY_INTERRUPT_FROM_OUTSIDE) {
        assertThat(thrown == null).as("%s: thrown or returned", what).isEqualTo(returned);
        if (thrown != null) {
          assertThat(thrown).isExactlyInstanceOf(InterruptedException.class);
        }
        assertThat(flag)
            .as("%s: the interrupt is thrown or kept, or both", what)
            .isEqualTo(happened || what.reaction().restores());
        assertThat(scope.isCancelled()).isFalse();
      } else {
        assertThat(thrown).as("%s: leaves its scope", what).isNull();
        assertThat(scope.cancelledCaught()).isEqualTo(!returned);
        assertThat(flagAtExit).as("%s: the flag behind the scope", what).isFalse();
        assertThat(flag).as("%s: the flag later on", what).isFalse();
      }
    }
  }
}
