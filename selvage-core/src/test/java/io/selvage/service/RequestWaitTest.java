package io.selvage.service;

import static io.selvage.Bodies.failWith;
import static io.selvage.Threads.PATIENCE;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.LeakCheck;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Waiting for the reply to a request: results, timeouts, cancellation and races. */
@ExtendWith(LeakCheck.class)
final class RequestWaitTest {
  private final RequestRegistry<String, Object> registry = new RequestRegistry<>();

  // ---- request

  @ParameterizedTest
  @EnumSource
  void requestRegistersSendsAndWaits(Kind kind) throws Exception {
    Running<Object> requester =
        kind.start(
            () ->
                registry.request(
                    "a", handle -> assertThat(registry.contains(handle.key())).isTrue(), PATIENCE));
    awaitCondition("it is pending", () -> registry.contains("a"));
    Running<Boolean> reader = kind.start(() -> registry.resolve("a", "reply"));
    assertThat(requester.get()).isEqualTo("reply");
    assertThat(reader.get()).isTrue();
  }

  @Test
  void whatSendThrowsIsRethrownAndTheKeyUnregistered() {
    IOException failure = new IOException("pipe");
    assertThatThrownBy(() -> registry.request("a", handle -> failWith(failure))).isSameAs(failure);
    assertThat(registry.size()).isZero();
    assertThatThrownBy(
            () -> registry.request("a", handle -> failWith(new StackOverflowError()), PATIENCE))
        .isInstanceOf(StackOverflowError.class);
    assertThat(registry.size()).isZero();
  }

  @Test
  void theReplyMayComeWhileSending() throws Exception {
    assertThat(registry.request("a", handle -> handle.resolve("inline"), Duration.ZERO))
        .isEqualTo("inline");
    Object byKey = registry.request("a", handle -> registry.resolve("a", "by key"));
    assertThat(byKey).isEqualTo("by key");
    assertThatThrownBy(
            () -> registry.request("a", handle -> handle.fail(new IOException("refused"))))
        .isInstanceOf(RequestFailedException.class);
  }

  @Test
  void requestTimesOutAndUnregisters() {
    assertThatThrownBy(() -> registry.request("a", handle -> {}, Duration.ofMillis(2)))
        .isInstanceOf(TimeoutException.class);
    assertThat(registry.size()).isZero();
  }

  // ---- await

  @ParameterizedTest
  @EnumSource
  void awaitWaitsForAsLongAsItTakes(Kind kind) throws Exception {
    ReplyHandle<String, Object> handle = registry.register("a");
    Running<Object> untimed = kind.start(handle::await);
    Running<Object> timed = kind.start(() -> handle.await(PATIENCE));
    awaitCondition("both wait for the reply", () -> handle.waiting() == 2);
    registry.resolve("a", "reply");
    assertThat(untimed.get()).isEqualTo("reply");
    assertThat(timed.get()).isEqualTo("reply");
  }

  @Test
  void awaitThatTimesOutUnregistersAndALateReplyIsRefused() {
    ReplyHandle<String, Object> handle = registry.register("b");
    assertThatThrownBy(() -> handle.await(Duration.ofMillis(2)))
        .isInstanceOf(TimeoutException.class)
        .hasMessage("no reply to request 'b' within PT0.002S");
    assertThat(registry.contains("b")).isFalse();
    assertThat(registry.resolve("b", 1)).isFalse();
    assertThat(handle.resolve(1)).isFalse();
    assertThat(handle.fail(new IOException())).isFalse();
    assertThatThrownBy(handle::await)
        .isInstanceOf(ClosedResourceException.class)
        .hasMessageContaining("timed out");
  }

  @Test
  void badTimeoutsAreRefusedAndLeaveTheRequestAlone() {
    ReplyHandle<String, Object> handle = registry.register("a");
    assertThatThrownBy(() -> handle.await(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timeout must be >= 0, was PT-0.001S");
    assertThatThrownBy(() -> registry.request("b", h -> {}, Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(handle.isPending()).isTrue();
    assertThat(registry.size()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void replyAndTimeoutAgreeHoweverTheyRace(Kind kind) throws Exception {
    for (int i = 0; i < 400; i++) {
      ReplyHandle<String, Object> handle = registry.register("r");
      Duration timeout = Duration.ofNanos(i * 500L);
      Running<Boolean> waiter =
          kind.start(
              () -> {
                try {
                  return handle.await(timeout).equals("value");
                } catch (TimeoutException e) {
                  return false;
                }
              });
      boolean resolved = registry.resolve("r", "value");
      assertThat(waiter.get()).isEqualTo(resolved);
      assertThat(registry.contains("r")).isFalse();
    }
  }

  // ---- cancellation

  @Test
  void aCancelledRequesterSendsNothing() throws Exception {
    CancelScope around = CancelScope.create();
    around.cancel();
    boolean[] sent = {false};
    around.run(
        () ->
            assertThatThrownBy(() -> registry.request("a", handle -> sent[0] = true))
                .isInstanceOf(CancelledException.class));
    assertThat(sent[0]).isFalse();
    assertThat(registry.size()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void cancelledWaiterUnregisters(Kind kind) throws Exception {
    CancelScope around = CancelScope.create();
    Running<Boolean> waiter =
        kind.start(() -> around.run(() -> registry.request("a", handle -> {})));
    awaitCondition("it is pending", () -> registry.contains("a"));
    around.cancel("enough");
    assertThat(waiter.get()).isFalse();
    assertThat(registry.size()).isZero();
    assertThat(registry.resolve("a", 1)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void interruptedWaiterUnregisters(Kind kind) throws Exception {
    Running<Object> waiter = kind.start(() -> registry.request("a", handle -> {}));
    awaitCondition("it is pending", () -> registry.contains("a"));
    waiter.thread().interrupt();
    assertThatThrownBy(waiter::get).isExactlyInstanceOf(InterruptedException.class);
    assertThat(registry.size()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void replyAndCancellationAgreeHoweverTheyRace(Kind kind) throws Exception {
    for (int i = 0; i < 300; i++) {
      ReplyHandle<String, Object> handle = registry.register("r");
      CancelScope around = CancelScope.create();
      boolean[] got = {false};
      Running<Boolean> waiter =
          kind.start(() -> around.run(() -> got[0] = handle.await().equals("value")));
      awaitCondition("the reply is waited for", () -> handle.waiting() == 1);
      Running<Boolean> canceller = kind.start(() -> around.cancel());
      boolean resolved = handle.resolve("value");
      canceller.get();
      waiter.get();
      assertThat(got[0]).isEqualTo(resolved);
    }
  }
}
