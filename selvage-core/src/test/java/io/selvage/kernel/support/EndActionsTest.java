package io.selvage.kernel.support;

import static io.selvage.Bodies.failWith;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndActionsTest {
  private final List<String> log = new ArrayList<>();
  private final EndActions actions =
      new EndActions() {
        @Override
        protected void failed(Throwable thrown) {
          log.add("failed: " + thrown.getMessage());
          if (thrown instanceof OutOfMemoryError) {
            throw new OutOfMemoryError("again");
          }
        }
      };

  @Test
  void actionsRunOnceInTheOrderInWhichTheyWereAdded() {
    assertThat(actions.add(() -> log.add("a"))).isTrue();
    assertThat(actions.add(() -> log.add("b"))).isTrue();
    actions.run();
    actions.run();
    assertThat(log).containsExactly("a", "b");
  }

  @Test
  void aCallerThatComesLateIsToldToRunItsActionItself() {
    actions.run();
    assertThat(actions.add(() -> log.add("late"))).isFalse();
    assertThat(log).isEmpty();
  }

  @Test
  void actionsThatHaveRunTakeNoMore() {
    EndActions over = EndActions.thatHaveRun();
    assertThat(over.add(() -> log.add("late"))).isFalse();
    over.run();
    assertThat(over.size()).isZero();
    assertThat(log).isEmpty();
  }

  @Test
  void anActionThatThrowsDoesNotKeepTheOthersFromRunning() {
    actions.add(() -> failWith(new IllegalStateException("first")));
    actions.add(() -> log.add("second"));
    actions.run();
    assertThat(log).containsExactly("failed: first", "second");
  }

  @Test
  void theOtherActionsRunAlsoIfTheFailureOfOneCannotBeReported() {
    actions.add(() -> failWith(new OutOfMemoryError("once")));
    actions.add(() -> log.add("second"));
    actions.run();
    assertThat(log).containsExactly("failed: once", "second");
  }

  @Test
  void anActionAddedByAnActionIsTooLate() {
    actions.add(() -> log.add("added " + actions.add(() -> log.add("never"))));
    actions.run();
    assertThat(log).containsExactly("added false");
  }

  @Test
  void anActionThatIsTakenBackDoesNotRunAndTheOthersKeepTheirOrder() {
    List<Runnable> all = new ArrayList<>();
    for (String name : List.of("a", "b", "c", "d")) {
      Runnable action = () -> log.add(name);
      all.add(action);
      actions.add(action);
    }
    assertThat(actions.remove(all.get(1))).isTrue();
    assertThat(actions.remove(all.get(1))).isFalse();
    assertThat(actions.remove(all.get(3))).isTrue();
    assertThat(actions.size()).isEqualTo(2);
    actions.run();
    assertThat(log).containsExactly("a", "c");
    assertThat(actions.remove(all.get(0))).isFalse();
    assertThat(actions.size()).isZero();
  }

  private final class Named extends EndActions.Entry {
    private final String name;

    Named(String name) {
      this.name = name;
    }

    @Override
    public void run() {
      log.add(name);
    }
  }

  @Test
  void anEntryIsTakenBackLikeAnyOtherAction() {
    Named a = new Named("a");
    Named b = new Named("b");
    Named c = new Named("c");
    assertThat(actions.add(a)).isTrue();
    assertThat(actions.add(() -> log.add("plain"))).isTrue();
    assertThat(actions.add(b)).isTrue();
    assertThat(actions.add(c)).isTrue();
    assertThat(actions.remove(b)).isTrue();
    assertThat(actions.remove(b)).isFalse();
    assertThat(actions.remove(new Named("never added"))).isFalse();
    assertThat(actions.size()).isEqualTo(3);
    actions.run();
    assertThat(log).containsExactly("a", "plain", "c");
    assertThat(actions.remove(a)).isFalse();
    assertThat(actions.add(new Named("late"))).isFalse();
  }

  private final class Forgotten implements EndActions.Forgettable {
    private boolean forgotten;

    @Override
    public boolean isForgotten() {
      return forgotten;
    }

    @Override
    public void run() {
      log.add("was not forgotten");
    }
  }

  @Test
  void forgottenActionsAreSweptOutAndTheOthersKeepTheirOrder() {
    actions.add(() -> log.add("first"));
    for (int i = 0; i < 10_000; i++) {
      Forgotten soon = new Forgotten();
      actions.add(soon);
      soon.forgotten = true;
    }
    assertThat(actions.size()).isLessThan(100);
    actions.add(new Forgotten());
    actions.add(() -> log.add("last"));
    actions.run();
    assertThat(log).startsWith("first").endsWith("was not forgotten", "last");
  }

  @Test
  void anActionThatIsNotForgottenStaysHoweverManyThereAre() {
    for (int i = 0; i < 1_000; i++) {
      actions.add(new Forgotten());
    }
    assertThat(actions.size()).isEqualTo(1_000);
    actions.run();
    assertThat(log).hasSize(1_000);
  }
}
