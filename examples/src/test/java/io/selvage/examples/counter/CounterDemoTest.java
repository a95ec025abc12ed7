package io.selvage.examples.counter;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Selvage;
import io.selvage.service.ThreadService;
import java.io.ByteArrayOutputStream;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The counter server, end to end but for the signal itself. */
class CounterDemoTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final AtomicReference<CounterDemo> self = new AtomicReference<>();

  private CounterDemo demo(boolean terminal) {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    CounterDemo demo = new CounterDemo(out, terminal, () -> self.get().onInterrupt());
    self.set(demo);
    return demo;
  }

  private String output() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void answersEachCommandOfItsInput() throws Exception {
    demo(false)
        .run(
            new StringReader("add 3\nadd 7\n\nget\npeek\nfrobnicate\nadd x\nsleep 0\nquit\nget\n"));
    assertThat(output().lines())
        .containsExactly(
            "> add 3",
            "3",
            "> add 7",
            "10",
            "> get",
            "10",
            "> peek",
            "10",
            "> frobnicate",
            "error: unknown operation 'frobnicate'",
            "> add x",
            "error: not a number: 'x'",
            "> sleep 0",
            "slept",
            "> quit",
            "stopped: closed true, joined true");
  }

  @Test
  void whatWasMistypedIsExplainedAndChangesNothing() throws Exception {
    demo(false)
        .run(
            new StringReader(
                "add\nadd 1 2\nadd NaN\nget 5\nquit now\nsleep\nsleep -1\nfrobnicate 1\nadd 4\nget\n"));
    assertThat(output().lines().filter(line -> !line.startsWith(">")))
        .containsExactly(
            "error: 'add' takes one number, for example: add 3",
            "error: 'add' takes one number, for example: add 3",
            "error: not a number: 'NaN'",
            "error: 'get' takes nothing, was given '5'",
            "error: 'quit' takes nothing, was given 'now'",
            "error: 'sleep' takes one number, for example: sleep 0.5",
            "error: 'sleep' takes 0 to 3600 seconds, was given '-1'",
            "error: unknown operation 'frobnicate'",
            "4",
            "4",
            "stopped: closed true, joined true");
  }

  @Test
  void helpAtThePromptNamesTheCommands() throws Exception {
    assertThat(demo(false).run(new StringReader("help\n--help\n"))).isZero();
    assertThat(output().lines().filter(line -> line.startsWith("commands: add <n>, get, ")))
        .hasSize(2);
  }

  @Test
  void theEndOfTheInputStopsItInOrder() throws Exception {
    demo(false).run(new StringReader("add 1"));
    assertThat(output().lines())
        .containsExactly("> add 1", "1", "stopped: closed true, joined true");
  }

  @Test
  void withoutInputItPlaysItsScriptIncludingTheControlC() throws Exception {
    demo(false).run(new StringReader(""));
    assertThat(output().lines())
        .containsSubsequence(
            "> add 7",
            "10",
            "> sleep 10 ^C",
            "Ctrl-C: cancelling the request",
            "cancelled",
            "> get",
            "10",
            "> quit",
            "stopped: closed true, joined true");
  }

  @Test
  void controlCAtThePromptStopsItInOrder() throws Exception {
    PipedWriter keyboard = new PipedWriter();
    PipedReader commands = new PipedReader(keyboard);
    CounterDemo demo = demo(true);
    AtomicInteger status = new AtomicInteger();
    ThreadService running = ThreadService.virtual("demo", me -> status.set(demo.run(commands)));
    running.start();
    keyboard.write("add 5\n");
    keyboard.flush();
    while (!output().contains("5\n> ")) {
      Selvage.sleep(Duration.ofMillis(1));
    }
    demo.onInterrupt();
    running.awaitStopped();
    assertThat(output().lines()).contains("Ctrl-C: stopping", "stopped: closed true, joined true");
    assertThat(output()).doesNotContain("error");
    assertThat(status).hasValue(130);
  }
}
