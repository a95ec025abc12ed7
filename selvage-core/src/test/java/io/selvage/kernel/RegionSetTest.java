package io.selvage.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.LeakCheck;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class RegionSetTest {
  private static final TestCause WHY = new TestCause("why");

  private final RegionSet set = new RegionSet();
  private final Object scope = new Object();

  /** The stay of a new thread, which never runs. */
  private Region stay() {
    Thread never = Thread.ofVirtual().unstarted(() -> {});
    ThreadRecord record = ThreadRecord.forThread(never, Scheduler.parallel(), failure -> {});
    Region region = record.enter(scope, false, null);
    set.add(region);
    return region;
  }

  @Test
  void aRegionThatLeavesIsNotInItAnyMoreInWhateverOrder() {
    for (int seed = 0; seed < 100; seed++) {
      List<Region> inside = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        inside.add(stay());
      }
      Collections.shuffle(inside, new Random(seed));
      while (!inside.isEmpty()) {
        assertThat(set.isEmpty()).isFalse();
        Region left = inside.removeLast();
        set.remove(left);
        set.remove(left);
        assertThat(set.size()).isEqualTo(inside.size());
        assertThat(left.nextSibling).isNull();
        assertThat(left.previousStay).isNull();
      }
      assertThat(set.isEmpty()).isTrue();
    }
  }

  @Test
  void aCancelReachesAllRegionsInsideAndNoOthers() {
    for (int n = 0; n <= 4; n++) {
      List<Region> inside = new ArrayList<>();
      for (int i = 0; i <= n; i++) {
        inside.add(stay());
      }
      Region left = inside.remove(n / 2);
      set.remove(left);
      set.cancelAll(WHY);
      assertThat(inside).allSatisfy(region -> assertThat(region.cause()).isSameAs(WHY));
      assertThat(left.cause()).isNull();
      inside.forEach(set::remove);
    }
  }

  @Test
  void aCancelGoesOnBelowEachOfThem() {
    List<Region> below = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ThreadRecord record = stay().record();
      below.add(record.enter("below", false, null));
    }
    set.cancelAll(WHY);
    assertThat(below).allSatisfy(region -> assertThat(region.cause()).isSameAs(WHY));
  }

  @Test
  void aThreadIsInsideIfOneOfItsOwnRegionsIs() {
    ThreadRecord self = ThreadRecord.current();
    var unused = stay();
    assertThat(set.contains(self, scope)).isFalse();
    Region mine = self.enter(scope, false, null);
    set.add(mine);
    Region inner = self.enter("inner", false, null);
    assertThat(set.contains(self, scope)).isTrue();
    assertThat(set.contains(self, "other")).isFalse();
    self.leave(inner, false);
    set.remove(mine);
    self.leave(mine, false);
    assertThat(set.contains(self, scope)).isFalse();
  }
}
