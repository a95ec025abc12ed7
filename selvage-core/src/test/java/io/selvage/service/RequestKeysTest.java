package io.selvage.service;

import static io.selvage.Threads.PATIENCE;
import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Bodies;
import io.selvage.ClosedResourceException;
import io.selvage.LeakCheck;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys that are used again, and keys whose {@code hashCode} fails. */
@ExtendWith(LeakCheck.class)
final class RequestKeysTest {
  /** A key whose {@code hashCode} can be made to fail. */
  private static final class FragileKey {
    private volatile Runnable hashing = () -> {};

    void failWith(RuntimeException failure) {
      hashing = () -> Bodies.failWith(failure);
    }

    void failWith(Error failure) {
      hashing = () -> Bodies.failWith(failure);
    }

    void mend() {
      hashing = () -> {};
    }

    @Override
    public int hashCode() {
      hashing.run();
      return 1;
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public String toString() {
      return "fragile";
    }
  }

  @ParameterizedTest
  @EnumSource
  void aKeyCanBeUsedAgainAsSoonAsItsReplyIsThere(Kind kind) throws Exception {
    RequestRegistry<String, Integer> registry = new RequestRegistry<>();
    int rounds = 500;
    Running<Integer> requester =
        kind.start(
            () -> {
              int sum = 0;
              for (int i = 0; i < rounds; i++) {
                sum += registry.request("same key", handle -> {}, PATIENCE);
              }
              return sum;
            });
    for (int i = 0; i < rounds; i++) {
      awaitCondition("the request is answered", () -> registry.resolve("same key", 1));
    }
    assertThat(requester.get()).isEqualTo(rounds);
  }

  @ParameterizedTest
  @EnumSource
  void aReplyThatWasGivenWakesItsWaiterAlsoIfItsKeyFails(Kind kind) throws Exception {
    RequestRegistry<FragileKey, String> registry = new RequestRegistry<>();
    FragileKey key = new FragileKey();
    ReplyHandle<FragileKey, String> handle = registry.register(key);
    Running<String> waiter = kind.start(handle::await);
    awaitCondition("the reply is waited for", () -> handle.waiting() == 1);
    key.failWith(new IllegalStateException("key is broken"));
    assertThat(handle.resolve("reply")).isTrue();
    assertThat(waiter.get()).isEqualTo("reply");
    assertThat(handle.isPending()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void waitersAreWokenAlsoIfTheKeysFail(Kind kind) throws Exception {
    RequestRegistry<FragileKey, String> registry = new RequestRegistry<>();
    List<Running<String>> waiters = new ArrayList<>();
    List<FragileKey> keys = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      FragileKey key = new FragileKey();
      keys.add(key);
      waiters.add(kind.start(() -> registry.request(key, handle -> {})));
      int registered = i + 1;
      awaitCondition("it is pending", () -> registry.size() == registered);
    }
    ReplyHandle<FragileKey, String> resolved = registry.pending().get(keys.getFirst());
    keys.forEach(key -> key.failWith(new OutOfMemoryError("of the key")));
    assertThat(resolved.resolve("reply")).isTrue();
    assertThat(waiters.getFirst().get()).isEqualTo("reply");
    assertThat(registry.close("over")).isTrue();
    for (Running<String> waiter : waiters.subList(1, 4)) {
      assertThatThrownBy(waiter::get).hasRootCauseInstanceOf(ClosedResourceException.class);
    }
    assertThat(registry.size()).isZero();
    assertThat(registry.pending()).isEmpty();
  }

  @Test
  void aKeyThatCouldNotBeTakenOutCanBeUsedAgain() {
    RequestRegistry<FragileKey, String> registry = new RequestRegistry<>();
    FragileKey key = new FragileKey();
    ReplyHandle<FragileKey, String> first = registry.register(key);
    key.failWith(new OutOfMemoryError("of the key"));
    assertThat(first.resolve("reply")).isTrue();
    key.mend();
    assertThat(registry.contains(key)).isFalse();
    assertThat(registry.resolve(key, "too late")).isFalse();
    ReplyHandle<FragileKey, String> second = registry.register(key);
    assertThat(registry.size()).isEqualTo(1);
    assertThat(registry.resolve(key, "in time")).isTrue();
    assertThat(second.isPending()).isFalse();
    assertThat(registry.size()).isZero();
  }
}
