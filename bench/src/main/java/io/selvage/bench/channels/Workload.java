package io.selvage.bench.channels;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** What is measured: a row of the table, or a point of the chart of senders, each. */
public enum Workload {
  /** One sender and one receiver, without a buffer. */
  RENDEZVOUS_1_1(0, Shape.pipe(1, 1)),
  /** Four senders and four receivers, without a buffer. */
  RENDEZVOUS_4_4(0, Shape.pipe(4, 4)),
  /** Eight senders and one receiver, without a buffer. */
  RENDEZVOUS_8_1(0, Shape.pipe(8, 1)),
  /** One sender and one receiver, with room for one item. */
  BOUNDED1_1_1(1, Shape.pipe(1, 1)),
  /** Four senders and four receivers, with room for one item. */
  BOUNDED1_4_4(1, Shape.pipe(4, 4)),
  /** Eight senders and one receiver, with room for one item. */
  BOUNDED1_8_1(1, Shape.pipe(8, 1)),
  /** One sender and one receiver, with room for 16 items. */
  BOUNDED16_1_1(16, Shape.pipe(1, 1)),
  /** Four senders and four receivers, with room for 16 items. */
  BOUNDED16_4_4(16, Shape.pipe(4, 4)),
  /** Eight senders and one receiver, with room for 16 items. */
  BOUNDED16_8_1(16, Shape.pipe(8, 1)),
  /** One sender and one receiver, with room for 100 items. */
  BOUNDED100_1_1(100, Shape.pipe(1, 1)),
  /** Four senders and four receivers, with room for 100 items. */
  BOUNDED100_4_4(100, Shape.pipe(4, 4)),
  /** Eight senders and one receiver, with room for 100 items. */
  BOUNDED100_8_1(100, Shape.pipe(8, 1)),
  /** One sender and one receiver, with room for everything. */
  UNBOUNDED_1_1(Workload.UNBOUNDED, Shape.pipe(1, 1)),
  /** Four senders and four receivers, with room for everything. */
  UNBOUNDED_4_4(Workload.UNBOUNDED, Shape.pipe(4, 4)),
  /** Eight senders and one receiver, with room for everything. */
  UNBOUNDED_8_1(Workload.UNBOUNDED, Shape.pipe(8, 1)),
  /** A chain of 16 channels without a buffer. */
  CHAIN16_RENDEZVOUS(0, Shape.chain(16)),
  /** A chain of 16 channels with room for 16 items. */
  CHAIN16_BOUNDED16(16, Shape.chain(16)),
  /** Sixteen independent pairs, each with a channel without a buffer. */
  PAIRS16_RENDEZVOUS(0, Shape.pairs(16)),
  /** Sixteen independent pairs, each with a channel with room for 16 items. */
  PAIRS16_BOUNDED16(16, Shape.pairs(16)),
  /** A select of one channel without a buffer. */
  SELECT1_RENDEZVOUS(0, Shape.select(1)),
  /** A select of two channels without a buffer, each with its sender. */
  SELECT2_RENDEZVOUS(0, Shape.select(2)),
  /** A select of eight channels without a buffer, each with its sender. */
  SELECT8_RENDEZVOUS(0, Shape.select(8)),
  /** A select of 64 channels without a buffer, each with its sender. */
  SELECT64_RENDEZVOUS(0, Shape.select(64)),
  /** A select of one channel with room for 16 items. */
  SELECT1_BOUNDED16(16, Shape.select(1)),
  /** A select of two channels with room for 16 items, each with its sender. */
  SELECT2_BOUNDED16(16, Shape.select(2)),
  /** A select of eight channels with room for 16 items, each with its sender. */
  SELECT8_BOUNDED16(16, Shape.select(8)),
  /** A select of 64 channels with room for 16 items, each with its sender. */
  SELECT64_BOUNDED16(16, Shape.select(64)),
  /** A select that receives from one channel or sends to another one, both without a buffer. */
  MIXED_RENDEZVOUS(0, Shape.mixed()),
  /** A select that receives from one channel or sends to another one, with room for 16 items. */
  MIXED_BOUNDED16(16, Shape.mixed()),
  /** One task that sends to an unbounded channel, and receives from it. */
  ALONE(Workload.UNBOUNDED, Shape.alone()),
  /** Two tasks that take turns: one item goes there and comes back, over two unbounded channels. */
  PING_PONG(Workload.UNBOUNDED, Shape.pingPong()),
  /** One sender, with room for 16 items. */
  SENDERS_1(16, Shape.pipe(1, 1), 1),
  /** Ten senders and one receiver, with room for 16 items. */
  SENDERS_10(16, Shape.pipe(10, 1), 10),
  /** A hundred senders and one receiver, with room for 16 items. */
  SENDERS_100(16, Shape.pipe(100, 1), 100),
  /** A thousand senders and one receiver, with room for 16 items. */
  SENDERS_1000(16, Shape.pipe(1000, 1), 1000),
  /** Ten thousand senders and one receiver, with room for 16 items. */
  SENDERS_10000(16, Shape.pipe(10_000, 1), 10_000);

  /** The capacity of a channel that has room for everything. */
  static final int UNBOUNDED = Integer.MAX_VALUE;

  /** Which parts there are. */
  @FunctionalInterface
  private interface Shape {
    <C> List<Part<C>> parts(IntFunction<List<C>> channels, int items);

    static Shape pipe(int senders, int receivers) {
      return new Shape() {
        @Override
        public <C> List<Part<C>> parts(IntFunction<List<C>> channels, int items) {
          C channel = channels.apply(1).getFirst();
          int each = Math.max(1, items / (senders * receivers));
          List<Part<C>> parts = new ArrayList<>();
          repeat(receivers, i -> parts.add(new Part.Receive<>(channel, each * senders)));
          repeat(senders, i -> parts.add(new Part.Send<>(channel, each * receivers)));
          return parts;
        }
      };
    }

    static Shape chain(int length) {
      return new Shape() {
        @Override
        public <C> List<Part<C>> parts(IntFunction<List<C>> channels, int items) {
          List<C> all = channels.apply(length);
          int each = Math.max(1, items / length);
          List<Part<C>> parts = new ArrayList<>();
          repeat(length - 1, i -> parts.add(new Part.Forward<>(all.get(i), all.get(i + 1), each)));
          parts.add(new Part.Send<>(all.getFirst(), each));
          parts.add(new Part.Receive<>(all.getLast(), each));
          return parts;
        }
      };
    }

    static Shape pairs(int count) {
      return new Shape() {
        @Override
        public <C> List<Part<C>> parts(IntFunction<List<C>> channels, int items) {
          int each = Math.max(1, items / count);
          List<Part<C>> parts = new ArrayList<>();
          for (C channel : channels.apply(count)) {
            parts.add(new Part.Send<>(channel, each));
            parts.add(new Part.Receive<>(channel, each));
          }
          return parts;
        }
      };
    }

    static Shape select(int count) {
      return new Shape() {
        @Override
        public <C> List<Part<C>> parts(IntFunction<List<C>> channels, int items) {
          List<C> all = channels.apply(count);
          int each = Math.max(1, items / count);
          List<Part<C>> parts = new ArrayList<>();
          all.forEach(channel -> parts.add(new Part.Send<>(channel, each)));
          parts.add(new Part.Select<>(all, each * count));
          return parts;
        }
      };
    }

    static Shape mixed() {
      return new Shape() {
        @Override
        public <C> List<Part<C>> parts(IntFunction<List<C>> channels, int items) {
          List<C> both = channels.apply(2);
          int each = Math.max(1, items / 2);
          return List.of(
              new Part.Send<>(both.getFirst(), each),
              new Part.Exchange<>(both.getFirst(), both.getLast(), each),
              new Part.Receive<>(both.getLast(), each));
        }
      };
    }

    static Shape alone() {
      return new Shape() {
        @Override
        public <C> List<Part<C>> parts(IntFunction<List<C>> channels, int items) {
          C channel = channels.apply(1).getFirst();
          return List.of(new Part.Serve<>(channel, channel, items));
        }
      };
    }

    static Shape pingPong() {
      return new Shape() {
        @Override
        public <C> List<Part<C>> parts(IntFunction<List<C>> channels, int items) {
          List<C> both = channels.apply(2);
          int each = Math.max(1, items / 2);
          return List.of(
              new Part.Forward<>(both.getFirst(), both.getLast(), each),
              new Part.Serve<>(both.getLast(), both.getFirst(), each));
        }
      };
    }

    private static void repeat(int times, IntConsumer action) {
      IntStream.range(0, times).forEach(action);
    }
  }

  private final int capacity;

  @SuppressWarnings("ImmutableEnumChecker") // shapes have no state
  private final Shape shape;

  private final int senders; // 0: not a point of the chart

  Workload(int capacity, Shape shape) {
    this(capacity, shape, 0);
  }

  Workload(int capacity, Shape shape, int senders) {
    this.senders = senders;
    this.capacity = capacity;
    this.shape = shape;
  }

  /** {@return its place in the chart of senders, if it has one} */
  OptionalInt senders() {
    return senders == 0 ? OptionalInt.empty() : OptionalInt.of(senders);
  }

  int capacity() {
    return capacity;
  }

  boolean selects() {
    return name().startsWith("SELECT") || name().startsWith("MIXED");
  }

  /** {@return the parts, on new channels; together they receive about so many items} */
  <C> List<Part<C>> parts(IntFunction<C> newChannel, int items) {
    IntFunction<List<C>> channels =
        count -> IntStream.range(0, count).mapToObj(i -> newChannel.apply(capacity)).toList();
    return shape.parts(channels, items);
  }

  /** {@return its name in the table and on the command line} */
  public String title() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
