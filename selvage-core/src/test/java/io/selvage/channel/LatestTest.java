package io.selvage.channel;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.LeakCheck;
import io.selvage.Threads.Kind;
import io.selvage.Threads.Running;
import io.selvage.channel.Latest.Watcher;
import io.selvage.select.Select;
import io.selvage.sync.Event;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class LatestTest {
  private final Latest<String> latest = new Latest<>("a");

  private void awaitWaiting(int count) {
    awaitCondition(count + " wait", () -> latest.waiting() == count);
  }

  @Test
  void theLatestValueCanBeReadAtAnyTime() {
    assertThat(latest.get()).isEqualTo("a");
    latest.set("b");
    latest.set("c");
    assertThat(latest.get()).isEqualTo("c");
  }

  @Test
  void aWatcherSeesTheCurrentValueAndThenEachChange() throws Exception {
    Watcher<String> watcher = latest.watch();
    assertThat(watcher.next()).isEqualTo("a");
    assertThat(watcher.tryNext()).isEmpty();
    latest.set("b");
    assertThat(watcher.tryNext()).hasValue("b");
    latest.set("b");
    assertThat(watcher.next()).isEqualTo("b");
  }

  @Test
  void aWatcherOfChangesDoesNotSeeTheCurrentValue() throws Exception {
    Watcher<String> watcher = latest.watchChanges();
    assertThat(watcher.tryNext()).isEmpty();
    latest.set("b");
    assertThat(watcher.next()).isEqualTo("b");
  }

  @Test
  void aSlowWatcherSkipsWhatItHasMissed() throws Exception {
    Watcher<String> watcher = latest.watch();
    latest.set("b");
    latest.set("c");
    assertThat(watcher.next()).isEqualTo("c");
    assertThat(watcher.tryNext()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aChangeWakesAllWatchers(Kind kind) throws Exception {
    List<Running<String>> watching = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      watching.add(kind.start(latest.watchChanges()::next));
      awaitWaiting(i);
    }
    latest.set("b");
    for (Running<String> one : watching) {
      assertThat(one.get()).isEqualTo("b");
    }
    assertThat(latest.waiting()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aCancelledWaitHasSeenNothing(Kind kind) throws Exception {
    Watcher<String> watcher = latest.watchChanges();
    CancelScope scope = CancelScope.create();
    Running<Boolean> watching = kind.start(() -> scope.run(watcher::next));
    awaitWaiting(1);
    scope.cancel("no longer wanted");
    watching.get();
    assertThat(latest.waiting()).isZero();
    latest.set("b");
    assertThat(watcher.next()).isEqualTo("b");
  }

  @Test
  void theEndComesAfterTheLastValue() throws Exception {
    Watcher<String> watcher = latest.watchChanges();
    latest.set("last");
    latest.close("over");
    assertThat(latest.close("again")).isFalse();
    assertThat(watcher.next()).isEqualTo("last");
    assertThatThrownBy(watcher::next).isInstanceOf(EndOfStreamException.class).hasMessage("over");
    assertThatThrownBy(() -> latest.set("late"))
        .isInstanceOf(ClosedResourceException.class)
        .hasMessage("set of a closed value: over");
    assertThat(latest.get()).isEqualTo("last");
  }

  @Test
  void aCloseAndAFailureWakeAllWatchers() throws Exception {
    Running<Throwable> watching =
        Kind.VIRTUAL.start(() -> catchThrowable(latest.watchChanges()::next));
    awaitWaiting(1);
    IOException cause = new IOException("gone");
    latest.fail(cause);
    assertThat(watching.get()).isInstanceOf(BrokenResourceException.class).hasCause(cause);
    assertThat(latest.isClosed()).isTrue();
  }

  @Test
  void aSelectWaitsForAChange() throws Exception {
    Watcher<String> watcher = latest.watch();
    Event event = new Event();
    assertThat(Select.first(event.onSet().call(() -> "event"), watcher.onNext())).isEqualTo("a");
    Running<String> selecting =
        Kind.VIRTUAL.start(() -> Select.first(event.onSet().call(() -> "event"), watcher.onNext()));
    awaitWaiting(1);
    latest.set("b");
    assertThat(selecting.get()).isEqualTo("b");
    assertThat(event.waiting()).isZero();
    latest.close();
    assertThatThrownBy(() -> Select.first(event.onSet(), watcher.onNext()))
        .isInstanceOf(EndOfStreamException.class);
  }

  @Test
  void itsTextHasNameAndState() {
    assertThat(new Latest<>("speed", 1)).hasToString("Latest[speed, 0 waiting]");
    latest.close();
    assertThat(latest).hasToString("Latest[0 waiting, closed]");
  }
}
