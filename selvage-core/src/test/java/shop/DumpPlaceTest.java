package shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.observe.Dump;
import io.selvage.sync.Event;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A dump says where in the program each waiting task stands. In a package of its own, as what is in
 * {@code io.selvage} counts as the library.
 */
class DumpPlaceTest {

  /** The lines of these two calls are what the dump has to say. */
  private static final class Orders {
    private final Channel<String> queue = Channel.unbounded();
    private final Event open = new Event("open");

    String next() throws InterruptedException {
      return queue.receive();
    }

    void untilOpen() throws InterruptedException {
      open.await();
    }
  }

  private static List<String> placesInText(Dump dump) {
    return dump.text()
        .lines()
        .filter(line -> line.contains(", at shop."))
        .map(line -> line.replaceAll(".*, at (shop\\.[^)]*\\)).*", "$1"))
        .sorted()
        .toList();
  }

  private static List<String> expected() throws Exception {
    return List.of(
        "shop.DumpPlaceTest$Orders.next(DumpPlaceTest.java:" + lineOf("return queue.receive();"),
        "shop.DumpPlaceTest$Orders.untilOpen(DumpPlaceTest.java:" + lineOf("open.await();"));
  }

  private static String lineOf(String code) throws Exception {
    List<String> lines =
        java.nio.file.Files.readAllLines(
            java.nio.file.Path.of("src/test/java/shop/DumpPlaceTest.java"));
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).strip().equals(code)) {
        return (i + 1) + ")";
      }
    }
    throw new AssertionError(code);
  }

  @Test
  void eachWaitNamesTheLineOfTheProgram() throws Exception {
    Orders orders = new Orders();
    TaskGroup.run(
        group -> {
          Task<String> next = group.fork("next", orders::next);
          Task<?> gate = group.launch("gate", orders::untilOpen);
          Dump dump = Dump.take();
          while (placesInText(dump).size() < 2) {
            Thread.sleep(1); // until both wait
            dump = Dump.take();
          }
          assertThat(placesInText(dump)).isEqualTo(expected());
          assertThat(dump.json()).contains("\"place\":\"" + expected().getFirst());
          next.cancel();
          gate.cancel();
        });
  }
}
