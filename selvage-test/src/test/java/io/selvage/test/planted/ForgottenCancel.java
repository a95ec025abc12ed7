package io.selvage.test.planted;

import static java.time.Duration.ofSeconds;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Forgotten cancel handling: what a task holds in its hands when it is cancelled is neither here
 * nor there afterwards.
 */
final class ForgottenCancel {
  private static final int PARCELS = 3;

  private ForgottenCancel() {}

  /** Parcels on their way from the shelf into the van. */
  private abstract static class Warehouse {
    final Queue<String> shelf = new ConcurrentLinkedQueue<>();
    final Queue<String> van = new ConcurrentLinkedQueue<>();
    final Channel<String> log = Channel.unbounded();

    Warehouse() {
      for (int i = 0; i < PARCELS; i++) {
        shelf.add("parcel " + i);
      }
    }

    void loadAll() throws InterruptedException {
      while (!shelf.isEmpty()) {
        Selvage.sleep(ofSeconds(1)); // to the shelf
        load(shelf.remove());
      }
    }

    abstract void load(String parcel) throws InterruptedException;

    void check() {
      if (shelf.size() + van.size() != PARCELS) {
        throw new AssertionError("on the shelf " + shelf + ", in the van " + van);
      }
    }
  }

  private static final class Careless extends Warehouse {
    @Override
    void load(String parcel) throws InterruptedException {
      log.send("loading " + parcel); // BUG: throws if the task is cancelled
      van.add(parcel);
    }
  }

  private static final class Careful extends Warehouse {
    @Override
    void load(String parcel) throws InterruptedException {
      boolean loaded = false;
      try {
        log.send("loading " + parcel);
        loaded = van.add(parcel);
      } finally {
        if (!loaded) {
          shelf.add(parcel);
        }
      }
    }
  }

  static void buggy() throws Exception {
    cancelledAfterTwoSeconds(new Careless());
  }

  static void mended() throws Exception {
    cancelledAfterTwoSeconds(new Careful());
  }

  private static void cancelledAfterTwoSeconds(Warehouse warehouse) throws Exception {
    TaskGroup.run(
        group -> {
          Task<?> loader = group.launch("loader", warehouse::loadAll);
          group.launch(
              "boss",
              () -> {
                Selvage.sleep(ofSeconds(2));
                loader.cancel("the van leaves");
              });
        });
    warehouse.check();
  }

  /** The same without a task that cancels: for a test that cancels everywhere. */
  static void buggyUncancelled() throws Exception {
    uncancelled(new Careless());
  }

  static void mendedUncancelled() throws Exception {
    uncancelled(new Careful());
  }

  private static void uncancelled(Warehouse warehouse) throws Exception {
    try {
      TaskGroup.run(group -> group.launch("loader", warehouse::loadAll));
    } finally {
      warehouse.check();
    }
  }
}
