package io.selvage.interop.libraries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.CancelScope;
import io.selvage.interop.HomeThread;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import javax.swing.DefaultListModel;
import javax.swing.SwingUtilities;
import org.junit.jupiter.api.Test;

/** The event thread of Swing as the home of calls. */
class SwingTest {
  private final HomeThread swing =
      HomeThread.of("swing", SwingUtilities::invokeLater, SwingUtilities::isEventDispatchThread);
  private final DefaultListModel<String> model = new DefaultListModel<>();

  @Test
  void callsRunOnTheEventThreadInOrder() throws Exception {
    swing.runSoon(() -> model.addElement("first"));
    int size =
        swing.callSync(
            () -> {
              assertThat(SwingUtilities.isEventDispatchThread()).isTrue();
              model.addElement("second");
              return swing.callSync(model::size); // at home already
            });
    assertThat(size).isEqualTo(2);
    assertThat(model.toArray()).containsExactly("first", "second");
  }

  @Test
  void aFailureIsThrownToTheCallerAsTheSameObject() {
    IOException failure = new IOException("on the event thread");
    assertThatThrownBy(
            () ->
                swing.callSync(
                    () -> {
                      throw failure;
                    }))
        .isSameAs(failure);
  }

  @Test
  void aCallThatHasNotBegunInTimeNeverRuns() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    swing.runSoon(end::await);
    assertThat(
            CancelScope.moveOnAfter(Duration.ofMillis(1))
                .run(() -> swing.runSync(() -> model.addElement("never"))))
        .isFalse();
    end.countDown();
    assertThat(swing.callSync(model::size)).isZero();
  }
}
