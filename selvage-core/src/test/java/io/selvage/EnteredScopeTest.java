package io.selvage;

import static io.selvage.Checks.flag;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.Threads.Kind;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class EnteredScopeTest {
  @Test
  void anEnteredScopeIsLeftByClose() throws Exception {
    CancelScope scope = CancelScope.create();
    EnteredScope stay = scope.enter();
    assertThat(stay.scope()).isSameAs(scope);
    assertThat(CancelScope.current()).containsSame(scope);
    assertThat(stay.toString()).contains("active");
    stay.close();
    stay.close();
    assertThat(CancelScope.current()).isEmpty();
    assertThat(scope.isActive()).isFalse();
  }

  @Test
  void anEnteredScopeRetractsButCatchesNothing() throws Exception {
    CancelScope scope = CancelScope.create();
    assertThatThrownBy(
            () -> {
              try (EnteredScope stay = scope.enter()) {
                stay.scope().cancel();
                Selvage.checkpoint();
              }
            })
        .isInstanceOf(CancelledException.class);
    assertThat(scope.cancelledCaught()).isFalse();
    try (EnteredScope stay = CancelScope.create().enter()) {
      stay.scope().cancel();
      assertThat(flag()).isTrue();
    }
    assertThat(flag()).isFalse();
    Selvage.checkpoint();
  }

  @Test
  void leavingByAnotherThreadIsRefused() throws Exception {
    CancelScope scope = CancelScope.create();
    EnteredScope stay = scope.enter();
    Throwable thrown = Kind.VIRTUAL.run(stay::close).failure();
    assertThat(thrown)
        .isInstanceOf(WrongThreadException.class)
        .hasMessageContaining("can only be left by it");
    assertThat(scope.isActive()).isTrue();
    stay.close();
    assertThat(scope.isActive()).isFalse();
  }

  @Test
  void leavingTheOuterScopeFirstCancelsAndLeavesTheInnerOneAndSaysSo() throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope inner = CancelScope.create();
    EnteredScope outerStay = outer.enter();
    EnteredScope innerStay = inner.enter();
    assertThatThrownBy(outerStay::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("innermost first");
    assertThat(inner.isCancelled()).isTrue();
    assertThat(inner.isActive()).isFalse();
    assertThat(outer.isActive()).isFalse();
    assertThat(CancelScope.current()).isEmpty();
    innerStay.close();
    Selvage.checkpoint();
  }

  @Test
  void aBodyThatLeavesAnEnteredScopeOpenIsToldAndBothAreLeft() throws Exception {
    CancelScope outer = CancelScope.create();
    CancelScope inner = CancelScope.create();
    assertThatThrownBy(() -> outer.run(() -> inner.enter()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("still open");
    assertThat(inner.isActive()).isFalse();
    assertThat(outer.isActive()).isFalse();
    assertThat(CancelScope.current()).isEmpty();
    Selvage.checkpoint();
  }

  @Test
  void aFailureOfABodyThatLeavesAnEnteredScopeOpenIsKept() throws Exception {
    IOException failure = new IOException("disk");
    assertThat(
            catchThrowable(
                () ->
                    CancelScope.create()
                        .run(
                            () -> {
                              CancelScope.create().enter();
                              throw failure;
                            })))
        .isSameAs(failure);
    assertThat(failure.getSuppressed()).singleElement().isInstanceOf(IllegalStateException.class);
    assertThat(CancelScope.current()).isEmpty();
  }

  @Test
  void aScopeCannotBeClosedInsideOfACallAndCanBeClosedBehindIt() throws Exception {
    CancelScope scope = CancelScope.create();
    EnteredScope stay = scope.enter();
    Selvage.callCancellable(
        () -> {
          assertThatThrownBy(stay::close)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("still running");
          return 1;
        },
        () -> {});
    CancelScope.create()
        .run(() -> assertThatThrownBy(stay::close).isInstanceOf(IllegalStateException.class));
    TaskGroup.run(g -> assertThatThrownBy(stay::close).isInstanceOf(IllegalStateException.class));
    assertThat(scope.isActive()).isTrue();
    stay.close();
    assertThat(scope.isActive()).isFalse();
    assertThat(CancelScope.current()).isEmpty();
  }

  @Test
  void aGroupWhoseBodyLeavesAnEnteredScopeOpenStillEnds() throws Exception {
    CancelScope inner = CancelScope.create();
    CountDownLatch ran = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                TaskGroup.run(
                    g -> {
                      inner.enter();
                      g.launch(ran::countDown);
                      Threads.await(ran); // leaving the scope open fails the body and cancels tasks
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("still open");
    assertThat(inner.isActive()).isFalse();
    assertThat(CancelScope.current()).isEmpty();
    Selvage.checkpoint();
  }

  @Test
  void aTaskThatLeavesAnEnteredScopeOpenFailsAndTheScopeIsLeft() throws Exception {
    for (Kind kind : Kind.values()) {
      CancelScope inner = CancelScope.moveOnAfter(Threads.LONG);
      assertThatThrownBy(() -> kind.options().run(g -> g.fork(() -> inner.enter())))
          .isInstanceOf(TaskFailedException.class)
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("still open");
      assertThat(inner.isActive()).isFalse();
    }
    CancelScope inner = CancelScope.moveOnAfter(Threads.LONG);
    assertThatThrownBy(() -> Selvage.callBlocking(() -> inner.enter()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("still open");
    assertThat(inner.isActive()).isFalse();
  }

  @Test
  void aCallWithinACallOfAPoolThatLeavesAnEnteredScopeOpenFailsAndTheScopeIsLeft()
      throws Exception {
    CancelScope inner = CancelScope.create();
    Selvage.runBlocking(
        () -> {
          assertThatThrownBy(() -> Selvage.callBlocking(() -> inner.enter()))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("still open");
          assertThat(inner.isActive()).isFalse();
          assertThatThrownBy(
                  () ->
                      Selvage.callBlocking(
                          () -> {
                            CancelScope.create().enter();
                            throw new IOException("disk");
                          }))
              .isInstanceOf(IOException.class)
              .satisfies(thrown -> assertThat(thrown.getSuppressed()).hasSize(1));
          Selvage.checkpoint();
        });
  }

  @Test
  void aCallWithinACallOfAPoolMayCloseAScopeThatWasEnteredAroundIt() throws Exception {
    CancelScope scope = CancelScope.create();
    Selvage.runBlocking(
        () -> {
          EnteredScope stay = scope.enter();
          Selvage.runBlocking(stay::close);
          assertThat(scope.isActive()).isFalse();
          Selvage.checkpoint();
        });
  }

  @Test
  void aFailureOfATaskThatLeavesAnEnteredScopeOpenIsKept() {
    CancelScope inner = CancelScope.create();
    IOException failure = new IOException("disk");
    assertThatThrownBy(
            () ->
                TaskGroup.run(
                    g ->
                        g.fork(
                            () -> {
                              inner.enter();
                              throw failure;
                            })))
        .cause()
        .isSameAs(failure);
    assertThat(failure.getSuppressed()).hasAtLeastOneElementOfType(IllegalStateException.class);
    assertThat(inner.isActive()).isFalse();
  }

  @Test
  void aCallWithACancellerThatLeavesAnEnteredScopeOpenIsToldAndBothAreLeft() throws Exception {
    CancelScope inner = CancelScope.create();
    assertThatThrownBy(() -> Selvage.callCancellable(() -> inner.enter(), () -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("still open");
    IOException failure = new IOException("disk");
    assertThatThrownBy(
            () ->
                Selvage.callCancellable(
                    () -> {
                      CancelScope.create().enter();
                      throw failure;
                    },
                    () -> {}))
        .isSameAs(failure);
    assertThat(inner.isActive()).isFalse();
    assertThat(CancelScope.current()).isEmpty();
    Selvage.checkpoint();
  }
}
