package io.selvage.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.Task;
import io.selvage.observe.Dump.Activity;
import io.selvage.observe.Dump.GroupNode;
import io.selvage.observe.Dump.MoreNode;
import io.selvage.observe.Dump.Node;
import io.selvage.observe.Dump.ScopeNode;
import io.selvage.observe.Dump.TaskNode;
import io.selvage.observe.Dump.ThreadNode;
import io.selvage.observe.Dump.Wait;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a dump is written, of trees that are made by hand. */
class DumpFormatTest {

  private static Activity waiting(
      boolean virtual, long millis, boolean cancellable, String operation, String awaited) {
    Wait wait =
        new Wait(operation, awaited, Duration.ofMillis(millis), cancellable, Optional.empty());
    return new Activity(
        virtual, Thread.State.WAITING, Optional.of(operation), false, Optional.of(wait));
  }

  private static Activity running(Thread.State state, String operation, boolean awaitsTurn) {
    return new Activity(true, state, Optional.ofNullable(operation), awaitsTurn, Optional.empty());
  }

  private static TaskNode task(String name, Task.State state, Activity activity, Node... below) {
    return new TaskNode(name, state, Optional.empty(), activity, List.of(below));
  }

  private static ScopeNode scope(boolean shield, Duration remaining, String why, Node... below) {
    return new ScopeNode(
        shield, Optional.ofNullable(remaining), Optional.ofNullable(why), List.of(below));
  }

  private static Dump example() {
    TaskNode reader =
        task(
            "server/reader",
            Task.State.RUNNING,
            waiting(true, 3_240, true, "Channel.receive", "Channel[empty]"));
    TaskNode writer =
        new TaskNode(
            "server/writer",
            Task.State.RUNNING,
            Optional.of("too slow"),
            waiting(true, 120, true, "Task.join", "Task[server/reader, RUNNING]"),
            List.of(
                scope(
                    true,
                    Duration.ofSeconds(5),
                    null,
                    scope(false, null, "no reason given"),
                    new MoreNode("deeper levels"))));
    GroupNode server =
        new GroupNode(
            "server",
            2,
            Optional.of(Duration.ofMillis(1_800)),
            Optional.of("too slow"),
            List.of(reader, writer));
    ThreadNode main =
        new ThreadNode(
            "main",
            false,
            waiting(false, 3_200, false, "TaskGroup.end", "group 'server'"),
            List.of(server));
    ThreadNode db =
        new ThreadNode(
            "db",
            true,
            waiting(false, 12_000, true, "CloseSignal.await", "CloseSignal[open]"),
            List.of());
    return new Dump(List.of(main, db));
  }

  @Test
  void theTextHasALineForEachNode() {
    assertThat(example().text())
        .isEqualTo(
            """
            main (platform, waits 3.2 s uncancellably in TaskGroup.end for group 'server')
            └ group 'server', 2 tasks, deadline in 1.8 s, cancelled: too slow
              ├ server/reader (virtual, waits 3.2 s in Channel.receive for Channel[empty])
              └ server/writer (virtual, cancelled: too slow, waits 120 ms in Task.join for \
            Task[server/reader, RUNNING])
                └ shield, deadline in 5 s
                  ├ scope, cancelled: no reason given
                  └ … deeper levels
            service db (platform, waits 12 s in CloseSignal.await for CloseSignal[open])
            """);
    assertThat(example()).hasToString(example().text());
  }

  @Test
  void theTextSaysWhatATaskDoesThatWaitsForNothing() {
    Node[] tasks = {
      task("g/1", Task.State.PENDING, running(Thread.State.NEW, null, false)),
      task("g/2", Task.State.PENDING, running(Thread.State.NEW, null, true)),
      task("g/3", Task.State.RUNNING, running(Thread.State.RUNNABLE, null, false)),
      task("g/4", Task.State.RUNNING, running(Thread.State.BLOCKED, "Channel.send", false)),
      task("g/5", Task.State.RUNNING, running(Thread.State.WAITING, "Channel.receive", true)),
      task("g/6", Task.State.FAILED, running(Thread.State.RUNNABLE, null, false))
    };
    GroupNode group = new GroupNode("g", 1, Optional.empty(), Optional.empty(), List.of(tasks));
    ThreadNode main =
        new ThreadNode("m", false, running(Thread.State.RUNNABLE, null, false), List.of(group));
    assertThat(new Dump(List.of(main)).text())
        .isEqualTo(
            """
            m (virtual, RUNNABLE)
            └ group 'g', 1 task
              ├ g/1 (virtual, pending)
              ├ g/2 (virtual, pending, waits for its turn)
              ├ g/3 (virtual, running, RUNNABLE)
              ├ g/4 (virtual, running, BLOCKED, last Channel.send)
              ├ g/5 (virtual, running, waits for its turn, last Channel.receive)
              └ g/6 (virtual, failed, RUNNABLE)
            """);
  }

  @Test
  void linesGoOnBesideTheBranchesThatFollow() {
    ScopeNode deep = scope(false, null, null, scope(false, null, null), scope(true, null, null));
    ThreadNode main =
        new ThreadNode(
            "m",
            false,
            running(Thread.State.RUNNABLE, null, false),
            List.of(deep, scope(false, Duration.ZERO, null)));
    assertThat(new Dump(List.of(main)).text())
        .isEqualTo(
            """
            m (virtual, RUNNABLE)
            ├ scope
            │ ├ scope
            │ └ shield
            └ scope, deadline in 0 s
            """);
  }

  @Test
  void nothingIsSaidToBeNothing() {
    assertThat(new Dump(List.of()).text()).isEqualTo("no thread is in Selvage\n");
    assertThat(new Dump(List.of()).json()).isEqualTo("{\"carriers\":null,\"threads\":[]}");
  }

  @Test
  void carriersOfTheLibraryAreNamedAtTheEnd() {
    ThreadNode main =
        new ThreadNode("m", false, running(Thread.State.RUNNABLE, null, false), List.of());
    Dump dump = new Dump(List.of(main), Optional.of("2 carriers"));
    assertThat(dump.text()).isEqualTo("m (virtual, RUNNABLE)\nvirtual threads: 2 carriers\n");
    assertThat(dump.carriers()).contains("2 carriers");
    assertThat(dump.json()).startsWith("{\"carriers\":\"2 carriers\",\"threads\":[{");
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0 s",
    "PT0.000000999S, 999 ns",
    "PT0.000001S, 1 µs",
    "PT0.00000155S, 1.5 µs",
    "PT0.0123S, 12.3 ms",
    "PT0.1239S, 123 ms",
    "PT0.999999999S, 999 ms",
    "PT1S, 1 s",
    "PT59.99S, 59.9 s",
    "PT60S, 1 min",
    "PT2M5.9S, 2 min 5 s",
    "PT1H, 1 h",
    "PT23H59M, 23 h 59 min",
    "P1D, 1 d",
    "P3DT4H59M, 3 d 4 h",
    "P36500D, 36500 d"
  })
  void durationsHaveTheirLargestUnitsOnly(Duration duration, String text) {
    assertThat(DumpText.readable(duration)).isEqualTo(text);
  }

  // ---- JSON

  @Test
  void theJsonHasAllThereIsInTheTree() {
    Map<String, Object> main = child(Json.parseObject(example().json()), "threads", 0);
    assertThat(main)
        .containsEntry("kind", "thread")
        .containsEntry("name", "main")
        .containsEntry("service", false)
        .containsEntry(
            "activity",
            Map.of(
                "virtual",
                false,
                "state",
                "WAITING",
                "operation",
                "TaskGroup.end",
                "awaitsTurn",
                false,
                "waiting",
                Map.of(
                    "operation",
                    "TaskGroup.end",
                    "awaited",
                    "group 'server'",
                    "time",
                    3_200_000_000L,
                    "cancellable",
                    false,
                    "place",
                    Json.NULL)));
    Map<String, Object> group = child(main, "children", 0);
    assertThat(group)
        .containsEntry("kind", "group")
        .containsEntry("name", "server")
        .containsEntry("tasks", 2L)
        .containsEntry("remaining", 1_800_000_000L)
        .containsEntry("cancelled", "too slow");
    assertThat(child(group, "children", 0))
        .containsEntry("kind", "task")
        .containsEntry("name", "server/reader")
        .containsEntry("state", "RUNNING")
        .containsEntry("cancelled", Json.NULL)
        .containsEntry("children", List.of());
    Map<String, Object> shield = child(child(group, "children", 1), "children", 0);
    assertThat(shield).containsEntry("kind", "scope").containsEntry("shield", true);
    assertThat(child(shield, "children", 0))
        .containsEntry("shield", false)
        .containsEntry("remaining", Json.NULL)
        .containsEntry("cancelled", "no reason given");
    assertThat(child(shield, "children", 1))
        .isEqualTo(Map.of("kind", "more", "what", "deeper levels", "children", List.of()));
  }

  @SuppressWarnings("unchecked") // a list of objects
  private static Map<String, Object> child(Map<String, Object> node, String list, int index) {
    return ((List<Map<String, Object>>) node.get(list)).get(index);
  }

  @Test
  void anAbsentValueIsNullInJson() {
    ThreadNode main =
        new ThreadNode("m", true, running(Thread.State.RUNNABLE, null, false), new ArrayList<>());
    assertThat(new Dump(List.of(main)).json())
        .isEqualTo(
            "{\"carriers\":null,\"threads\":[{\"kind\":\"thread\",\"name\":\"m\",\"service\":true,"
                + "\"activity\":{\"virtual\":true,\"state\":\"RUNNABLE\",\"operation\":null,"
                + "\"awaitsTurn\":false,\"waiting\":null},\"children\":[]}]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a \"quoted\" 'name'",
        "C:\\temp\\",
        "two\nlines\r\n\tand a tab",
        "\0\u0001\b\f\u001b[31m\u007f\u0085\u009f",
        "\u2028\u2029",
        "größer 漢字 \uD83D\uDE00",
        "\uD83D",
        "\uDE00 and \uD83D",
        "\uDE00\uD83D",
        "\uD83D\n"
      })
  void awkwardNamesStayWhatTheyAreInJsonAndOnOneLineInText(String name) {
    ThreadNode main =
        new ThreadNode(
            name,
            false,
            waiting(true, 1, true, name, name),
            List.of(
                scope(false, null, name),
                new GroupNode(name, 0, Optional.empty(), Optional.empty(), List.of()),
                task(name, Task.State.PENDING, running(Thread.State.NEW, name, false)),
                new MoreNode(name)));
    Dump dump = new Dump(List.of(main));

    String sent = new String(bytes(dump.json()), StandardCharsets.UTF_8);
    Map<String, Object> read = child(Json.parseObject(sent), "threads", 0);
    assertThat(read).containsEntry("name", name);
    assertThat(child(read, "children", 0)).containsEntry("cancelled", name);
    assertThat(child(read, "children", 1)).containsEntry("name", name);
    assertThat(child(read, "children", 3)).containsEntry("what", name);

    assertThat(new String(bytes(dump.text()), StandardCharsets.UTF_8)).isEqualTo(dump.text());
    assertThat(dump.text().lines()).hasSize(5);
    assertThat(dump.text().replace("\n", "").chars())
        .noneMatch(Character::isISOControl)
        .noneMatch(c -> c == '\u2028' || c == '\u2029');
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "{\"a\":1,}", "{\"a\":01}", "{\"a\":\"\n\"}", "{\"a\":\"\\x\"}", "{}{}"})
  void theParserOfTheseTestsIsStrict(String text) {
    assertThatThrownBy(() -> Json.parseObject(text)).isInstanceOf(AssertionError.class);
  }

  @Test
  void theTreeCannotBeChanged() {
    List<Node> children = new ArrayList<>(List.of(new MoreNode("a")));
    ScopeNode scope = new ScopeNode(false, Optional.empty(), Optional.empty(), children);
    Dump dump = new Dump(List.of(scope));
    children.clear();
    assertThat(scope.children()).hasSize(1);
    assertThatThrownBy(() -> scope.children().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> dump.roots().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
