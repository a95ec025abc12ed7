package io.selvage;

import static io.selvage.Bodies.failWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.function.ThrowingRunnable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A call gives its place in the pool back, however it ends. */
@ExtendWith(LeakCheck.class)
class ThreadPoolRoomTest {
  private final List<Object> log = Collections.synchronizedList(new ArrayList<>());

  @Test
  void theRoomOfACallThatFailsWithAnErrorIsFreeAgain() throws Exception {
    ThreadPool pool = new ThreadPool(1);
    AssertionError failure = new AssertionError("wrong");
    assertThat(catchThrowable(() -> pool.call(() -> failWith(failure)))).isSameAs(failure);
    assertThat(pool).hasToString("ThreadPool[1 free, 0 waiting]");
  }

  @Test
  void theRoomOfACallThatIsCancelledBeforeItBeginsIsFreeAgain() throws Exception {
    ThreadPool pool = new ThreadPool(1);
    CancelScope scope = CancelScope.create();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    ThrowingRunnable<InterruptedException> never = () -> pool.call(() -> log.add("never"));
    Thread caller =
        new Thread(() -> failure.set(catchThrowable(() -> scope.run(never)))) {
          @Override
          public ClassLoader getContextClassLoader() {
            if (scope.isActive()) {
              scope.cancel("while the thread of the call is made");
            }
            return null;
          }
        };
    caller.start();
    caller.join();
    assertThat(failure.get()).isNull();
    assertThat(scope.cancelledCaught()).isTrue();
    assertThat(log).isEmpty();
    assertThat(pool).hasToString("ThreadPool[1 free, 0 waiting]");
    assertThat(pool.<Integer, RuntimeException>call(() -> 42)).isEqualTo(42);
  }
}
