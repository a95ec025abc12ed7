package io.selvage.bench.channels;

import io.selvage.bench.kotlin.CoroutineLoop;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.jvm.functions.Function2;
import kotlinx.coroutines.channels.Channel;
import kotlinx.coroutines.selects.SelectImplementation;
import org.jspecify.annotations.Nullable;

/**
 * The parts as state machines: what Kotlin's compiler makes of loops that call suspending
 * functions. A select is what its inline function {@code select} becomes; the bodies of its clauses
 * are constants here, which saves Kotlin an object for each of them.
 */
final class KotlinLoops {
  private static final Function2<Integer, Continuation<? super Object>, Object> RECEIVED =
      (item, done) -> item;
  private static final Function2<Object, Continuation<? super Object>, Object> SENT =
      (channel, done) -> Unit.INSTANCE;

  private KotlinLoops() {}

  /** A coroutine that adds up what it receives. */
  abstract static class Summing extends CoroutineLoop {
    private final LongAdder total;
    private long sum;

    Summing(LongAdder total, Continuation<?> completion) {
      super(completion);
      this.total = total;
    }

    final void add(Object item) {
      sum += (Integer) item;
    }

    @Override
    protected final void end() {
      total.add(sum);
    }
  }

  /** Sends. */
  static final class Send extends CoroutineLoop {
    private final Channel<Integer> to;
    private final int count;
    private int sent;

    Send(Part.Send<Channel<Integer>> part, Continuation<?> completion) {
      super(completion);
      to = part.to();
      count = part.count();
    }

    @Override
    protected boolean more() {
      return sent < count;
    }

    @Override
    protected Object step() {
      return to.send(Part.item(sent++), this);
    }
  }

  /** Receives. */
  static final class Receive extends Summing {
    private final Channel<Integer> from;
    private int left;

    Receive(Part.Receive<Channel<Integer>> part, LongAdder total, Continuation<?> completion) {
      super(total, completion);
      from = part.from();
      left = part.count();
    }

    @Override
    protected boolean more() {
      return left > 0;
    }

    @Override
    protected Object step() {
      left--;
      return from.receive(this);
    }

    @Override
    protected void ended(Object result) {
      add(result);
    }
  }

  /** Receives and sends in turns. */
  static final class Forward extends CoroutineLoop {
    private final Channel<Integer> from;
    private final Channel<Integer> to;
    private int left;
    private Integer item; // received and not sent yet

    Forward(Part.Forward<Channel<Integer>> part, Continuation<?> completion) {
      super(completion);
      from = part.from();
      to = part.to();
      left = part.count();
    }

    @Override
    protected boolean more() {
      return left > 0 || item != null;
    }

    @Override
    protected Object step() {
      if (item == null) {
        left--;
        return from.receive(this);
      }
      Integer sent = item;
      item = null;
      return to.send(sent, this);
    }

    @Override
    protected void ended(Object result) {
      if (result instanceof Integer received) {
        item = received;
      }
    }
  }

  /** Sends one item, and each item that comes back once more. */
  static final class Serve extends Summing {
    private final Channel<Integer> from;
    private final Channel<Integer> to;
    private int left;
    private @Nullable Integer item = Part.item(0); // to be sent

    Serve(Part.Serve<Channel<Integer>> part, LongAdder total, Continuation<?> completion) {
      super(total, completion);
      from = part.from();
      to = part.to();
      left = part.count();
    }

    @Override
    protected boolean more() {
      return left > 0;
    }

    @Override
    protected Object step() {
      Integer sent = item;
      if (sent == null) {
        return from.receive(this);
      }
      item = null;
      return to.send(sent, this);
    }

    @Override
    protected void ended(Object result) {
      if (result instanceof Integer received) {
        left--;
        item = received;
        if (left == 0) {
          add(received);
        }
      }
    }
  }

  /** Selects among receives. */
  static final class Select extends Summing {
    private final List<Channel<Integer>> from;
    private int left;

    Select(Part.Select<Channel<Integer>> part, LongAdder total, Continuation<?> completion) {
      super(total, completion);
      from = part.from();
      left = part.count();
    }

    @Override
    protected boolean more() {
      return left > 0;
    }

    @Override
    protected Object step() {
      left--;
      SelectImplementation<Object> select = new SelectImplementation<>(getContext());
      for (int i = 0; i < from.size(); i++) {
        select.invoke(from.get(i).getOnReceive(), RECEIVED);
      }
      return select.doSelect(this);
    }

    @Override
    protected void ended(Object result) {
      add(result);
    }
  }

  /** Selects between a receive and a send. */
  static final class Exchange extends Summing {
    private final Channel<Integer> from;
    private final Channel<Integer> to;
    private final int count;
    private int received;
    private int sent;

    Exchange(Part.Exchange<Channel<Integer>> part, LongAdder total, Continuation<?> completion) {
      super(total, completion);
      from = part.from();
      to = part.to();
      count = part.count();
    }

    @Override
    protected boolean more() {
      return received < count || sent < count;
    }

    @Override
    protected Object step() {
      if (received == count) {
        return to.send(Part.item(sent), this);
      }
      if (sent == count) {
        return from.receive(this);
      }
      SelectImplementation<Object> select = new SelectImplementation<>(getContext());
      select.invoke(from.getOnReceive(), RECEIVED);
      select.invoke(to.getOnSend(), Part.item(sent), SENT);
      return select.doSelect(this);
    }

    @Override
    protected void ended(Object result) {
      if (result instanceof Integer) {
        add(result);
        received++;
      } else {
        sent++;
      }
    }
  }
}
