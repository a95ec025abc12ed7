package io.selvage.bench.channels;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import kotlin.ResultKt;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.intrinsics.IntrinsicsKt;
import kotlin.coroutines.jvm.internal.ContinuationImpl;
import kotlin.jvm.functions.Function2;
import kotlinx.coroutines.channels.Channel;
import kotlinx.coroutines.selects.SelectImplementation;

/**
 * The parts as state machines: what Kotlin's compiler makes of loops that call suspending
 * functions. A select is what its inline function {@code select} becomes; the bodies of its clauses
 * are constants here, which saves Kotlin an object for each of them.
 */
final class KotlinLoops {
  private static final Object SUSPENDED = IntrinsicsKt.getCOROUTINE_SUSPENDED();
  private static final Function2<Integer, Continuation<? super Object>, Object> RECEIVED =
      (item, done) -> item;
  private static final Function2<Object, Continuation<? super Object>, Object> SENT =
      (channel, done) -> Unit.INSTANCE;

  private KotlinLoops() {}

  /** A coroutine that repeats one suspending step. */
  abstract static class Loop extends ContinuationImpl {
    private boolean suspended;

    @SuppressWarnings({"unchecked", "rawtypes"})
    Loop(Continuation<?> completion) {
      super((Continuation) completion);
    }

    final Object start() {
      return invokeSuspend(Unit.INSTANCE);
    }

    /** Whether there is another step. */
    abstract boolean more();

    /** Calls the suspending function of the next step. */
    abstract Object step();

    /** The step has ended with this. */
    abstract void ended(Object result);

    /** All steps have ended. */
    void end() {}

    @Override
    protected final Object invokeSuspend(Object result) {
      ResultKt.throwOnFailure(result);
      if (suspended) {
        suspended = false;
        ended(result);
      }
      while (more()) {
        suspended = true; // before the call: another thread may resume this one before it returns
        Object outcome = step();
        if (outcome == SUSPENDED) {
          return SUSPENDED;
        }
        suspended = false;
        ended(outcome);
      }
      end();
      return Unit.INSTANCE;
    }
  }

  /** A coroutine that adds up what it receives. */
  abstract static class Summing extends Loop {
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
    final void end() {
      total.add(sum);
    }
  }

  /** Sends. */
  static final class Send extends Loop {
    private final Channel<Integer> to;
    private final int count;
    private int sent;

    Send(Part.Send<Channel<Integer>> part, Continuation<?> completion) {
      super(completion);
      to = part.to();
      count = part.count();
    }

    @Override
    boolean more() {
      return sent < count;
    }

    @Override
    Object step() {
      return to.send(Part.item(sent++), this);
    }

    @Override
    void ended(Object result) {}
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
    boolean more() {
      return left > 0;
    }

    @Override
    Object step() {
      left--;
      return from.receive(this);
    }

    @Override
    void ended(Object result) {
      add(result);
    }
  }

  /** Receives and sends in turns. */
  static final class Forward extends Loop {
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
    boolean more() {
      return left > 0 || item != null;
    }

    @Override
    Object step() {
      if (item == null) {
        left--;
        return from.receive(this);
      }
      Integer sent = item;
      item = null;
      return to.send(sent, this);
    }

    @Override
    void ended(Object result) {
      if (result instanceof Integer received) {
        item = received;
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
    boolean more() {
      return left > 0;
    }

    @Override
    Object step() {
      left--;
      SelectImplementation<Object> select = new SelectImplementation<>(getContext());
      for (int i = 0; i < from.size(); i++) {
        select.invoke(from.get(i).getOnReceive(), RECEIVED);
      }
      return select.doSelect(this);
    }

    @Override
    void ended(Object result) {
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
    boolean more() {
      return received < count || sent < count;
    }

    @Override
    Object step() {
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
    void ended(Object result) {
      if (result instanceof Integer) {
        add(result);
        received++;
      } else {
        sent++;
      }
    }
  }
}
