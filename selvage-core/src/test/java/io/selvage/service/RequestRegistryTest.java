package io.selvage.service;

import static io.selvage.Threads.PATIENCE;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.BrokenResourceException;
import io.selvage.ClosedResourceException;
import io.selvage.LeakCheck;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A registry of requests: registering, replying, closing and removing. */
@ExtendWith(LeakCheck.class)
final class RequestRegistryTest {
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
    Running<Object> a = kind.start(() -> registry.request("a", handle -> {}));
    Running<Object> b = kind.start(() -> registry.request("b", handle -> {}, PATIENCE));
    awaitCondition("both are pending", () -> registry.size() == 2);
    IOException cause = new IOException("reader died");
    assertThat(registry.failAll(cause)).isEqualTo(2);
    assertThat(registry.size()).isZero();
    assertThatThrownBy(a::get).isInstanceOf(RequestFailedException.class).hasCause(cause);
    assertThatThrownBy(b::get).isInstanceOf(RequestFailedException.class).hasCause(cause);
    assertThat(registry.failAll(cause)).isZero();
    assertThat(registry.<RuntimeException>request("a", handle -> handle.resolve(1))).isEqualTo(1);
  }

  @Test
  void aHandleResolvesFailsRemovesAndAwaitsItsOwnRequest() throws Exception {
    ReplyHandle<String, Object> resolved = registry.register("a");
    assertThat(resolved.resolve(1)).isTrue();
    assertThat(resolved.resolve(2)).isFalse();
    assertThat(resolved.await()).isEqualTo(1);
    ReplyHandle<String, Object> failed = registry.register("a");
    assertThat(failed.fail(new IOException("x"))).isTrue();
    assertThatThrownBy(() -> failed.await(PATIENCE)).isInstanceOf(RequestFailedException.class);
    assertThat(failed).hasToString("ReplyHandle[a, ended]");
    assertThat(registry.register("a").remove()).isTrue();
  }

  // ---- closing

  @ParameterizedTest
  @EnumSource
  void closeWithACauseFailsWhatIsPendingAndAllThatComesLater(Kind kind) throws Exception {
    Running<Object> pending = kind.start(() -> registry.request("a", handle -> {}));
    awaitCondition("it is pending", () -> registry.size() == 1);
    IOException cause = new IOException("reader died");
    assertThat(registry.fail(cause)).isTrue();
    assertThat(registry.close("again")).isFalse();
    assertThatThrownBy(pending::get).isInstanceOf(RequestFailedException.class).hasCause(cause);
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
      Running<Boolean> requester =
          Kind.VIRTUAL.start(
              () -> {
                try {
                  each.request(1, handle -> {}, PATIENCE);
                  return false;
                } catch (RequestFailedException | ClosedResourceException e) {
                  return true;
                }
              });
      each.close("over");
      assertThat(requester.get()).isTrue();
      assertThat(each.size()).isZero();
    }
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
  void removeWakesTheWaiter(Kind kind) throws Exception {
    ReplyHandle<String, Object> handle = registry.register("a");
    Running<Object> waiter = kind.start(handle::await);
    awaitCondition("the reply is waited for", () -> handle.waiting() == 1);
    handle.remove();
    assertThatThrownBy(waiter::get)
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
}
