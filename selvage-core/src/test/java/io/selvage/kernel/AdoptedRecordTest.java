package io.selvage.kernel;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.LeakCheck;
import io.selvage.Selvage;
import io.selvage.Threads;
import io.selvage.Threads.Kind;
import io.selvage.sync.Lock;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The record of a thread that the library did not start is kept by its users, not by the thread.
 */
@ExtendWith(LeakCheck.class)
class AdoptedRecordTest {

  private static WeakReference<ThreadRecord> own() {
    return new WeakReference<>(ThreadRecord.current());
  }

  /** After this, what could be collected is. */
  private static void collect() {
    WeakReference<Object> garbage = new WeakReference<>(new Object());
    awaitCondition(
        "the collector has run",
        () -> {
          System.gc();
          return garbage.refersTo(null);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aRecordThatIsNotInUseIsCollectedAndMadeAnewWhenItIsNeeded(Kind kind) throws Exception {
    kind.complete(
        () -> {
          WeakReference<ThreadRecord> before = own();
          awaitCondition(
              "it is collected",
              () -> {
                System.gc();
                return before.refersTo(null);
              });
          assertThat(ThreadRecord.known()).isNull();
          assertThat(CancelScope.create().run(Selvage::checkpoint)).isTrue();
        });
  }

  @ParameterizedTest
  @EnumSource
  void aScopeKeepsItAndCancelsWhatItsThreadDoesLater(Kind kind) throws Exception {
    kind.complete(
        () -> {
          CancelScope scope = CancelScope.create();
          WeakReference<ThreadRecord> record = own();
          boolean ended =
              scope.run(
                  () -> {
                    collect();
                    assertThat(record.refersTo(ThreadRecord.current())).isTrue();
                    scope.cancel();
                    Selvage.sleep(Threads.LONG);
                  });
          assertThat(ended).isFalse();
          assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });
  }

  @ParameterizedTest
  @EnumSource
  void aLockKnowsItsHolder(Kind kind) throws Exception {
    kind.complete(
        () -> {
          Lock lock = new Lock();
          try (Lock.Guard held = lock.acquire()) {
            collect();
            assertThatThrownBy(lock::acquire).isInstanceOf(IllegalStateException.class);
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptFromOutsideIsNotLostWithIt(Kind kind) throws Exception {
    kind.complete(
        () -> {
          assertThat(CancelScope.create().run(() -> {})).isTrue();
          Thread.currentThread().interrupt();
          // what it held back is given back at its end
          assertThat(CancelScope.shieldUnlimited().run(Selvage::checkpoint)).isTrue();
          Thread collector = Thread.ofPlatform().start(AdoptedRecordTest::collect);
          while (collector.isAlive()) {
            Thread.onSpinWait(); // a wait would end with the flag
          }
          assertThatThrownBy(Selvage::checkpoint).isInstanceOf(InterruptedException.class);
          assertThat(Thread.currentThread().isInterrupted()).isFalse();
        });
  }
}
