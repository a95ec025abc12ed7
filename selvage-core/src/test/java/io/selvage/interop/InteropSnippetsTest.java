package io.selvage.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.LeakCheck;
import io.selvage.TaskGroup;
import io.selvage.Threads;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs the examples of the Javadoc. */
@ExtendWith(LeakCheck.class)
class InteropSnippetsTest {

  @Test
  void theExamplesDoWhatTheySay() throws Exception {
    assertThat(
            InteropSnippets.front(
                path -> CompletableFuture.completedFuture(path.replace("/name", "page"))))
        .isEqualTo("/page");
    assertThat(InteropSnippets.toFuture()).isEqualTo(14);
    CountDownLatch shown = new CountDownLatch(1);
    InteropSnippets.background(
        Runnable::run,
        text -> {
          assertThat(text).isEqualTo("loaded");
          shown.countDown();
        },
        () -> Threads.await(shown));
  }

  @Test
  void theExamplesWithStreamsDoWhatTheySay(@TempDir Path folder) throws Exception {
    assertThat(InteropSnippets.flows(InteropSnippetsTest::texts)).containsExactly("1", "2");
    Path file = Files.writeString(folder.resolve("lines"), "one\nthree\nfour\n");
    TaskGroup.run(
        group ->
            assertThat(InteropSnippets.receive(InteropSnippets.generate(group, file)))
                .isEqualTo(8));
  }

  /** The least that can be called a pipeline. */
  private static Flow.Publisher<String> texts(Flow.Publisher<Integer> numbers) {
    return subscriber ->
        numbers.subscribe(
            new Flow.Subscriber<>() {
              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                subscriber.onSubscribe(subscription);
              }

              @Override
              public void onNext(Integer number) {
                subscriber.onNext(number.toString());
              }

              @Override
              public void onError(Throwable failure) {
                subscriber.onError(failure);
              }

              @Override
              public void onComplete() {
                subscriber.onComplete();
              }
            });
  }

  @Test
  void theExamplesWithExecutorsDoWhatTheySay() throws Exception {
    assertThat(InteropSnippets.executor(executor -> executor.submit(() -> "all"))).isEqualTo("all");
    List<String> shown = new ArrayList<>();
    InteropSnippets.Toolkit toolkit =
        new InteropSnippets.Toolkit() {
          @Override
          public void runLater(Runnable action) {
            action.run();
          }

          @Override
          public boolean isOnItsThread() {
            return false;
          }
        };
    assertThat(InteropSnippets.home(toolkit, shown, () -> "name")).isEqualTo(1);
    assertThat(shown).containsExactly("name", "loaded");
  }
}
