package io.selvage.service;

import static io.selvage.Bodies.failWith;
import static io.selvage.service.Kind.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.LeakCheck;
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
  private static final Duration LONG = Duration.ofSeconds(15);

  private final RequestRegistry<String, Object> registry = new RequestRegistry<>();

  // ---- request

  @ParameterizedTest
  @EnumSource
  void requestRegistersSendsAndWaits(Kind kind) throws Exception {
    Kind.Running<Object> requester =
        kind.run(
            () ->
                registry.request(
                    "a", handle -> assertThat(registry.contains(handle.key())).isTrue(), LONG));
    eventually(() -> registry.contains("a"));
    Kind.Running<Boolean> reader = kind.run(() -> registry.resolve("a", "reply"));
    assertThat(requester.join()).isEqualTo("reply");
    assertThat(reader.join()).isTrue();
  }

  @Test
  void whatSendThrowsIsRethrownAndTheKeyUnregistered() {
    IOException failure = new IOException("pipe");
    assertThatThrownBy(() -> registry.request("a", handle -> failWith(failure))).isSameAs(failure);
    assertThat(registry.size()).isZero();
    assertThatThrownBy(
            () ->
                registry.request(
                    "a",
                    handle -> {
                      throw new StackOverflowError();
                    },
                    LONG))
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
    Kind.Running<Object> untimed = kind.run(handle::await);
    Kind.Running<Object> timed = kind.run(() -> handle.await(LONG));
    eventually(() -> handle.waiting() == 2);
    registry.resolve("a", "reply");
    assertThat(untimed.join()).isEqualTo("reply");
    assertThat(timed.join()).isEqualTo("reply");
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
      Kind.Running<Boolean> waiter =
          kind.run(
              () -> {
                try {
                  return handle.await(timeout).equals("value");
                } catch (TimeoutException e) {
                  return false;
                }
              });
      boolean resolved = registry.resolve("r", "value");
      assertThat(waiter.join()).isEqualTo(resolved);
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
    Kind.Running<Boolean> waiter =
        kind.run(() -> around.run(() -> registry.request("a", handle -> {})));
    eventually(() -> registry.contains("a"));
    around.cancel("enough");
    assertThat(waiter.join()).isFalse();
    assertThat(registry.size()).isZero();
    assertThat(registry.resolve("a", 1)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void interruptedWaiterUnregisters(Kind kind) throws Exception {
    Kind.Running<Object> waiter = kind.run(() -> registry.request("a", handle -> {}));
    eventually(() -> registry.contains("a"));
    waiter.thread().interrupt();
    assertThatThrownBy(waiter::join).isExactlyInstanceOf(InterruptedException.class);
    assertThat(registry.size()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void replyAndCancellationAgreeHoweverTheyRace(Kind kind) throws Exception {
    for (int i = 0; i < 300; i++) {
      ReplyHandle<String, Object> handle = registry.register("r");
      CancelScope around = CancelScope.create();
      boolean[] got = {false};
      Kind.Running<Boolean> waiter =
          kind.run(() -> around.run(() -> got[0] = handle.await().equals("value")));
      eventually(() -> handle.waiting() == 1);
      Kind.Running<Boolean> canceller = kind.run(() -> around.cancel());
      boolean resolved = handle.resolve("value");
      canceller.join();
      waiter.join();
      assertThat(got[0]).isEqualTo(resolved);
    }
  }
}
