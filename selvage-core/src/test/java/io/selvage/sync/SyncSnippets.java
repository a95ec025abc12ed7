package io.selvage.sync;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The examples in the documentation of this package. */
final class SyncSnippets {
  private SyncSnippets() {}

  static List<String> event() throws InterruptedException {
    List<String> log = new ArrayList<>();
    // @start region="event"
    Event connected = new Event();
    TaskGroup.run(
        group -> {
          group.launch(
              "client",
              () -> {
                connected.await();
                log.add("asks");
              });
          log.add("connects");
          connected.set(); // from any thread
        });
    // @end region="event"
    return log;
  }

  /** Slow, and not made for two at a time. */
  static final class Store {
    private final Map<String, Integer> balances;

    Store(Map<String, Integer> balances) {
      this.balances = balances;
    }

    int load(String account) throws InterruptedException {
      Selvage.sleep(Duration.ofNanos(1));
      return balances.get(account);
    }

    void save(String account, int balance) throws InterruptedException {
      Selvage.sleep(Duration.ofNanos(1));
      balances.put(account, balance);
    }
  }

  // @start region="lock"
  static final class Bank {
    private final Lock lock = new Lock();
    private final Store store;

    Bank(Store store) {
      this.store = store;
    }

    void pay(String account, int amount) throws InterruptedException {
      try (Lock.Guard guard = lock.acquire()) {
        int balance = store.load(account); // may wait: no other thread gets in
        store.save(account, balance + amount);
      }
    }
  }

  // @end region="lock"

  static List<String> semaphore(List<String> pages) throws InterruptedException {
    ConcurrentLinkedQueue<String> fetched = new ConcurrentLinkedQueue<>();
    // @start region="semaphore"
    Semaphore connections = new Semaphore(4);
    TaskGroup.run(
        group -> {
          for (String page : pages) {
            group.launch(
                page,
                () -> {
                  try (Semaphore.Permit permit = connections.acquire()) {
                    fetched.add(fetch(page)); // four at a time
                  }
                });
          }
        });
    // @end region="semaphore"
    return fetched.stream().sorted().toList();
  }

  private static String fetch(String page) {
    return page + " fetched";
  }

  static int barrier(int workers) throws InterruptedException {
    List<Task<Integer>> places = new ArrayList<>();
    // @start region="barrier"
    Barrier allLoaded = new Barrier(workers);
    TaskGroup.run(
        group -> {
          for (int i = 0; i < workers; i++) {
            places.add(
                group.fork(
                    () -> {
                      load();
                      int place = allLoaded.await();
                      // all have loaded; the first that arrived gets 0
                      return place;
                    }));
          }
        });
    // @end region="barrier"
    int sum = 0;
    for (Task<Integer> place : places) {
      sum += place.join();
    }
    return sum;
  }

  private static void load() {}
}
