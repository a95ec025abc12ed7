package io.selvage.bench.channels;

import java.util.List;

/**
 * What one task of a workload does. Item number i is the Integer that {@link #item} returns.
 *
 * @param <C> the channels of the library
 */
sealed interface Part<C> {

  /** Sends so many items. */
  record Send<C>(C to, int count) implements Part<C> {}

  /** Receives so many items, and is their end. */
  record Receive<C>(C from, int count) implements Part<C> {}

  /** Receives so many items, and sends each of them on. */
  record Forward<C>(C from, C to, int count) implements Part<C> {}

  /** Receives so many items by selects of all of these channels. */
  record Select<C>(List<C> from, int count) implements Part<C> {}

  /**
   * Sends one item, and the next one whenever an item has come back; receives so many items, and is
   * their end.
   */
  record Serve<C>(C from, C to, int count) implements Part<C> {}

  /**
   * Sends so many items and receives as many: by selects of both, until one side is done, and then
   * the rest of the other side.
   */
  record Exchange<C>(C from, C to, int count) implements Part<C> {}

  /** How many different items there are; all of them are in the cache of Integer. */
  int ITEMS = 64;

  /** {@return the item with this number; never zero, so that a lost item changes the sum} */
  static Integer item(int number) {
    return number % ITEMS + 1;
  }

  /** {@return the sum of the first items} */
  private static long sumOf(int count) {
    long rounds = count / ITEMS;
    long rest = count % ITEMS;
    return rounds * (ITEMS * (ITEMS + 1) / 2) + rest * (rest + 1) / 2;
  }

  /** {@return the sum of what it sends of its own} */
  default long sent() {
    return switch (this) {
      case Send<C>(C to, int count) -> sumOf(count);
      case Exchange<C>(C from, C to, int count) -> sumOf(count);
      case Serve<C>(C from, C to, int count) -> sumOf(1);
      case Receive<C> receive -> 0;
      case Forward<C> forward -> 0;
      case Select<C> select -> 0;
    };
  }

  /** {@return how many items it receives} */
  default int received() {
    return switch (this) {
      case Send<C> send -> 0;
      case Receive<C>(C from, int count) -> count;
      case Forward<C>(C from, C to, int count) -> count;
      case Select<C>(List<C> from, int count) -> count;
      case Exchange<C>(C from, C to, int count) -> count;
      case Serve<C>(C from, C to, int count) -> count;
    };
  }
}
