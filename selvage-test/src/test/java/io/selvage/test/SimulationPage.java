package io.selvage.test;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CancelScope;
import io.selvage.FaultPoint;
import io.selvage.Selvage;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The code of docs/simulation.md: GuideTest compares it word for word, SimulationPageTest runs it.
 */
final class SimulationPage {
  private SimulationPage() {}

  // ---- find it

  static class Bank {
    final Map<String, Integer> balances =
        new ConcurrentHashMap<>(Map.of("ann", 100, "bob", 0, "cid", 0));
    final Channel<String> journal = Channel.unbounded();

    boolean transfer(String from, String to, int amount) throws InterruptedException {
      int balance = balances.get(from);
      if (balance < amount) {
        return false;
      }
      journal.send(from + " pays " + amount + " to " + to);
      balances.put(from, balance - amount);
      balances.merge(to, amount, Integer::sum);
      return true;
    }

    int total() {
      return balances.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  static void payTwice(Bank bank) throws InterruptedException {
    TaskGroup.run(
        group -> {
          group.fork("rent", () -> bank.transfer("ann", "bob", 80));
          group.fork("shop", () -> bank.transfer("ann", "cid", 30));
        });
    assertThat(bank.total()).isEqualTo(100);
  }

  static void moneyIsNeitherMadeNorLost() {
    Simulation.explore(1_000, () -> payTwice(new Bank()));
  }

  // ---- replay it

  static void replay(String schedule) {
    Simulation.replay(schedule, () -> payTwice(new Bank()));
  }

  // ---- mend it

  static class MendedBank extends Bank {
    @Override
    boolean transfer(String from, String to, int amount) throws InterruptedException {
      synchronized (this) { // no operation of Selvage inside
        if (balances.get(from) < amount) {
          return false;
        }
        balances.merge(from, -amount, Integer::sum);
        balances.merge(to, amount, Integer::sum);
      }
      journal.send(from + " has paid " + amount + " to " + to);
      return true;
    }
  }

  static Exploration everySchedule() {
    Exploration all =
        Simulation.options()
            .withStrategy(Strategy.exhaustive(2))
            .explore(100_000, () -> payTwice(new MendedBank()));
    assertThat(all.complete()).isTrue();
    return all;
  }

  // ---- invariants

  static void invariant() {
    Simulation.explore(
        1_000,
        run -> {
          Bank bank = new MendedBank();
          run.invariant(
              "no balance is negative",
              () -> assertThat(bank.balances.values()).allMatch(balance -> balance >= 0));
          payTwice(bank);
        });
  }

  // ---- time

  static void aDay() {
    SimulationReport report =
        Simulation.run(
            1,
            run -> {
              Instant start = run.clock().instant();
              Selvage.sleep(ofHours(24));
              assertThat(Duration.between(start, run.clock().instant())).isEqualTo(ofHours(24));
            });
    assertThat(report.elapsed()).isEqualTo(ofHours(24));
  }

  static Set<Boolean> delays() {
    Set<Boolean> answered = new HashSet<>();
    Simulation.options()
        .withDelays(0.1, ofSeconds(5))
        .explore(
            200,
            () -> {
              Optional<String> answer =
                  CancelScope.moveOnAfter(ofSeconds(3)).call(() -> lookUp("ann"));
              answered.add(answer.isPresent());
            });
    assertThat(answered).containsExactlyInAnyOrder(true, false);
    return answered;
  }

  private static String lookUp(String name) throws InterruptedException {
    Selvage.sleep(ofSeconds(1));
    return name;
  }

  // ---- faults

  static final class Disk {
    final List<String> lines = new ArrayList<>();

    void write(String line) throws IOException {
      if (FaultPoint.fails("disk full")) {
        throw new IOException("no space left");
      }
      lines.add(line);
    }
  }

  static void faults() {
    Simulation.options()
        .withFault("disk full", 0.2)
        .explore(
            1_000,
            () -> {
              Disk disk = new Disk();
              try {
                disk.write("begin");
                disk.write("commit");
              } catch (IOException full) {
                disk.lines.clear();
              }
              assertThat(disk.lines).isIn(List.of(), List.of("begin", "commit"));
            });
  }

  // ---- cancellation

  static class HastyBank extends Bank {
    @Override
    boolean transfer(String from, String to, int amount) throws InterruptedException {
      synchronized (this) {
        if (balances.get(from) < amount) {
          return false;
        }
        balances.merge(from, -amount, Integer::sum);
      }
      journal.send(from + " pays " + amount + " to " + to);
      balances.merge(to, amount, Integer::sum);
      return true;
    }
  }

  static Exploration cancelEverywhere(Supplier<Bank> newBank) {
    return Simulation.options()
        .cancelEverywhere(
            0,
            run -> {
              Bank bank = newBank.get();
              try {
                payTwice(bank);
              } finally {
                assertThat(bank.total()).isEqualTo(100);
              }
            });
  }

  // ---- determinism

  static void sameEachTime() {
    Simulation.options().checkDeterminism(1, run -> payTwice(new Bank()));
  }
}
