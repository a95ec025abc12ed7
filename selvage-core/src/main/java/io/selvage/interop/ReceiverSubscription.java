package io.selvage.interop;

import io.selvage.BrokenResourceException;
import io.selvage.EndOfStreamException;
import io.selvage.channel.Receiver;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Delivers the items of a channel. An item that was taken from the channel is always delivered. */
final class ReceiverSubscription<T> extends ServedSubscription<T> {
  private final Receiver<T> source;

  ReceiverSubscription(Receiver<T> source, Flow.Subscriber<? super T> subscriber) {
    super(subscriber);
    this.source = source;
  }

  @Override
  End produce() throws InterruptedException {
    while (true) {
      End known = endWithoutDemand();
      if (known != null) {
        return known;
      }
      if (!demand.take("Flows.publish", this)) {
        return new End.Cancelled();
      }
      Optional<T> item;
      try {
        item = scope.call(source::receive);
      } catch (EndOfStreamException | BrokenResourceException e) {
        return endOf(e);
      }
      if (item.isEmpty() || !deliver(item.get(), true)) {
        return new End.Cancelled();
      }
    }
  }

  /** Returns the end of a channel that has ended already, without waiting for demand. */
  private @Nullable End endWithoutDemand() {
    if (source.isClosed() && source.stats().queued() == 0) {
      try {
        var unused = source.tryReceive();
      } catch (EndOfStreamException | BrokenResourceException e) {
        return endOf(e);
      }
    }
    return null;
  }

  private static End endOf(RuntimeException thrown) {
    return thrown instanceof BrokenResourceException
        ? new End.Failed(Objects.requireNonNullElse(thrown.getCause(), thrown))
        : new End.Complete();
  }
}
