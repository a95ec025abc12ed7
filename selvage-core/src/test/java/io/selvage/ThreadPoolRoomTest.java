package io.selvage;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a call has taken goes back, however it ends. */
@ExtendWith(LeakCheck.class)
class ThreadPoolRoomTest {
  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());

  @Test
  void theRoomOfACallThatFailsWithAnErrorIsFreeAgain() throws Exception {
    ThreadPool pool = new ThreadPool(1);
    AssertionError failure = new AssertionError("wrong");
    assertThat(
            catchThrowable(
                () ->
                    pool.call(
                        () -> {
                          throw failure;
                        })))
        .isSameAs(failure);
    assertThat(pool).hasToString("ThreadPool[1 free, 0 waiting]");
  }

  @Test
  void theThreadOfACallThatIsCancelledBeforeItBeginsIsUsedAgain() throws Exception {
    CancelScope scope = CancelScope.create();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread caller =
        new Thread(() -> failure.set(catchThrowable(() -> callThrice(scope)))) {
          @Override
          public ClassLoader getContextClassLoader() {
            if (scope.isActive()) {
              scope.cancel("when the call has its thread");
            }
            return null;
          }
        };
    caller.start();
    caller.join();
    assertThat(failure.get()).isNull();
    assertThat(scope.cancelledCaught()).isTrue();
    assertThat(log).hasSize(2).containsOnly(log.getFirst());
  }

  private void callThrice(CancelScope scope) throws InterruptedException {
    Thread worker = Selvage.blocking(Thread::currentThread);
    awaitCondition("it rests", () -> worker.getState() == Thread.State.TIMED_WAITING);
    log.add(worker);
    scope.run(() -> Selvage.blocking(() -> log.add("never")));
    log.add(Selvage.<Thread, RuntimeException>blocking(Thread::currentThread));
  }
}
