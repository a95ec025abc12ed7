package io.selvage.kernel.carrier;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

@SuppressWarnings("ThreadPriorityCheck") // some threads yield
final class RunQueueTest {
  private final RunQueue queue = new RunQueue();

  @Test
  void elementsComeOutInTheOrderInWhichTheyWentIn() {
    List<Runnable> in = new ArrayList<>();
    List<Runnable> out = new ArrayList<>();
    for (int i = 0; i < 3 * RunQueue.CAPACITY; i++) {
      int number = i;
      Runnable element = () -> assertThat(number).isNegative();
      in.add(element);
      assertThat(queue.offer(element)).isTrue();
      if (i % 3 != 0) {
        out.add(queue.take());
      }
      if (queue.size() > RunQueue.CAPACITY / 2) {
        out.add(queue.take());
      }
    }
    while (!queue.isEmpty()) {
      out.add(queue.take());
    }
    assertThat(out).isEqualTo(in);
    assertThat(queue.take()).isNull();
  }

  @Test
  void aFullQueueRefuses() {
    Runnable element = () -> {};
    for (int i = 0; i < RunQueue.CAPACITY; i++) {
      assertThat(queue.hasRoom()).isTrue();
      assertThat(queue.offer(element)).isTrue();
    }
    assertThat(queue.hasRoom()).isFalse();
    assertThat(queue.offer(element)).isFalse();
    assertThat(queue.size()).isEqualTo(RunQueue.CAPACITY);
    queue.take();
    assertThat(queue.offer(element)).isTrue();
  }

  @Test
  void eachElementIsTakenOnce() throws Exception {
    int count = 300_000;
    AtomicIntegerArray taken = new AtomicIntegerArray(count);
    AtomicInteger left = new AtomicInteger(count);
    try (var threads = Executors.newFixedThreadPool(3)) {
      List<Future<?>> takers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        takers.add(
            threads.submit(
                () -> {
                  while (left.get() > 0) {
                    takeOne(left);
                  }
                }));
      }
      for (int i = 0; i < count; i++) {
        int number = i;
        Runnable element = () -> taken.incrementAndGet(number);
        while (!queue.offer(element)) {
          takeOne(left); // the owner takes, too
        }
      }
      for (Future<?> taker : takers) {
        taker.get();
      }
    }
    for (int i = 0; i < count; i++) {
      assertThat(taken.get(i)).isEqualTo(1);
    }
  }

  private void takeOne(AtomicInteger left) {
    Runnable element = queue.take();
    if (element == null) {
      Thread.yield();
    } else {
      element.run();
      left.decrementAndGet();
    }
  }

  @Test
  void whatWasTakenIsForgotten() {
    for (int round = 0; round < 3; round++) {
      List<WeakReference<Runnable>> gone = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        AtomicInteger kept = new AtomicInteger();
        Runnable element = kept::incrementAndGet;
        gone.add(new WeakReference<>(element));
        queue.offer(element);
        element = null;
        queue.take();
      }
      queue.clear();
      for (int tries = 0; tries < 100 && gone.stream().anyMatch(r -> r.get() != null); tries++) {
        System.gc();
      }
      assertThat(gone).allMatch(reference -> reference.get() == null);
    }
  }
}
