package io.selvage.test.foundation;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.Deadline;
import io.selvage.Selvage;
import io.selvage.test.Simulation;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The heap is full when a deadline is to be armed: then it holds as it was. */
class DeadlineExhaustionTest {
  private static final String PLACE = "heap: CancelScope.deadline";

  private enum End {
    NOT_ENTERED,
    MOVED,
    NOT_MOVED
  }

  private static End moveADeadline() throws InterruptedException {
    CancelScope scope = CancelScope.moveOnAfter(ofSeconds(10));
    Deadline begun = Deadline.after(ofSeconds(0));
    boolean[] failed = {false};
    boolean completed;
    try {
      completed =
          scope.run(
              () -> {
                try {
                  scope.setDeadline(Deadline.after(ofHours(2)));
                } catch (OutOfMemoryError e) {
                  failed[0] = true;
                }
                Selvage.sleep(ofHours(1));
              });
    } catch (OutOfMemoryError e) {
      assertThat(scope.isActive()).isFalse();
      assertThat(scope.deadline()).isEqualTo(Deadline.NEVER); // it has not been entered
      return End.NOT_ENTERED;
    }
    assertThat(completed).isNotEqualTo(failed[0]);
    assertThat(begun.plus(failed[0] ? ofSeconds(10) : ofHours(1)).remaining()).isZero();
    assertThat(begun.plus(failed[0] ? ofSeconds(11) : ofHours(2)).remaining()).isPositive();
    return failed[0] ? End.NOT_MOVED : End.MOVED;
  }

  @Test
  void aDeadlineThatCannotBeMovedGoesOffWhenItWouldHave() {
    Set<End> seen = EnumSet.noneOf(End.class);
    Simulation.options()
        .withFault(PLACE, 0.4)
        .explore(
            300,
            () -> {
              End end = moveADeadline();
              synchronized (seen) {
                seen.add(end);
              }
            });
    assertThat(seen).containsExactlyInAnyOrder(End.values());
  }
}
