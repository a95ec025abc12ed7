package io.selvage;

import static io.selvage.Bodies.failWith;
import static io.selvage.Checks.assertCancelled;
import static io.selvage.Threads.LONG;
import static io.selvage.Threads.awaitBlocked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which exceptions count as the shape of a cancellation at the end of a scope. */
@ExtendWith(LeakCheck.class)
class ForeignInterruptTest {
  static List<Exception> shapesOfAnInterrupt() {
    return List.of(
        new InterruptedException(),
        new ClosedByInterruptException(),
        new InterruptedIOException(),
        new SocketException("Closed by interrupt"),
        new UncheckedIOException(new ClosedByInterruptException()),
        new ExecutionException(new InterruptedException()),
        new IllegalStateException(new IllegalStateException(new InterruptedException())));
  }

  @ParameterizedTest
  @MethodSource("shapesOfAnInterrupt")
  void foreignShapesCountIfThisScopeInterruptedTheThread(Exception shape) throws Exception {
    CancelScope scope = CancelScope.create();
    boolean completed =
        scope.run(
            () -> {
              scope.cancel();
              assertThat(Thread.interrupted()).isTrue();
              throw shape;
            });
    assertThat(completed).isFalse();
    assertCancelled(scope);
  }

  @ParameterizedTest
  @MethodSource("shapesOfAnInterrupt")
  void foreignShapesPassIfThisScopeDidNotInterruptTheThread(Exception shape) {
    CancelScope scope = CancelScope.create();
    assertThat(catchThrowable(() -> scope.run(() -> failWith(shape)))).isSameAs(shape);
    CancelScope reported = CancelScope.create();
    assertThat(
            catchThrowable(
                () ->
                    reported.run(
                        () -> {
                          awaitOwnAbort(reported);
                          throw shape;
                        })))
        .isSameAs(shape);
    assertThat(reported.cancelledCaught()).isFalse();
  }

  /** Is cancelled while it waits, so that no interrupt is issued. */
  private static void awaitOwnAbort(CancelScope scope) {
    Thread me = Thread.currentThread();
    Running<Void> canceller =
        Kind.PLATFORM.run(
            () -> {
              awaitBlocked(me);
              scope.cancel();
            });
    assertThatThrownBy(() -> Selvage.sleep(LONG)).isInstanceOf(CancelledException.class);
    assertThat(canceller.failure()).isNull();
  }

  @Test
  void aSocketTimeoutIsNoShapeOfAnInterrupt() {
    CancelScope scope = CancelScope.create();
    assertThatThrownBy(
            () ->
                scope.run(
                    () -> {
                      scope.cancel();
                      throw new SocketTimeoutException("slow");
                    }))
        .isInstanceOf(SocketTimeoutException.class);
    assertThat(scope.cancelledCaught()).isFalse();
  }

  @Test
  void anotherSocketExceptionIsNoShapeOfAnInterrupt() {
    CancelScope scope = CancelScope.create();
    assertThatThrownBy(
            () ->
                scope.run(
                    () -> {
                      scope.cancel();
                      throw new SocketException("Connection reset");
                    }))
        .hasMessage("Connection reset");
  }

  @Test
  void aCycleOfCausesIsSurvived() {
    IllegalStateException a = new IllegalStateException("a");
    IllegalStateException b = new IllegalStateException("b", a);
    a.initCause(b);
    CancelScope scope = CancelScope.create();
    assertThat(
            catchThrowable(
                () ->
                    scope.run(
                        () -> {
                          scope.cancel();
                          throw a;
                        })))
        .isSameAs(a);
  }
}
