package io.selvage.test.foundation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.sync.Barrier;
import io.selvage.sync.Event;
import io.selvage.sync.Lock;
import io.selvage.sync.Semaphore;
import io.selvage.test.SimulationFailure;
import io.selvage.test.SimulationRun;
import io.selvage.test.foundation.History.Point;
import io.selvage.test.foundation.RandomCalls.Way;
import io.selvage.test.foundation.SyncModels.Flag;
import io.selvage.test.foundation.SyncModels.Gathering;
import io.selvage.test.foundation.SyncModels.Permits;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random programs, with cancels, deadlines and delays: their histories are linearizable, the
 * longest-waiting thread is next, and no permit is lost or doubled.
 *
 * <p>Each object has a thousand schedules in every build; with {@code -Dselvage.seeds=100} it has
 * 10^5, and their number is printed.
 */
class SyncHistoryTest {

  // ---- semaphores and locks

  /** What has permits; one that was acquired is run to be released. */
  private interface Gate {
    Optional<Runnable> acquire() throws InterruptedException;

    Optional<Runnable> acquire(Duration timeout) throws InterruptedException;

    Optional<Runnable> tryAcquire();

    int available();

    int waiting();
  }

  private record SemaphoreGate(Semaphore semaphore) implements Gate {
    @Override
    public Optional<Runnable> acquire() throws InterruptedException {
      return Optional.of(semaphore.acquire()::close);
    }

    @Override
    public Optional<Runnable> acquire(Duration timeout) throws InterruptedException {
      return semaphore.acquire(timeout).map(permit -> permit::close);
    }

    @Override
    public Optional<Runnable> tryAcquire() {
      return semaphore.tryAcquire().map(permit -> permit::close);
    }

    @Override
    public int available() {
      return semaphore.available();
    }

    @Override
    public int waiting() {
      return semaphore.waiting();
    }
  }

  private record LockGate(Lock lock) implements Gate {
    @Override
    public Optional<Runnable> acquire() throws InterruptedException {
      return Optional.of(lock.acquire()::close);
    }

    @Override
    public Optional<Runnable> acquire(Duration timeout) throws InterruptedException {
      return lock.acquire(timeout).map(guard -> guard::close);
    }

    @Override
    public Optional<Runnable> tryAcquire() {
      return lock.tryAcquire().map(guard -> guard::close);
    }

    @Override
    public int available() {
      return lock.isLocked() ? 0 : 1;
    }

    @Override
    public int waiting() {
      return lock.waiting();
    }
  }

  private static final class PermitCalls extends RandomCalls {
    private final History<Permits> history = new History<>();
    private final int permits;
    private final Gate gate;
    private int inside;

    PermitCalls(SimulationRun run, int permits, Gate gate) {
      super(run);
      this.permits = permits;
      this.gate = gate;
    }

    @Override
    void callOne() throws InterruptedException {
      switch (random.nextInt(10)) {
        case 0, 1, 2, 3 -> acquire(gate::acquire);
        case 4, 5 -> acquire(() -> gate.acquire(anyTimeout()));
        case 6 -> tryAcquire();
        case 7 -> available();
        case 8 -> waiting();
        default -> cancelAnyCall();
      }
    }

    private interface Acquiring {
      Optional<Runnable> acquire() throws InterruptedException;
    }

    private void acquire(Acquiring acquiring) throws InterruptedException {
      Runnable[] held = {null};
      var call = history.begin("acquire");
      int id = call.number();
      End end =
          inScope(
              () -> {
                held[0] = acquiring.acquire().orElse(null);
                return held[0] != null;
              });
      Point<Permits> queue = state -> state.hasFree() ? null : state.request(id);
      Point<Permits> withdraw = state -> state.withdraw(id);
      switch (end) {
        case HAPPENED -> {
          call.end(
              "held", state -> state.granted().contains(id), List.of(List.of(s -> s.request(id))));
          use(held[0]);
        }
        case OUT_OF_TIME -> call.end("out of time", List.of(queue, withdraw));
        case CANCELLED ->
            call.end("cancelled", state -> true, List.of(List.of(), List.of(queue, withdraw)));
      }
    }

    private void tryAcquire() throws InterruptedException {
      var call = history.begin("tryAcquire");
      int id = call.number();
      Optional<Runnable> held = gate.tryAcquire();
      if (held.isPresent()) {
        call.end("held", List.of(s -> s.hasFree() ? s.request(id) : null));
        use(held.get());
      } else {
        call.end("none", List.of(s -> s.hasFree() ? null : s));
      }
    }

    private void use(Runnable held) throws InterruptedException {
      assertThat(++inside).isLessThanOrEqualTo(permits);
      dawdle();
      inside--;
      var release = history.begin("release");
      held.run();
      release.end("", List.of(Permits::release));
    }

    private void available() {
      var call = history.begin("available");
      int free = gate.available();
      call.end("" + free, List.of(s -> s.free() == free ? s : null));
    }

    /** Records how many calls wait already: no later call may overtake them. */
    private void waiting() {
      var call = history.begin("waiting");
      int waiting = gate.waiting();
      call.end("" + waiting, List.of(s -> s.queue().size() == waiting ? s : null));
    }

    @Override
    void check() {
      assertThat(gate.available()).isEqualTo(permits);
      history.check(Permits.of(permits));
    }
  }

  @ParameterizedTest
  @EnumSource
  void noPermitIsLostAndTheLongestWaitingThreadIsNext(Way way) {
    way.explore(
        "semaphore",
        run -> {
          Semaphore semaphore = new Semaphore(2);
          new PermitCalls(run, 2, new SemaphoreGate(semaphore)).runAll();
          assertThat(semaphore).hasToString("Semaphore[2 free, 0 waiting]");
        });
  }

  @ParameterizedTest
  @EnumSource
  void aLockHasOneHolderAtATimeAndTheLongestWaitingThreadIsNext(Way way) {
    way.explore(
        "lock",
        run -> {
          Lock lock = new Lock();
          new PermitCalls(run, 1, new LockGate(lock)).runAll();
          assertThat(lock).hasToString("Lock[free]");
        });
  }

  /** Not first come first served: the first one to run takes it, also a newcomer. */
  private static final class Barging implements Gate {
    private final Event changed = new Event();
    private int free = 1;
    private int waiting;

    @Override
    public Optional<Runnable> acquire() throws InterruptedException {
      return acquire(Duration.ofDays(1));
    }

    @Override
    public Optional<Runnable> acquire(Duration timeout) throws InterruptedException {
      while (free == 0) {
        changed.clear();
        waiting++;
        try {
          if (free == 0 && !changed.await(timeout)) {
            return Optional.empty();
          }
        } finally {
          waiting--;
        }
      }
      return tryAcquire();
    }

    @Override
    public Optional<Runnable> tryAcquire() {
      if (free == 0) {
        return Optional.empty();
      }
      free--;
      return Optional.of(this::release);
    }

    private void release() {
      free++;
      changed.set();
    }

    @Override
    public int available() {
      return free;
    }

    @Override
    public int waiting() {
      return waiting;
    }
  }

  @Test
  void aSemaphoreThatLetsNewcomersPastIsFoundOut() {
    assertThatThrownBy(
            () ->
                Way.MIXED.explore(
                    "barging", run -> new PermitCalls(run, 1, new Barging()).runAll()))
        .isInstanceOf(SimulationFailure.class)
        .hasMessageContaining("no order of their effects explains these calls");
  }

  // ---- events

  private static final class EventCalls extends RandomCalls {
    private final History<Flag> history = new History<>();
    private final Event event = new Event();

    EventCalls(SimulationRun run) {
      super(run);
    }

    @Override
    void callOne() throws InterruptedException {
      switch (random.nextInt(10)) {
        case 0, 1 ->
            await(
                () -> {
                  event.await();
                  return true;
                });
        case 2, 3 -> await(() -> event.await(anyTimeout()));
        case 4, 5 -> set();
        case 6 -> clear();
        case 7 -> isSet();
        case 8 -> waiting();
        default -> cancelAnyCall();
      }
    }

    private void await(Waiting waiting) throws InterruptedException {
      var call = history.begin("await");
      int id = call.number();
      End end = inScope(waiting);
      Point<Flag> queue = state -> state.set() ? null : state.request(id);
      Point<Flag> withdraw = state -> state.withdraw(id);
      switch (end) {
        case HAPPENED ->
            call.end(
                "released", s -> s.released().contains(id), List.of(List.of(s -> s.request(id))));
        case OUT_OF_TIME -> call.end("out of time", List.of(queue, withdraw));
        case CANCELLED ->
            call.end("cancelled", state -> true, List.of(List.of(), List.of(queue, withdraw)));
      }
    }

    private void set() {
      var call = history.begin("set");
      boolean changed = event.set();
      call.end("" + changed, List.of(s -> s.set() == changed ? null : s.up()));
    }

    private void clear() {
      var call = history.begin("clear");
      boolean changed = event.clear();
      call.end("" + changed, List.of(s -> s.set() == changed ? s.down() : null));
    }

    private void isSet() {
      var call = history.begin("isSet");
      boolean set = event.isSet();
      call.end("" + set, List.of(s -> s.set() == set ? s : null));
    }

    private void waiting() {
      var call = history.begin("waiting");
      int waiting = event.waiting();
      call.end("" + waiting, List.of(s -> s.waiting().size() == waiting ? s : null));
    }

    @Override
    void check() {
      assertThat(event.waiting()).isZero();
      history.check(Flag.DOWN);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSetReleasesExactlyTheWaitingThreads(Way way) {
    way.explore("event", run -> new EventCalls(run).runAll());
  }

  // ---- barriers

  private static final class BarrierCalls extends RandomCalls {
    private static final int PARTIES = 3;

    private final History<Gathering> history = new History<>();
    private final Barrier barrier = new Barrier(PARTIES);

    BarrierCalls(SimulationRun run) {
      super(run);
    }

    @Override
    void callOne() throws InterruptedException {
      switch (random.nextInt(7)) {
        case 0, 1 -> await(() -> OptionalInt.of(barrier.await()));
        case 2, 3 -> await(() -> barrier.await(anyTimeout()));
        case 4 -> value();
        default -> cancelAnyCall();
      }
    }

    private interface Arriving {
      OptionalInt await() throws InterruptedException;
    }

    private void await(Arriving arriving) throws InterruptedException {
      int[] got = {-1};
      var call = history.begin("await");
      int id = call.number();
      End end =
          inScope(
              () -> {
                got[0] = arriving.await().orElse(-1);
                return got[0] >= 0;
              });
      Point<Gathering> arrive = state -> state.arrive(id);
      Point<Gathering> withdraw = state -> state.withdraw(id);
      Integer place = got[0];
      switch (end) {
        case HAPPENED ->
            call.end(
                "passes " + place, s -> place.equals(s.places().get(id)), List.of(List.of(arrive)));
        case OUT_OF_TIME -> call.end("out of time", List.of(arrive, withdraw));
        case CANCELLED ->
            call.end("cancelled", state -> true, List.of(List.of(), List.of(arrive, withdraw)));
      }
    }

    private void value() {
      var call = history.begin("value");
      int value = barrier.value();
      call.end("" + value, List.of(s -> s.value() == value ? s : null));
    }

    @Override
    void check() {
      history.check(Gathering.of(PARTIES));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBarrierLetsAllArrivedThreadsThroughOrNone(Way way) {
    way.explore("barrier", run -> new BarrierCalls(run).runAll());
  }
}
