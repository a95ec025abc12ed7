package io.selvage.bench.channels;

import com.softwaremill.jox.Channel;
import com.softwaremill.jox.Select;
import com.softwaremill.jox.SelectClause;
import java.util.List;

/** Jox: virtual threads. */
final class JoxPeer extends ThreadPeer<Channel<Integer>> {
  JoxPeer() {
    super("Jox");
  }

  @Override
  Channel<Integer> newChannel(int capacity) {
    return switch (capacity) {
      case 0 -> Channel.newRendezvousChannel();
      case Workload.UNBOUNDED -> Channel.newUnlimitedChannel();
      default -> Channel.newBufferedChannel(capacity);
    };
  }

  @Override
  void send(Channel<Integer> to, int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      to.send(Part.item(i));
    }
  }

  @Override
  long receive(Channel<Integer> from, int count) throws InterruptedException {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += from.receive();
    }
    return sum;
  }

  @Override
  void forward(Channel<Integer> from, Channel<Integer> to, int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      to.send(from.receive());
    }
  }

  @Override
  long select(List<Channel<Integer>> from, int count) throws InterruptedException {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Select.<Integer>select(clauses(from));
    }
    return sum;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of one generic type
  private static SelectClause<Integer>[] clauses(List<Channel<Integer>> from) {
    SelectClause<Integer>[] clauses = new SelectClause[from.size()];
    for (int i = 0; i < clauses.length; i++) {
      clauses[i] = from.get(i).receiveClause();
    }
    return clauses;
  }

  @Override
  long exchange(Channel<Integer> from, Channel<Integer> to, int count) throws InterruptedException {
    long sum = 0;
    int received = 0;
    int sent = 0;
    while (received < count && sent < count) {
      Object value = Select.<Object>select(from.receiveClause(), to.sendClause(Part.item(sent)));
      if (value instanceof Integer item) {
        sum += item;
        received++;
      } else {
        sent++;
      }
    }
    for (; sent < count; sent++) {
      to.send(Part.item(sent));
    }
    return sum + receive(from, count - received);
  }
}
