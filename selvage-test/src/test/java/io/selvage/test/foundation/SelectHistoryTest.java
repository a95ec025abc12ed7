package io.selvage.test.foundation;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.ClosedResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.channel.Channel;
import io.selvage.select.Select;
import io.selvage.select.Selectable;
import io.selvage.select.Trigger;
import io.selvage.test.SimulationRun;
import io.selvage.test.foundation.ChannelModel.Clause;
import io.selvage.test.foundation.ChannelModel.Done;
import io.selvage.test.foundation.History.Point;
import io.selvage.test.foundation.RandomCalls.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random programs of sends, receives and selects on several channels, with cancels, closes and
 * delays: their histories are linearizable, the longest-waiting call is next, exactly one clause of
 * a select is performed, and no item is lost or doubled.
 */
class SelectHistoryTest {

  private static final class Calls extends RandomCalls {
    private final History<ChannelModel> history = new History<>();
    private final List<Integer> capacities;
    private final List<Channel<Integer>> channels = new ArrayList<>();
    private final List<Integer> sent = new ArrayList<>();
    private final List<Integer> received = new ArrayList<>();
    private final boolean closes;
    private int items;

    Calls(SimulationRun run, boolean closes, Integer... capacities) {
      super(run);
      this.closes = closes;
      this.capacities = List.of(capacities);
      for (int capacity : capacities) {
        channels.add(capacity == 0 ? Channel.rendezvous() : Channel.bounded(capacity));
      }
    }

    @Override
    void callOne() throws InterruptedException {
      switch (random.nextInt(12)) {
        case 0, 1 -> wait(List.of(receive()));
        case 2, 3 -> wait(List.of(send()));
        case 4, 5, 6, 7 -> wait(anyClauses());
        case 8 -> tryReceive();
        case 9 -> trySend();
        case 10 -> close();
        default -> cancelAnyCall();
      }
    }

    private int anyChannel() {
      return random.nextInt(channels.size());
    }

    private Clause receive() {
      return new Clause(anyChannel(), null);
    }

    private Clause send() {
      return new Clause(anyChannel(), ++items);
    }

    private List<Clause> anyClauses() {
      return IntStream.range(0, 2 + random.nextInt(2))
          .mapToObj(i -> random.nextBoolean() ? send() : receive())
          .toList();
    }

    private io.selvage.select.Clause<Done, RuntimeException> operation(int index, Clause clause) {
      Channel<Integer> channel = channels.get(clause.channel());
      if (clause.isSend()) {
        Trigger send = channel.onSend(clause.item());
        return send.call(() -> new Done(index, clause.item()));
      }
      Selectable<Integer> receive = channel.onReceive();
      return receive.call(item -> new Done(index, item));
    }

    private Done perform(List<Clause> clauses) throws InterruptedException {
      Channel<Integer> channel = channels.get(clauses.getFirst().channel());
      if (clauses.size() > 1) {
        return Select.firstOf(
            IntStream.range(0, clauses.size())
                .mapToObj(i -> operation(i, clauses.get(i)))
                .toList());
      }
      if (clauses.getFirst().isSend()) {
        channel.send(clauses.getFirst().item());
        return new Done(0, clauses.getFirst().item());
      }
      return new Done(0, channel.receive());
    }

    private void wait(List<Clause> clauses) throws InterruptedException {
      Done[] done = {null};
      var call = history.begin(clauses.toString());
      int id = call.number();
      End end =
          inScope(
              () -> {
                try {
                  done[0] = perform(clauses);
                } catch (EndOfStreamException | ClosedResourceException e) {
                  done[0] = new Done(-1, null);
                }
                return true;
              });
      Point<ChannelModel> select = state -> state.select(id, clauses);
      if (end == End.CANCELLED) {
        Point<ChannelModel> withdraw = state -> state.withdraw(id);
        call.end("cancelled", state -> true, List.of(List.of(), List.of(select, withdraw)));
        return;
      }
      note(clauses, done[0]);
      call.end(
          done[0].toString(),
          state -> isSame(state.done().get(id), done[0]),
          List.of(List.of(select)));
    }

    /** A select that finds an end does not say which one. */
    private static boolean isSame(Done modelled, Done seen) {
      return modelled != null
          && (seen.index() == -1 ? modelled.item() == null : modelled.equals(seen));
    }

    private void note(List<Clause> clauses, Done done) {
      if (done.index() >= 0) {
        (clauses.get(done.index()).isSend() ? sent : received).add(done.item());
      }
    }

    private void tryReceive() {
      Clause clause = receive();
      var call = history.begin("try " + clause);
      Integer item = null;
      boolean ended = false;
      try {
        item = channels.get(clause.channel()).tryReceive().orElse(null);
      } catch (EndOfStreamException e) {
        ended = true;
      }
      tried(
          call,
          clause,
          ended
              ? Optional.of(new Done(0, null))
              : Optional.ofNullable(item).map(i -> new Done(0, i)));
    }

    private void trySend() {
      Clause clause = send();
      var call = history.begin("try " + clause);
      Optional<Done> done;
      try {
        boolean accepted = channels.get(clause.channel()).trySend(clause.item());
        done = accepted ? Optional.of(new Done(0, clause.item())) : Optional.empty();
      } catch (ClosedResourceException e) {
        done = Optional.of(new Done(0, null));
      }
      tried(call, clause, done);
    }

    private void tried(History<ChannelModel>.Call call, Clause clause, Optional<Done> done) {
      int id = call.number();
      if (done.isEmpty()) {
        call.end("not now", List.of(state -> state.isPossible(clause) ? null : state));
        return;
      }
      if (done.get().item() != null) {
        note(List.of(clause), done.get());
      }
      call.end(
          done.get().toString(),
          state -> Objects.equals(state.done().get(id), done.get()),
          List.of(List.of(state -> state.tryOne(id, clause))));
    }

    private void close() {
      if (!closes || random.nextInt(3) > 0) {
        return;
      }
      int channel = anyChannel();
      var call = history.begin("close " + channel);
      channels.get(channel).close();
      call.end("", List.of(state -> state.close(channel)));
    }

    @Override
    void check() {
      for (Channel<Integer> channel : channels) {
        received.addAll(channel.drain());
        assertThat(channel.stats().waitingReceivers()).isZero();
        assertThat(channel.stats().waitingSenders()).isZero();
      }
      assertThat(received).doesNotHaveDuplicates();
      assertThat(new TreeSet<>(received)).isEqualTo(new TreeSet<>(sent));
      history.check(ChannelModel.of(capacities));
    }
  }

  @ParameterizedTest
  @EnumSource
  void selectsOnRendezvousChannelsAreLinearizable(Way way) {
    way.explore("rendezvous", run -> new Calls(run, false, 0, 0).runAll());
  }

  @ParameterizedTest
  @EnumSource
  void selectsOnChannelsWithBuffersAreLinearizable(Way way) {
    way.explore("buffers", run -> new Calls(run, false, 0, 1, 2).runAll());
  }

  @ParameterizedTest
  @EnumSource
  void selectsOnChannelsThatAreClosedAreLinearizable(Way way) {
    way.explore("closed", run -> new Calls(run, true, 0, 1).runAll());
  }
}
