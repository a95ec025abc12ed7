package io.selvage.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ForksTest {
  private static final Row GOOD = Row.timed("group", "good", "nothing").withOptions("-Xmx32m");
  private static final Row BAD = Row.timed("group", "bad", "nothing").withOptions("-Xmx32m");

  /** Measures nothing: the figures are the arguments. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      if (arguments[0].equals("group/bad")) {
        System.exit(3);
      }
      System.out.println("Selvage\t" + arguments[1]);
      System.out.println("the other one\t" + arguments[2]);
    }
  }

  private static Forks forks() {
    return new Forks(Path.of(""), Program.class, List.of("1.5", "3"), List.of());
  }

  @Test
  void eachForkAddsAFigure() throws InterruptedException {
    Forks forks = forks();
    List<String> begun = new ArrayList<>();
    forks.measure(List.of(GOOD), row -> begun.add(row.title()), () -> begun.add("ended"));
    forks.measure(List.of(GOOD), row -> {}, () -> {});

    assertThat(begun).containsExactly("group/good", "ended");
    assertThat(forks.failures()).isEmpty();
    Result result = forks.results().getFirst();
    assertThat(result.of("Selvage")).containsExactly(1.5, 1.5);
    assertThat(result.of("the other one")).containsExactly(3.0, 3.0);
    assertThat(result.figures().keySet()).containsExactly("Selvage", "the other one");
  }

  @Test
  void aRowThatFailsIsNamedAndTheOthersGoOn() throws InterruptedException {
    Forks forks = forks();
    forks.measure(List.of(BAD, GOOD), row -> {}, () -> {});

    assertThat(forks.failures()).containsExactly(Map.entry(BAD, "the process ended with 3"));
    assertThat(forks.results())
        .extracting(result -> result.row().title())
        .containsExactly("group/good");
  }

  @Test
  void aLanguageThatIsNotInstalledIsNamed() throws InterruptedException {
    Forks forks = forks();
    Row row = GOOD.withCommand(new Command("Algol", "no-such-algol", List.of("program.alg")));
    forks.measure(List.of(row), any -> {}, () -> {});

    assertThat(forks.absent()).containsExactly("Algol (there is no no-such-algol)");
    assertThat(forks.results().getFirst().figures()).doesNotContainKey("Algol");
  }
}
