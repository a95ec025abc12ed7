package io.selvage.service;

import static io.selvage.service.Kind.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
final class RequestRegistryTest {
  private static final Duration LONG = Duration.ofSeconds(15);

  private final RequestRegistry<String, Object> registry = new RequestRegistry<>();

  // ---- registering

  @Test
  void registerReturnsAHandleWithItsRegistryAndKey() {
    ReplyHandle<String, Object> handle = registry.register("a");
    assertThat(handle.registry()).isSameAs(registry);
    assertThat(handle.key()).isEqualTo("a");
    assertThat(handle.isPending()).isTrue();
    assertThat(handle).hasToString("ReplyHandle[a, pending]");
  }

  @Test
  void aPendingKeyIsRefusedByName() {
    registry.register("k");
    assertThatThrownBy(() -> registry.register("k"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("request already pending: 'k'");
    assertThatThrownBy(() -> registry.request("k", handle -> {}))
        .isInstanceOf(IllegalStateException.class);
    assertThat(registry.size()).isEqualTo(1);
  }

  @Test
  void sizeContainsAndPendingShowWhatIsPending() {
    ReplyHandle<String, Object> a = registry.register("a");
    registry.register("b");
    Map<String, ReplyHandle<String, Object>> copy = registry.pending();
    registry.resolve("b", 2);
    assertThat(registry.size()).isEqualTo(1);
    assertThat(registry.contains("a")).isTrue();
    assertThat(registry.contains("b")).isFalse();
    assertThat(copy).containsOnlyKeys("a", "b").containsEntry("a", a);
    assertThatThrownBy(copy::clear).isInstanceOf(UnsupportedOperationException.class);
    assertThat(registry).hasToString("RequestRegistry[1 pending, CloseSignal[open]]");
  }

  @Test
  void nullsAreRefused() {
    assertThatThrownBy(() -> registry.register(null)).isInstanceOf(NullPointerException.class);
    registry.register("a");
    assertThatThrownBy(() -> registry.resolve("a", null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> registry.fail("a", null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> registry.failAll(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> registry.request("b", null)).isInstanceOf(NullPointerException.class);
    assertThat(registry.size()).isEqualTo(1);
  }

  // ---- replying

  @Test
  void resolveHandsOverAndUnregisters() throws Exception {
    ReplyHandle<String, Object> handle = registry.register("a");
    assertThat(registry.resolve("a", 42)).isTrue();
    assertThat(registry.contains("a")).isFalse();
    assertThat(handle.await()).isEqualTo(42);
    assertThat(handle.await(Duration.ZERO)).isEqualTo(42);
    assertThat(registry.resolve("a", 43)).isFalse();
    assertThat(registry.resolve("unknown", 1)).isFalse();
  }

  @Test
  void failThrowsAtTheWaiterWithBothStacks() {
    ReplyHandle<String, Object> handle = registry.register("a");
    IOException cause = new IOException("peer gone");
    assertThat(registry.fail("a", cause)).isTrue();
    assertThat(registry.fail("a", cause)).isFalse();
    assertThatThrownBy(handle::await)
        .isInstanceOf(RequestFailedException.class)
        .hasMessage("request 'a' failed: java.io.IOException: peer gone")
        .hasCause(cause);
    assertThat(registry.size()).isZero();
  }

  @Test
  void anExceptionAsValueIsAValue() throws Exception {
    ReplyHandle<String, Object> handle = registry.register("a");
    IOException value = new IOException("just data");
    registry.resolve("a", value);
    assertThat(handle.await()).isSameAs(value);
  }

  @ParameterizedTest
  @EnumSource
  void failAllWakesEveryWaiterAndTheRegistryCanBeUsedOn(Kind kind) throws Exception {
    Kind.Running<Object> a = kind.run(() -> registry.request("a", handle -> {}));
    Kind.Running<Object> b = kind.run(() -> registry.request("b", handle -> {}, LONG));
    eventually(() -> registry.size() == 2);
    IOException cause = new IOException("reader died");
    assertThat(registry.failAll(cause)).isEqualTo(2);
    assertThat(registry.size()).isZero();
    assertThatThrownBy(a::join).isInstanceOf(RequestFailedException.class).hasCause(cause);
    assertThatThrownBy(b::join).isInstanceOf(RequestFailedException.class).hasCause(cause);
    assertThat(registry.failAll(cause)).isZero();
    assertThat(registry.<RuntimeException>request("a", handle -> handle.resolve(1))).isEqualTo(1);
  }

  // ---- closing

  @ParameterizedTest
  @EnumSource
  void closeWithACauseFailsWhatIsPendingAndAllThatComesLater(Kind kind) throws Exception {
    Kind.Running<Object> pending = kind.run(() -> registry.request("a", handle -> {}));
    eventually(() -> registry.size() == 1);
    IOException cause = new IOException("reader died");
    assertThat(registry.fail(cause)).isTrue();
    assertThat(registry.close("again")).isFalse();
    assertThatThrownBy(pending::join).isInstanceOf(RequestFailedException.class).hasCause(cause);
    assertThatThrownBy(() -> registry.register("b"))
        .isInstanceOf(BrokenResourceException.class)
        .hasCause(cause);
    assertThatThrownBy(() -> registry.request("b", handle -> {}))
        .isInstanceOf(BrokenResourceException.class);
    assertThat(registry.isClosed()).isTrue();
    assertThat(registry.size()).isZero();
  }

  @Test
  void closeWithAReasonFailsWhatIsPendingAndAllThatComesLater() {
    ReplyHandle<String, Object> handle = registry.register("a");
    registry.close();
    assertThatThrownBy(handle::await)
        .isInstanceOf(RequestFailedException.class)
        .hasCauseInstanceOf(ClosedResourceException.class);
    assertThatThrownBy(() -> registry.register("b"))
        .isInstanceOf(ClosedResourceException.class)
        .hasMessage("closed");
  }

  @Test
  void noRequestStaysPendingInAClosedRegistryHoweverTheyRace() throws Exception {
    for (int i = 0; i < 300; i++) {
      RequestRegistry<Integer, Integer> each = new RequestRegistry<>();
      Kind.Running<Boolean> requester =
          Kind.VIRTUAL.run(
              () -> {
                try {
                  each.request(1, handle -> {}, LONG);
                  return false;
                } catch (RequestFailedException | ClosedResourceException e) {
                  return true;
                }
              });
      each.close("over");
      assertThat(requester.join()).isTrue();
      assertThat(each.size()).isZero();
    }
  }

  // ---- waiting

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

  // ---- removing

  @Test
  void removeGivesUpOneRegistrationByIdentity() {
    ReplyHandle<String, Object> old = registry.register("a");
    assertThat(registry.remove(old)).isTrue();
    ReplyHandle<String, Object> newer = registry.register("a");
    assertThat(registry.remove(old)).isFalse();
    assertThat(old.remove()).isFalse();
    assertThat(registry.pending()).containsEntry("a", newer);
    assertThat(newer.remove()).isTrue();
    assertThat(registry.size()).isZero();
    assertThatThrownBy(() -> new RequestRegistry<String, Object>().remove(newer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("another registry");
  }

  @ParameterizedTest
  @EnumSource
  void removeWakesWhoWaits(Kind kind) throws Exception {
    ReplyHandle<String, Object> handle = registry.register("a");
    Kind.Running<Object> waiter = kind.run(handle::await);
    eventually(() -> handle.waiting() == 1);
    handle.remove();
    assertThatThrownBy(waiter::join)
        .isInstanceOf(ClosedResourceException.class)
        .hasMessage("request 'a' was given up: it was removed");
  }

  @Test
  void aStaleHandleNeverTouchesANewerRegistration() throws Exception {
    ReplyHandle<String, Object> old = registry.register("a");
    assertThatThrownBy(() -> old.await(Duration.ZERO)).isInstanceOf(TimeoutException.class);
    ReplyHandle<String, Object> newer = registry.register("a");
    assertThat(old.resolve("wrong")).isFalse();
    assertThat(old.fail(new IOException())).isFalse();
    assertThatThrownBy(old::await).isInstanceOf(ClosedResourceException.class);
    assertThat(newer.isPending()).isTrue();
    assertThat(registry.contains("a")).isTrue();
    registry.resolve("a", "right");
    assertThat(newer.await()).isEqualTo("right");
  }

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
    assertThatThrownBy(
            () ->
                registry.request(
                    "a",
                    handle -> {
                      throw failure;
                    }))
        .isSameAs(failure);
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

  @Test
  void aHandleResolvesFailsRemovesAndAwaitsItsOwnRequest() throws Exception {
    ReplyHandle<String, Object> resolved = registry.register("a");
    assertThat(resolved.resolve(1)).isTrue();
    assertThat(resolved.resolve(2)).isFalse();
    assertThat(resolved.await()).isEqualTo(1);
    ReplyHandle<String, Object> failed = registry.register("a");
    assertThat(failed.fail(new IOException("x"))).isTrue();
    assertThatThrownBy(() -> failed.await(LONG)).isInstanceOf(RequestFailedException.class);
    assertThat(failed).hasToString("ReplyHandle[a, ended]");
    assertThat(registry.register("a").remove()).isTrue();
  }

  /** A key that has changed since it was registered, for instance. */
  private static final class Key {
    private boolean broken;

    @Override
    public int hashCode() {
      if (broken) {
        throw new IllegalStateException("key is broken");
      }
      return 1;
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aReplyThatWasGivenWakesItsWaiterAlsoIfItsKeyFails(Kind kind) throws Exception {
    RequestRegistry<Key, String> fragile = new RequestRegistry<>();
    Key key = new Key();
    ReplyHandle<Key, String> handle = fragile.register(key);
    Kind.Running<String> waiter = kind.run(handle::await);
    eventually(() -> handle.waiting() == 1);
    key.broken = true;
    assertThat(handle.resolve("reply")).isTrue();
    assertThat(waiter.join()).isEqualTo("reply");
    assertThat(handle.isPending()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void aKeyCanBeUsedAgainAsSoonAsItsReplyIsThere(Kind kind) throws Exception {
    int rounds = 500;
    Kind.Running<Integer> requester =
        kind.run(
            () -> {
              int sum = 0;
              for (int i = 0; i < rounds; i++) {
                sum += (Integer) registry.request("same key", handle -> {}, LONG);
              }
              return sum;
            });
    for (int i = 0; i < rounds; i++) {
      eventually(() -> registry.resolve("same key", 1));
    }
    assertThat(requester.join()).isEqualTo(rounds);
  }

  /** A key that can fail. */
  private static final class Bad {
    private boolean fails;

    @Override
    public int hashCode() {
      if (fails) {
        throw new OutOfMemoryError("of the key");
      }
      return 1;
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public String toString() {
      return "bad";
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoWaitsIsWokenAlsoIfTheKeysFail(Kind kind) throws Exception {
    RequestRegistry<Bad, String> bad = new RequestRegistry<>();
    List<Kind.Running<String>> waiters = new ArrayList<>();
    List<Bad> keys = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Bad key = new Bad();
      keys.add(key);
      waiters.add(kind.run(() -> bad.request(key, handle -> {})));
      int registered = i + 1;
      eventually(() -> bad.size() == registered);
    }
    ReplyHandle<Bad, String> resolved = bad.pending().get(keys.getFirst());
    keys.forEach(key -> key.fails = true);
    assertThat(resolved.resolve("reply")).isTrue();
    assertThat(waiters.getFirst().join()).isEqualTo("reply");
    assertThat(bad.close("over")).isTrue();
    for (Kind.Running<String> waiter : waiters.subList(1, 4)) {
      assertThatThrownBy(waiter::join).hasRootCauseInstanceOf(ClosedResourceException.class);
    }
    assertThat(bad.size()).isZero();
    assertThat(bad.pending()).isEmpty();
  }

  @Test
  void aKeyThatCouldNotBeTakenOutCanBeUsedAgain() {
    RequestRegistry<Bad, String> bad = new RequestRegistry<>();
    Bad key = new Bad();
    ReplyHandle<Bad, String> first = bad.register(key);
    key.fails = true;
    assertThat(first.resolve("reply")).isTrue();
    key.fails = false;
    assertThat(bad.contains(key)).isFalse();
    assertThat(bad.resolve(key, "too late")).isFalse();
    ReplyHandle<Bad, String> second = bad.register(key);
    assertThat(bad.size()).isEqualTo(1);
    assertThat(bad.resolve(key, "in time")).isTrue();
    assertThat(second.isPending()).isFalse();
    assertThat(bad.size()).isZero();
  }
}
