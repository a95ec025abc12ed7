package io.selvage.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.Selvage;
import io.selvage.TaskFailedException;
import io.selvage.TaskGroup;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Which exceptions tell only of a cancellation by the simulation, however they are nested. */
class InjectedTest {
  private static final int DEEP = 30_000;

  private static CancelledException cancelled(String reason) {
    CancelledException[] caught = new CancelledException[1];
    CancelScope scope = CancelScope.create();
    Throwable unexpected =
        catchThrowable(
            () ->
                scope.run(
                    () -> {
                      scope.cancel(reason);
                      try {
                        Selvage.checkpoint();
                      } catch (CancelledException e) {
                        caught[0] = e;
                      }
                    }));
    assertThat(unexpected).isNull();
    return caught[0];
  }

  private static CancelledException injected() {
    return cancelled(Injected.REASON);
  }

  private static Throwable failedTask(Exception failure) {
    return catchThrowable(
        () ->
            TaskGroup.run(
                group ->
                    group.fork(
                        () -> {
                          throw failure;
                        })));
  }

  private static Throwable causedBy(Throwable innermost, int depth) {
    Throwable outermost = innermost;
    for (int i = 0; i < depth; i++) {
      outermost = new Link(outermost);
    }
    return outermost;
  }

  private static final class Link extends Exception {
    private static final long serialVersionUID = 1L;

    Link(Throwable cause) {
      super("link", cause, true, false);
    }
  }

  private static final class WithoutEnd extends Exception {
    private static final long serialVersionUID = 1L;

    @Override
    public synchronized Throwable getCause() {
      return new WithoutEnd();
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  @Test
  void theCancellationItselfAndWhatItCausedAre() {
    assertThat(Injected.is(injected())).isTrue();
    assertThat(Injected.is(new IOException(injected()))).isTrue();
    assertThat(Injected.is(causedBy(injected(), DEEP))).isTrue();
    Throwable failed = failedTask(new IOException(injected()));
    assertThat(failed).isInstanceOf(TaskFailedException.class);
    assertThat(Injected.is(failed)).isTrue();
  }

  @Test
  void whatHasAnotherPartIsNot() {
    assertThat(Injected.is(new IOException("disk"))).isFalse();
    assertThat(Injected.is(cancelled("by the program"))).isFalse();
    assertThat(Injected.is(causedBy(new IOException("disk"), DEEP))).isFalse();
    assertThat(Injected.is(failedTask(new IOException("disk")))).isFalse();
    Throwable cleanUp = injected();
    cleanUp.addSuppressed(new IOException("clean-up"));
    assertThat(Injected.is(causedBy(cleanUp, 3))).isFalse();
  }

  @Test
  void suppressedOnesCountHoweverDeep() {
    CancelledException injected = injected();
    Throwable innermost = new Link(injected);
    Throwable outermost = innermost;
    for (int i = 0; i < DEEP; i++) {
      Throwable next = new Link(injected);
      next.addSuppressed(outermost);
      outermost = next;
      if (i == 100) {
        assertThat(Injected.is(outermost)).isTrue();
      }
    }
    innermost.addSuppressed(new IOException("the failure"));
    assertThat(Injected.is(outermost)).isFalse();
  }

  @Test
  void circlesEnd() {
    Exception first = new Exception("first");
    Exception second = new Exception("second");
    first.initCause(second);
    second.initCause(first);
    assertThat(Injected.is(first)).isFalse();
    assertThat(Found.causes(first)).containsExactly(first, second);
    CancelledException itself = injected();
    IOException wrapper = new IOException(itself);
    itself.addSuppressed(wrapper);
    assertThat(Injected.is(itself)).isTrue();
  }

  @Test
  void aChainWithoutEndEnds() {
    assertThat(Injected.is(new WithoutEnd())).isFalse();
    assertThat(Found.causes(new WithoutEnd())).isNotEmpty();
  }
}
