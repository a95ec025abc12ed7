package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Threads.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.channel.Channel;
import io.selvage.service.CloseSignal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Exceptions whose own methods misbehave are failures as all others, and arrive. */
@ExtendWith(LeakCheck.class)
class HostileExceptionTest {
  private static final GroupOptions COLLECT =
      TaskGroup.options().withPolicy(GroupOptions.FailurePolicy.COLLECT);

  @ParameterizedTest
  @EnumSource
  void aHostileFailureOfATaskFailsItsGroup(HostileException kind) {
    Exception hostile = kind.get();
    Throwable thrown =
        catchThrowable(() -> TaskGroup.run(g -> g.fork("bad", () -> failWith(hostile))));
    assertThat(thrown instanceof TaskFailedException).isTrue();
    TaskFailedException failed = (TaskFailedException) thrown;
    assertThat(failed.failures().size()).isEqualTo(1);
    assertThat(failed.failures().getFirst() == hostile).isTrue();
    assertThat(failed.getMessage()).startsWith("task 'group/bad' failed: ").hasSizeLessThan(3_000);
    assertThat(failed.describe()).startsWith("task 'group/bad' failed: ");
  }

  @ParameterizedTest
  @EnumSource
  void aHostileFailureOfABodyLeavesItsGroupAsItIs(HostileException kind) {
    Exception hostile = kind.get();
    Throwable thrown =
        catchThrowable(
            () ->
                COLLECT
                    .withUncaughtHandler((name, failure) -> {})
                    .run(
                        g -> {
                          g.fork(() -> failWith(new IOException("beside it")));
                          var unused = failWith(hostile);
                        }));
    assertThat(thrown == hostile).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void aHostileFailureOfATaskIsFoundBesideAnother(HostileException kind) {
    Exception hostile = kind.get();
    IOException other = new IOException("another");
    Throwable thrown =
        catchThrowable(
            () ->
                COLLECT.run(
                    g -> {
                      Task<?> bad = g.fork(() -> failWith(other));
                      g.fork(
                          () -> {
                            Threads.awaitCondition("the other one has failed", bad::isDone);
                            return failWith(hostile);
                          });
                    }));
    TaskFailedException failed = (TaskFailedException) thrown;
    assertThat(failed.getCause()).isSameAs(other);
    assertThat(failed.failures().size()).isEqualTo(2);
    assertThat(failed.failures().getLast() == hostile).isTrue();
    assertThat(failed.getMessage().lines().count()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void aJoinOfItsTaskFails(HostileException kind) throws Exception {
    Exception hostile = kind.get();
    COLLECT
        .withUncaughtHandler((name, failure) -> {})
        .run(
            g -> {
              Task<?> bad = g.forkUnsupervised("bad", () -> failWith(hostile));
              Throwable thrown = catchThrowable(bad::join);
              assertThat(thrown instanceof TaskFailedException).isTrue();
              assertThat(((TaskFailedException) thrown).failures().getFirst() == hostile).isTrue();
            });
  }

  /** Most of these are interruptions, and so are cancellations if the task is cancelled. */
  @ParameterizedTest
  @EnumSource
  void aHostileExceptionOnACancellationDoesNotHideAFailure(HostileException kind) {
    Exception hostile = kind.get();
    IOException rides = new IOException("clean-up");
    List<Throwable> uncaught = Collections.synchronizedList(new ArrayList<>());
    Throwable thrown =
        catchThrowable(
            () ->
                COLLECT
                    .withUncaughtHandler((name, failure) -> uncaught.add(failure))
                    .run(
                        g -> {
                          CountDownLatch runs = new CountDownLatch(1);
                          g.launch(
                              () -> {
                                try {
                                  runs.countDown();
                                  Selvage.sleep(LONG);
                                } catch (CancelledException e) {
                                  e.addSuppressed(hostile);
                                  e.addSuppressed(rides);
                                  throw e;
                                }
                              });
                          Threads.await(runs);
                          g.cancel();
                        }));
    assertThat(thrown instanceof TaskFailedException).isTrue();
    TaskFailedException failed = (TaskFailedException) thrown;
    Throwable first = failed.failures().getFirst();
    boolean carried = false;
    for (Throwable suppressed : first.getSuppressed()) {
      carried |= suppressed == rides;
    }
    assertThat(first == rides || carried || uncaught.contains(rides)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void asTheCauseOfTheFailureOfAServiceOrChannelItIsTold(HostileException kind) {
    Exception hostile = kind.get();
    CloseSignal scope = new CloseSignal();
    assertThat(scope.fail(hostile)).isTrue();
    assertThat(scope.reason()).isPresent();
    Channel<String> channel = Channel.unbounded();
    assertThat(channel.fail(hostile)).isTrue();
    assertThat(catchThrowable(channel::receive)).isInstanceOf(BrokenResourceException.class);
  }
}
