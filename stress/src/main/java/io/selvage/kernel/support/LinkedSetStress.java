package io.selvage.kernel.support;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** The protocol of {@link LinkedSet}. */
public final class LinkedSetStress {
  private LinkedSetStress() {}

  private static final class Item extends LinkedSet.Entry<Item> {
    final int name;

    Item(int name) {
      this.name = name;
    }
  }

  private static boolean finds(LinkedSet<Item> set, int name) {
    for (Item item = set.first(); item != null; item = item.next()) {
      if (item.name == name) {
        return true;
      }
    }
    return false;
  }

  /** A walk finds what stays, though those before it are taken out and others are added. */
  @JCStressTest
  @Outcome(id = "true, 2", expect = ACCEPTABLE, desc = "Found; what stays and what was added.")
  @Outcome(expect = FORBIDDEN, desc = "The walk has jumped over what stays.")
  @State
  public static class WalkOrRemove {
    private final LinkedSet<Item> set = new LinkedSet<>();
    private final Item[] items = new Item[4];

    /** The last of them stays. */
    public WalkOrRemove() {
      for (int i = 0; i < items.length; i++) {
        items[i] = new Item(i);
        set.add(items[i]);
      }
    }

    @Actor
    public void walker(LL_Result r) {
      r.r1 = finds(set, 3);
    }

    @Actor
    public void forwards() {
      set.remove(items[0]);
      set.remove(items[1]);
      set.remove(items[2]);
    }

    @Actor
    public void adder() {
      set.add(new Item(4));
    }

    @Arbiter
    public void check(LL_Result r) {
      r.r2 = set.size();
    }
  }

  /** Publish, then read, twice: of two that add themselves and then look one sees the other. */
  @JCStressTest
  @Outcome(id = "true", expect = ACCEPTABLE, desc = "At least one has seen the other.")
  @Outcome(expect = FORBIDDEN, desc = "Neither has seen the other.")
  @State
  public static class AddAndLook {
    private final LinkedSet<Item> one = new LinkedSet<>();
    private final LinkedSet<Item> two = new LinkedSet<>();
    private boolean firstSaw;
    private boolean secondSaw;

    @Actor
    public void first() {
      one.add(new Item(1));
      firstSaw = two.first() != null;
    }

    @Actor
    public void second() {
      two.add(new Item(2));
      secondSaw = one.first() != null;
    }

    @Arbiter
    public void check(L_Result r) {
      r.r1 = firstSaw || secondSaw;
    }
  }

  /** An entry is taken out while it is added: in the end it is not in. */
  @JCStressTest
  @Outcome(id = "true", expect = ACCEPTABLE, desc = "It never stays.")
  @Outcome(expect = FORBIDDEN, desc = "It was added behind its end.")
  @State
  public static class AddOrRemove {
    private final LinkedSet<Item> set = new LinkedSet<>();
    private final Item item = new Item(0);

    @Actor
    public void adder() {
      set.add(item);
    }

    @Actor
    public void remover() {
      set.remove(item);
    }

    @Arbiter
    public void check(L_Result r) {
      r.r1 = set.isEmpty() && set.size() == 0;
    }
  }
}
