package io.selvage.test.planted;

import static java.time.Duration.ofSeconds;

import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.service.Actor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Reordered messages: a handler lets the next message begin before it has done what has to happen
 * in order.
 */
final class ReorderingActor {
  private static final List<Integer> ORDERS = List.of(1, 2, 3, 4);

  private ReorderingActor() {}

  static void buggy() throws Exception {
    List<Integer> journal = Collections.synchronizedList(new ArrayList<>());
    run(
        journal,
        Actor.concurrent(
            (order, baton) -> {
              baton.release(); // BUG: from here on handlers overtake each other
              Selvage.checkpoint();
              journal.add(order);
              confirm();
            }));
  }

  static void mended() throws Exception {
    List<Integer> journal = Collections.synchronizedList(new ArrayList<>());
    run(
        journal,
        Actor.concurrent(
            (order, baton) -> {
              Selvage.checkpoint();
              journal.add(order);
              baton.release();
              confirm();
            }));
  }

  /** Sends a mail; the reason why handlers are to overlap. */
  private static void confirm() throws InterruptedException {
    Selvage.sleep(ofSeconds(1));
  }

  private static void run(List<Integer> journal, Actor<Integer> actor) throws Exception {
    TaskGroup.run(
        group -> {
          group.launch("actor", actor::run);
          ORDERS.forEach(actor::submit);
          actor.close();
        });
    if (!journal.equals(ORDERS)) {
      throw new AssertionError("journal: " + journal);
    }
  }
}
