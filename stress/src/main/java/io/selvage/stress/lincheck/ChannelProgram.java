package io.selvage.stress.lincheck;

import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.channel.Channel;
import io.selvage.channel.ChannelStats;
import io.selvage.stress.Model.CancelledByTest;
import io.selvage.stress.lincheck.ChannelsModel.Call;
import io.selvage.stress.lincheck.ChannelsModel.Clause;
import io.selvage.stress.lincheck.ChannelsModel.Close;
import io.selvage.stress.lincheck.ChannelsModel.First;
import io.selvage.stress.lincheck.ChannelsModel.Try;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ParameterGenerator;
import org.jetbrains.lincheck.datastructures.RandomProvider;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;

/**
 * The programs that Lincheck makes up: calls on channels of one capacity, each by one of its
 * threads. They are named in {@link #callOf} for the model.
 */
@Param(name = "channel", gen = IntGen.class, conf = "0:1")
@Param(name = "item", gen = IntGen.class, conf = "1:99")
@Param(name = "hurried", gen = ChannelProgram.Rarely.class)
@Param(name = "thread", gen = ThreadIdGen.class)
public abstract sealed class ChannelProgram permits OneChannel, TwoChannels {
  static final int THREADS = 3;

  /** The calls of each thread. */
  static final int CALLS = 3;

  /** Is true for one call of four. */
  public static final class Rarely implements ParameterGenerator<Boolean> {
    private static volatile int first;

    private final Random random;

    /**
     * Sets which programs Lincheck makes up from now on: all of its random numbers are from one
     * sequence of seeds, which always begins at the same one.
     *
     * @param number how many seeds are left out
     */
    static void beginWith(int number) {
      first = number;
    }

    /** Made by Lincheck, before it makes up the first program. */
    public Rarely(RandomProvider randoms, String unused) {
      for (int i = 0; i < first; i++) {
        Random unusedRandom = randoms.createRandom();
      }
      random = randoms.createRandom();
    }

    @Override
    public Boolean generate() {
      return random.nextInt(4) == 0;
    }
  }

  private final int capacity;
  private final List<Channel<Integer>> channels;
  private final Waits waits = new Waits(THREADS, CALLS);

  ChannelProgram(int channels, int capacity) {
    this.capacity = capacity;
    this.channels = Stream.generate(() -> newChannel(capacity)).limit(channels).toList();
  }

  private static Channel<Integer> newChannel(int capacity) {
    return switch (capacity) {
      case 0 -> Channel.rendezvous();
      case Integer.MAX_VALUE -> Channel.unbounded();
      default -> Channel.bounded(capacity);
    };
  }

  /** The channel with this number, for calls that know two of them. */
  final Channel<Integer> channel(int number) {
    return channels.get(number % channels.size());
  }

  // ---- for the model

  final ChannelsModel newModel() {
    return ChannelsModel.of(channels.size(), capacity);
  }

  /** What a call does. */
  final Call callOf(Actor actor) {
    int first = argument(actor, 0);
    int channel = first % channels.size();
    return switch (actor.getMethod().getName()) {
      case "send" -> new First(List.of(new Clause(channel, argument(actor, 1))));
      case "receive" -> new First(List.of(new Clause(channel, null)));
      case "trySend" -> new Try(new Clause(channel, argument(actor, 1)));
      case "tryReceive" -> new Try(new Clause(channel, null));
      case "close" -> new Close(channel);
      case "receiveFromAny" -> new First(List.of(new Clause(0, null), new Clause(1, null)));
      case "sendToAny" -> new First(List.of(new Clause(0, first), new Clause(1, first)));
      case "sendOrReceive" -> new First(List.of(new Clause(0, first), new Clause(1, null)));
      case "receiveOrSend" -> new First(List.of(new Clause(0, null), new Clause(1, first)));
      default -> throw new IllegalArgumentException("no call of the model: " + actor);
    };
  }

  /** Whether a call may withdraw its wait at any time. */
  static boolean isHurried(Actor actor) {
    return actor.getArguments().contains(true);
  }

  private static int argument(Actor actor, int index) {
    return actor.getArguments().get(index) instanceof Integer number ? number : 0;
  }

  // ---- calls

  /** Something that may wait. */
  interface Waiting {
    String run() throws InterruptedException;
  }

  final String perform(boolean hurried, int thread, Waiting call) {
    waits.begin(hurried);
    try {
      return call.run();
    } catch (CancelledByTest e) {
      return ChannelsModel.WITHDRAWN;
    } catch (ClosedResourceException e) {
      return ChannelsModel.REFUSED;
    } catch (EndOfStreamException e) {
      return ChannelsModel.END;
    } catch (InterruptedException e) {
      return "interrupted";
    } finally {
      waits.end(thread);
    }
  }

  /** Sends, or waits for a short time. */
  @Operation
  public String send(
      @Param(name = "channel") int channel,
      @Param(name = "item") int item,
      @Param(name = "hurried") boolean hurried,
      @Param(name = "thread") int thread) {
    return perform(
        hurried,
        thread,
        () -> {
          channel(channel).send(item);
          return ChannelsModel.SENT;
        });
  }

  /** Receives, or waits for a short time. */
  @Operation
  public String receive(
      @Param(name = "channel") int channel,
      @Param(name = "hurried") boolean hurried,
      @Param(name = "thread") int thread) {
    return perform(hurried, thread, () -> ChannelsModel.received(channel(channel).receive()));
  }

  /** Sends if that is possible now. */
  @Operation
  public String trySend(
      @Param(name = "channel") int channel,
      @Param(name = "item") int item,
      @Param(name = "thread") int thread) {
    return perform(
        false,
        thread,
        () -> channel(channel).trySend(item) ? ChannelsModel.SENT : ChannelsModel.NOTHING);
  }

  /** Receives if that is possible now. */
  @Operation
  public String tryReceive(
      @Param(name = "channel") int channel, @Param(name = "thread") int thread) {
    return perform(
        false,
        thread,
        () ->
            channel(channel)
                .tryReceive()
                .map(ChannelsModel::received)
                .orElse(ChannelsModel.NOTHING));
  }

  /** Closes a channel. */
  @Operation
  public String close(@Param(name = "channel") int channel, @Param(name = "thread") int thread) {
    return perform(
        false,
        thread,
        () -> channel(channel).close("closed") ? ChannelsModel.CLOSED : ChannelsModel.NOTHING);
  }

  /** Nobody waits at the end. */
  @Validate
  public void checkThatNobodyWaits() {
    for (Channel<Integer> channel : channels) {
      ChannelStats stats = channel.stats();
      if (stats.waitingReceivers() > 0 || stats.waitingSenders() > 0) {
        throw new IllegalStateException("a wait is left: " + channel);
      }
    }
  }
}
