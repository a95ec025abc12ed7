package io.selvage.kernel.carrier;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.kernel.jvm.EventSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs only in the part of the build that opens {@code java.lang} to the library. */
@SuppressWarnings("ThreadPriorityCheck") // some threads yield
@Timeout(60)
final class CarrierPoolTest {
  private static final long REST = MILLISECONDS.toNanos(200);

  private final List<Throwable> broken = new ArrayList<>();

  @BeforeEach
  void thePackageIsOpen() {
    assertThat(CarrierAccess.isPermitted()).isTrue();
  }

  @AfterEach
  void nothingWasBroken() {
    assertThat(broken).isEmpty();
  }

  private CarrierPool pool(int parallelism, int most) {
    return new CarrierPool(parallelism, most, REST, broken::add);
  }

  private static Thread start(CarrierPool pool, Runnable body) {
    return CarrierAccess.builder(pool).start(body);
  }

  private static String carrier() {
    String text = Thread.currentThread().toString();
    return text.substring(text.lastIndexOf('@') + 1);
  }

  @Test
  void threadsRunOnCarriersOfThePool() throws Exception {
    CarrierPool pool = pool(2, 2);
    Set<String> carriers = ConcurrentHashMap.newKeySet();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      threads.add(start(pool, () -> carriers.add(carrier())));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(carriers).isNotEmpty().isSubsetOf("selvage-carrier-0", "selvage-carrier-1");
  }

  @Test
  void aWokenThreadContinuesOnTheCarrierOfItsWaker() throws Exception {
    CarrierPool pool = pool(2, 2);
    AtomicInteger moves = new AtomicInteger();
    Thread[] pair = new Thread[2];
    AtomicInteger turn = new AtomicInteger();
    AtomicInteger switches = new AtomicInteger();
    String[] last = new String[1];
    for (int i = 0; i < 2; i++) {
      int self = i;
      pair[i] =
          CarrierAccess.builder(pool)
              .unstarted(
                  () -> {
                    while (switches.get() < 20_000) {
                      while (turn.get() != self) {
                        LockSupport.park();
                      }
                      String now = carrier();
                      if (!now.equals(last[0])) {
                        moves.incrementAndGet();
                      }
                      last[0] = now;
                      switches.incrementAndGet();
                      turn.set(1 - self);
                      LockSupport.unpark(pair[1 - self]);
                    }
                    turn.set(1 - self);
                    LockSupport.unpark(pair[1 - self]);
                  });
    }
    pair[0].start();
    pair[1].start();
    pair[0].join();
    pair[1].join();
    assertThat(switches.get()).isGreaterThanOrEqualTo(20_000);
    assertThat(moves.get()).isLessThan(2_000); // some, as the watch sees a long turn under load
  }

  @Test
  void aThreadInTheSlotOfACarrierThatComputesRunsElsewhere() throws Exception {
    CarrierPool pool = pool(2, 2);
    AtomicBoolean ran = new AtomicBoolean();
    Thread waiting = start(pool, LockSupport::park);
    Thread computing =
        start(
            pool,
            () -> {
              Thread child = start(pool, () -> ran.set(true));
              while (!ran.get()) {
                Thread.onSpinWait();
              }
              assertThat(child).isNotNull();
            });
    computing.join();
    LockSupport.unpark(waiting);
    waiting.join();
    assertThat(ran).isTrue();
  }

  @Test
  void aThreadBehindOneCarrierThatComputesRunsWhenItYields() throws Exception {
    CarrierPool pool = pool(1, 1);
    AtomicBoolean ran = new AtomicBoolean();
    Thread computing =
        start(
            pool,
            () -> {
              start(pool, () -> ran.set(true));
              while (!ran.get()) {
                Thread.yield();
              }
            });
    computing.join();
    assertThat(ran).isTrue();
  }

  @Test
  void threadsThatHandOverToEachOtherLetTheOthersRun() throws Exception {
    CarrierPool pool = pool(1, 1);
    SynchronousQueue<Integer> there = new SynchronousQueue<>();
    AtomicBoolean stop = new AtomicBoolean();
    Thread sender =
        start(
            pool,
            () -> {
              try {
                while (!stop.get()) {
                  there.offer(1, 1, SECONDS);
                }
              } catch (InterruptedException e) {
                // ends
              }
            });
    Thread receiver =
        start(
            pool,
            () -> {
              try {
                while (!stop.get()) {
                  there.poll(1, SECONDS);
                }
              } catch (InterruptedException e) {
                // ends
              }
            });
    for (int i = 0; i < 100; i++) {
      start(pool, () -> {}).join(); // from outside: through the common queue
    }
    AtomicInteger inside = new AtomicInteger();
    Thread forker =
        start(
            pool,
            () -> {
              for (int i = 0; i < 100; i++) {
                start(pool, inside::incrementAndGet);
              }
            });
    forker.join();
    while (inside.get() < 100) {
      Thread.sleep(1);
    }
    stop.set(true);
    sender.join();
    receiver.join();
  }

  // A class that is being initialized keeps its thread on the carrier.

  private static final CountDownLatch BLOCKED = new CountDownLatch(2);
  private static final CountDownLatch FREE = new CountDownLatch(1);

  private static int block() {
    BLOCKED.countDown();
    try {
      FREE.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return 1;
  }

  private static final class First {
    static final int VALUE = block();
  }

  private static final class Second {
    static final int VALUE = block();
  }

  @Test
  void ifAllCarriersAreBlockedAnotherOneIsAddedAndGoesAgain() throws Exception {
    CarrierPool pool = pool(2, 10);
    AtomicInteger sum = new AtomicInteger();
    Thread first = start(pool, () -> sum.addAndGet(First.VALUE));
    Thread second = start(pool, () -> sum.addAndGet(Second.VALUE));
    BLOCKED.await();
    AtomicLong counted = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      threads.add(
          start(
              pool,
              () -> {
                Thread.yield();
                counted.incrementAndGet();
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(counted).hasValue(100);
    start(pool, FREE::countDown).join();
    first.join();
    second.join();
    assertThat(sum).hasValue(2);
    awaitNoCarrier(pool);
  }

  @Test
  void carriersEndWithoutWorkAndComeBack() throws Exception {
    CarrierPool pool = pool(2, 2);
    for (int i = 0; i < 3; i++) {
      start(pool, () -> {}).join();
      awaitNoCarrier(pool);
    }
  }

  /** All carriers and the watch of a pool end when they have rested for long. */
  private static void awaitNoCarrier(CarrierPool pool) throws InterruptedException {
    while (true) {
      boolean gone = true;
      for (Seat seat : pool.seats()) {
        gone &= seat.status() == Seat.ENDED;
        Thread thread = seat.thread;
        if (gone && thread != null) {
          thread.join();
        }
      }
      if (gone) {
        return;
      }
      Thread.sleep(10);
    }
  }

  @Test
  void noWakeUpIsLostBetweenPoolsAndPlatformThreads() throws Exception {
    CarrierPool pool = pool(2, 2);
    int pairs = 50;
    int rounds = 400;
    CyclicBarrier barrier = new CyclicBarrier(2 * pairs + 1);
    AtomicInteger met = new AtomicInteger();
    for (int i = 0; i < pairs; i++) {
      Semaphore ping = new Semaphore(0);
      Semaphore pong = new Semaphore(0);
      Runnable server =
          () -> {
            for (int r = 0; r < rounds; r++) {
              ping.acquireUninterruptibly();
              pong.release();
            }
            awaitBarrier(barrier);
          };
      Runnable client =
          () -> {
            for (int r = 0; r < rounds; r++) {
              ping.release();
              pong.acquireUninterruptibly();
              met.incrementAndGet();
              if (r % 7 == 0) {
                Thread.yield();
              }
              if (r % 101 == 0) {
                LockSupport.parkNanos(1_000);
              }
            }
            awaitBarrier(barrier);
          };
      start(pool, server);
      switch (i % 3) {
        case 0 -> start(pool, client);
        case 1 -> Thread.ofVirtual().start(client);
        default -> Thread.ofPlatform().daemon().start(client);
      }
    }
    barrier.await();
    assertThat(met).hasValue(pairs * rounds);
  }

  private static void awaitBarrier(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aThreadThatIsStartedByAThreadOfThePoolRunsThere() throws Exception {
    CarrierPool pool = pool(1, 1);
    List<String> carriers = new ArrayList<>();
    start(
            pool,
            () -> {
              Thread child = Thread.ofVirtual().unstarted(() -> carriers.add(carrier()));
              child.start();
              try {
                child.join();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            })
        .join();
    assertThat(carriers).containsExactly("selvage-carrier-0");
  }

  // ---- events

  /** Threads that wait for an event, and a semaphore in place of a selector. */
  private static final class Events implements EventSource {
    final Semaphore wakeUps = new Semaphore(0);
    final Queue<Thread> happened = new ConcurrentLinkedQueue<>();
    final AtomicInteger threads = new AtomicInteger();
    final Set<String> pollers = ConcurrentHashMap.newKeySet();

    void happen(Thread thread) {
      happened.add(thread);
      wakeUps.release();
    }

    @Override
    public boolean await(long nanos) {
      assertThat(threads.incrementAndGet()).isEqualTo(1);
      pollers.add(Thread.currentThread().getName());
      try {
        wakeUps.tryAcquire(nanos, NANOSECONDS);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      unparkAll();
      threads.decrementAndGet();
      return true;
    }

    @Override
    public void look() {
      assertThat(threads.incrementAndGet()).isEqualTo(1);
      pollers.add(Thread.currentThread().getName());
      unparkAll();
      threads.decrementAndGet();
    }

    private void unparkAll() {
      for (Thread next = happened.poll(); next != null; next = happened.poll()) {
        LockSupport.unpark(next);
      }
    }

    @Override
    public void wake() {
      wakeUps.release();
    }

    void awaitPoller() throws InterruptedException {
      while (threads.get() == 0) {
        Thread.sleep(1);
      }
    }
  }

  @Test
  void aCarrierWithoutWorkWaitsForEvents() throws Exception {
    CarrierPool pool = pool(1, 1);
    Events events = new Events();
    pool.install(events);
    for (int i = 0; i < 100; i++) {
      Thread waiting = start(pool, LockSupport::park);
      events.awaitPoller();
      events.happen(waiting);
      waiting.join();
    }
    // The watch looks, too, while the carrier runs.
    assertThat(events.pollers)
        .contains("selvage-carrier-0")
        .isSubsetOf("selvage-carrier-0", "selvage-carrier-watch");
    pool.remove(events);
    events.wake();
    awaitNoCarrier(pool);
  }

  @Test
  void aCarrierThatWaitsForEventsStays() throws Exception {
    CarrierPool pool = pool(2, 2);
    Events events = new Events();
    pool.install(events);
    events.awaitPoller();
    Thread.sleep(3 * REST / 1_000_000); // the carriers that wait for nothing end
    events.awaitPoller();
    Thread waiting = start(pool, LockSupport::park);
    events.happen(waiting);
    waiting.join();
    pool.remove(events);
    events.wake();
    awaitNoCarrier(pool);
  }

  @Test
  void eventsAreSeenWhileACarrierComputes() throws Exception {
    CarrierPool pool = pool(2, 2);
    Events events = new Events();
    pool.install(events);
    Thread waiting = start(pool, LockSupport::park);
    Thread computing =
        start(
            pool,
            () -> {
              events.happen(waiting);
              while (waiting.isAlive()) {
                Thread.onSpinWait();
              }
            });
    computing.join();
    pool.remove(events);
  }

  @Test
  void eventsAreSeenWhileAllCarriersAreBusy() throws Exception {
    CarrierPool pool = pool(1, 1);
    Events events = new Events();
    pool.install(events);
    Thread waiting = start(pool, LockSupport::park);
    Thread yielding =
        start(
            pool,
            () -> {
              events.happen(waiting);
              while (waiting.isAlive()) {
                Thread.yield();
              }
            });
    yielding.join();
    pool.remove(events);
  }

  @Test
  void eventsAreSeenWhileAllCarriersAreStuck() throws Exception {
    CarrierPool pool = pool(1, 2);
    Events events = new Events();
    pool.install(events);
    Thread waiting = start(pool, LockSupport::park);
    Thread stuck =
        start(
            pool,
            () -> {
              events.happen(waiting);
              while (waiting.isAlive()) { // another carrier is added for the one that waits
                Thread.onSpinWait();
              }
            });
    stuck.join();
    pool.remove(events);
  }
}
