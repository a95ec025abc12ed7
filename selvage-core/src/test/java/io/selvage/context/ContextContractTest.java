package io.selvage.context;

import static io.selvage.context.LabelCarrier.LABEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.LeakCheck;
import io.selvage.TaskFailedException;
import io.selvage.Tasks;
import io.selvage.Threads;
import io.selvage.function.ThrowingRunnable;
import io.selvage.kernel.CurrentRecord;
import io.selvage.service.Actor;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Contexts that do not run their body once, on the same thread, before they return. */
@ExtendWith(LeakCheck.class)
class ContextContractTest {
  private final RuntimeException broken = new UnsupportedOperationException("broken");

  @AfterEach
  void nothingIsLeft() {
    assertThat(CurrentRecord.handover()).isNull();
    LABEL.remove();
  }

  private static ContextCarrier carrier(CapturedContext context) {
    return () -> context;
  }

  private static int fail(Exception thrown) throws Exception {
    throw thrown;
  }

  private static void assertMisused(String what, CapturedContext context) throws Exception {
    Carrying.run(
        carrier(context),
        () ->
            assertThatThrownBy(() -> Tasks.all(List.of(() -> 1)))
                .isInstanceOf(TaskFailedException.class)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(what)
                .hasMessageContaining("run the body once"));
  }

  @Test
  void aContextThatDoesNotRunTheBodyIsNamed() throws Exception {
    assertMisused("did not run its body", body -> {});
  }

  @Test
  void aContextThatRunsTheBodyTwiceIsNamed() throws Exception {
    assertMisused(
        "ran its body twice",
        body -> {
          body.run();
          body.run();
        });
  }

  @Test
  void aContextThatRunsTheBodyOnAnotherThreadIsNamed() throws Exception {
    assertMisused("on another thread", body -> Threads.Kind.PLATFORM.complete(body));
  }

  @Test
  void aContextThatHidesThatItRanTheBodyTwiceIsNamed() throws Exception {
    assertMisused(
        "ran its body twice",
        body -> {
          body.run();
          try {
            body.run();
          } catch (IllegalStateException e) {
            // on purpose
          }
        });
  }

  @Test
  void aContextThatTriesTheBodyOnAnotherThreadFirstIsNamed() throws Exception {
    assertMisused(
        "on another thread",
        body -> {
          Threads.Kind.PLATFORM.complete(
              () -> {
                try {
                  body.run();
                } catch (IllegalStateException e) {
                  // on purpose
                }
              });
          body.run();
        });
  }

  @Test
  void theFailureOfABodyThatIsTriedAgainIsNotLost() throws Exception {
    IOException own = new IOException("own");
    CapturedContext tries =
        body -> {
          try {
            body.run();
          } catch (IOException e) {
            try {
              body.run();
            } catch (IllegalStateException twice) {
              // on purpose
            }
          }
        };
    Carrying.run(
        carrier(tries),
        () ->
            assertThatThrownBy(() -> Tasks.all(List.of(() -> fail(own))))
                .isInstanceOf(TaskFailedException.class)
                .cause()
                .isSameAs(own));
    assertThat(own.getSuppressed())
        .anySatisfy(
            misuse ->
                assertThat(misuse)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("ran its body twice"));
  }

  @Test
  void aRefusalThatLeavesTheContextIsSuppressedOnce() throws Exception {
    IOException own = new IOException("own");
    CapturedContext tries =
        body -> {
          try {
            body.run();
          } catch (IOException e) {
            body.run();
          }
        };
    Carrying.run(
        carrier(tries),
        () ->
            assertThatThrownBy(() -> Tasks.all(List.of(() -> fail(own))))
                .isInstanceOf(TaskFailedException.class));
    assertThat(own.getSuppressed())
        .filteredOn(IllegalStateException.class::isInstance)
        .singleElement()
        .satisfies(refusal -> assertThat(refusal).hasMessageContaining("ran its body twice"));
  }

  @Test
  void whatAContextThrowsIsSuppressedOnItsMisuse() throws Exception {
    CapturedContext context =
        body -> {
          body.run();
          try {
            body.run();
          } catch (IllegalStateException e) {
            throw broken;
          }
        };
    Carrying.run(
        carrier(context),
        () ->
            assertThatThrownBy(() -> Tasks.all(List.of(() -> 1)))
                .isInstanceOf(TaskFailedException.class)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasSuppressedException(broken));
  }

  @Test
  void aBodyThatIsRunAfterTheContextHasReturnedDoesNothing() throws Exception {
    AtomicReference<@Nullable ThrowingRunnable<Exception>> kept = new AtomicReference<>();
    LABEL.set("ann");
    Actor<String> actor =
        Carrying.call(
            carrier(
                body -> {
                  kept.set(body);
                  body.run();
                }),
            () -> Actor.of(message -> LABEL.set(message)));
    actor.submit("1");
    actor.close();
    actor.run();
    LABEL.set("ann");
    assertThatThrownBy(() -> kept.get().run())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("after it had returned");
    assertThat(LABEL.get()).isEqualTo("ann");
  }
}
