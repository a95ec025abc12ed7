package io.selvage.bench.channels;

import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.select.Select;
import io.selvage.select.Selectable;
import java.util.List;

/** This library: tasks of a group. */
final class SelvagePeer extends ThreadPeer<Channel<Integer>> {
  SelvagePeer() {
    super("Selvage");
  }

  @Override
  Channel<Integer> newChannel(int capacity) {
    return switch (capacity) {
      case 0 -> Channel.rendezvous();
      case Workload.UNBOUNDED -> Channel.unbounded();
      default -> Channel.bounded(capacity);
    };
  }

  @Override
  void runAllBodies(List<Body> bodies) throws InterruptedException {
    TaskGroup.run(group -> bodies.forEach(body -> group.launch(body::run)));
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
      sum += Select.<Integer, RuntimeException>first(clauses(from));
    }
    return sum;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of one generic type
  private static Selectable<Integer>[] clauses(List<Channel<Integer>> from) {
    Selectable<Integer>[] clauses = new Selectable[from.size()];
    for (int i = 0; i < clauses.length; i++) {
      clauses[i] = from.get(i).onReceive();
    }
    return clauses;
  }

  @Override
  long exchange(Channel<Integer> from, Channel<Integer> to, int count) throws InterruptedException {
    long sum = 0;
    int received = 0;
    int sent = 0;
    while (received < count && sent < count) {
      Object value =
          Select.<Object, RuntimeException>first(from.onReceive(), to.onSend(Part.item(sent)));
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
