package io.selvage.interop;

import io.selvage.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;

/** A subscriber that asks only when it is told to, and notes what it gets. */
class Probe<T> implements Flow.Subscriber<T> {
  // guarded by this
  private final List<T> items = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private int completions;
  private long atOnce;
  private Flow.Subscription subscription;

  /** It asks when it is subscribed, too. */
  synchronized Probe<T> askingAtOnce(long n) {
    atOnce = n;
    return this;
  }

  @Override
  public synchronized void onSubscribe(Flow.Subscription from) {
    subscription = from;
    if (atOnce > 0) {
      from.request(atOnce);
    }
  }

  @Override
  public synchronized void onNext(T item) {
    items.add(item);
  }

  @Override
  public synchronized void onError(Throwable failure) {
    failures.add(failure);
  }

  @Override
  public synchronized void onComplete() {
    completions++;
  }

  synchronized Flow.Subscription subscription() {
    return subscription;
  }

  synchronized List<T> items() {
    return List.copyOf(items);
  }

  synchronized Throwable failure() {
    return failures.size() == 1 ? failures.getFirst() : null;
  }

  synchronized int ends() {
    return completions + failures.size();
  }

  synchronized boolean isComplete() {
    return completions == 1 && failures.isEmpty();
  }

  Probe<T> request(long n) {
    subscription().request(n);
    return this;
  }

  void awaitItems(int howMany) {
    Threads.awaitCondition(howMany + " items", () -> items().size() == howMany);
  }

  void awaitEnd() {
    Threads.awaitCondition("it has ended", () -> ends() > 0);
  }
}
