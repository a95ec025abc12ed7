package io.selvage.kernel.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LinkedSetTest {
  private static final class Item extends LinkedSet.Entry<Item> {}

  private final LinkedSet<Item> set = new LinkedSet<>();

  private Item added() {
    Item item = new Item();
    assertThat(set.add(item)).isTrue();
    return item;
  }

  private List<Item> walk() {
    List<Item> found = new ArrayList<>();
    for (Item item = set.first(); item != null; item = item.next()) {
      found.add(item);
    }
    return found;
  }

  @Test
  void entriesAreInTheOrderInWhichTheyWereAdded() {
    Item a = added();
    Item b = added();
    Item c = added();
    assertThat(walk()).containsExactly(a, b, c);
    assertThat(List.of(a.number(), b.number(), c.number())).containsExactly(1L, 2L, 3L);
    assertThat(set.lastNumber()).isEqualTo(3);
    assertThat(set.size()).isEqualTo(3);
  }

  @Test
  void anEntryIsTakenOutOnceAndForGood() {
    Item item = added();
    assertThat(set.remove(item)).isTrue();
    assertThat(set.remove(item)).isFalse();
    assertThat(set.add(item)).isFalse();
    assertThat(set.isEmpty()).isTrue();
    assertThat(set.size()).isZero();
  }

  @Test
  void anEntryThatIsTakenOutBeforeItIsAddedNeverGetsIn() {
    Item item = new Item();
    assertThat(set.remove(item)).isFalse();
    assertThat(set.add(item)).isFalse();
    assertThat(set.isEmpty()).isTrue();
  }

  @Test
  void aLinkedSetHasTheElementsThatASetWouldHave() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Set<Item> model = new LinkedHashSet<>(walk());
      for (int i = 0; i < 50; i++) {
        if (model.isEmpty() || random.nextBoolean()) {
          model.add(added());
        } else {
          Item item = List.copyOf(model).get(random.nextInt(model.size()));
          model.remove(item);
          assertThat(set.remove(item)).isTrue();
        }
        assertThat(walk()).containsExactlyElementsOf(model);
        assertThat(set.size()).isEqualTo(model.size());
      }
    }
  }

  @Test
  void aWalkFindsWhatStaysWhateverIsTakenOutMeanwhile() {
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      List<Item> in = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        in.add(added());
      }
      List<Item> seen = new ArrayList<>();
      for (Item item = set.first(); item != null; item = item.next()) {
        seen.add(item);
        for (int i = random.nextInt(4); i > 0 && !in.isEmpty(); i--) {
          assertThat(set.remove(in.remove(random.nextInt(in.size())))).isTrue();
        }
      }
      assertThat(seen).containsAll(in).doesNotHaveDuplicates();
      in.forEach(set::remove);
    }
  }
}
