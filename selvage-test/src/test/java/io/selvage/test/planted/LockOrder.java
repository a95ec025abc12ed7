package io.selvage.test.planted;

import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import java.util.List;

/** Deadlock by lock order: each transfer locks its own two accounts, in the order of its money. */
final class LockOrder {
  private LockOrder() {}

  /** A lock: a channel with one token in it. */
  private static final class Lock {
    private final Channel<String> token = Channel.unbounded();

    Lock() {
      unlock();
    }

    void lock() throws InterruptedException {
      var unused = token.receive();
    }

    void unlock() {
      token.trySend("token");
    }
  }

  private static final class Account {
    final int number;
    final Lock lock = new Lock();
    private int balance = 100; // guarded by lock

    Account(int number) {
      this.number = number;
    }
  }

  private interface Transfer {
    void move(Account from, Account to, int amount) throws InterruptedException;
  }

  static void buggy() throws Exception {
    run((from, to, amount) -> locked(from, to, () -> book(from, to, amount))); // BUG
  }

  static void mended() throws Exception {
    run(
        (from, to, amount) -> {
          boolean up = from.number < to.number;
          locked(up ? from : to, up ? to : from, () -> book(from, to, amount));
        });
  }

  private static void locked(Account first, Account second, Runnable action)
      throws InterruptedException {
    first.lock.lock();
    try {
      second.lock.lock();
      try {
        action.run();
      } finally {
        second.lock.unlock();
      }
    } finally {
      first.lock.unlock();
    }
  }

  private static void book(Account from, Account to, int amount) {
    from.balance -= amount;
    to.balance += amount;
  }

  private static void run(Transfer transfer) throws Exception {
    List<Account> accounts = List.of(new Account(0), new Account(1), new Account(2));
    TaskGroup.run(
        group -> {
          for (Account from : accounts) {
            Account to = accounts.get((from.number + 1) % accounts.size());
            group.launch(from.number + " to " + to.number, () -> transfer.move(from, to, 10));
          }
        });
  }
}
