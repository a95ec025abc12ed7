package io.selvage.stress.lincheck;

import io.selvage.stress.lincheck.ChannelsModel.Call;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionResult;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.execution.ResultWithClock;
import org.jetbrains.kotlinx.lincheck.util.LincheckResult;
import org.jetbrains.kotlinx.lincheck.util.ValueResult;
import org.jetbrains.lincheck.datastructures.verifier.Verifier;
import org.jspecify.annotations.Nullable;

/**
 * Looks for an order of the begins and the finishes of all calls in which the model returns what
 * the calls have returned.
 *
 * <p>Lincheck's own verifier knows calls that wait only as suspending functions of Kotlin. Of each
 * other call it assumes one point at which all of it happens. Two calls that meet on a rendezvous
 * have no such points: each of them needs the other one to have begun.
 */
public final class HistoryVerifier implements Verifier {
  private final ChannelProgram program;

  /**
   * Made by Lincheck.
   *
   * @param specification the class of the program
   * @throws ReflectiveOperationException if it has no public constructor
   */
  public HistoryVerifier(Class<?> specification) throws ReflectiveOperationException {
    program = (ChannelProgram) specification.getConstructor().newInstance();
  }

  @Override
  public boolean verifyResults(ExecutionScenario scenario, ExecutionResult results) {
    Sequence before = new Sequence(scenario.getInitExecution(), results.getInitResults());
    Sequence after = new Sequence(scenario.getPostExecution(), results.getPostResults());
    Parallel parallel = new Parallel(scenario.getParallelExecution(), results);
    ChannelsModel prepared = before.run(program.newModel(), 0);
    if (prepared == null) {
      return false;
    }
    for (ChannelsModel end : parallel.run(prepared)) {
      if (after.run(end, parallel.calls()) != null) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable ChannelsModel finish(
      ChannelsModel state, int number, @Nullable LincheckResult result) {
    return result instanceof ValueResult value && value.getValue() instanceof String text
        ? state.finish(number, text)
        : null;
  }

  /**
   * Calls of one thread. No two clauses of them are possible at once, or the first one is taken.
   */
  private final class Sequence {
    private final List<Actor> actors;
    private final List<? extends LincheckResult> results;

    Sequence(List<Actor> actors, List<? extends LincheckResult> results) {
      this.actors = actors;
      this.results = results;
    }

    @Nullable ChannelsModel run(ChannelsModel from, int firstNumber) {
      ChannelsModel state = from;
      for (int i = 0; i < actors.size() && state != null; i++) {
        int number = -1 - firstNumber - i; // the calls of the threads have numbers from 0
        state = finish(begin(state, number, actors.get(i)), number, results.get(i));
      }
      return state;
    }

    private ChannelsModel begin(ChannelsModel state, int number, Actor actor) {
      return state.begin(number, program.callOf(actor)).getFirst();
    }
  }

  /** The threads that run at the same time. */
  private final class Parallel {
    /** So many calls of a thread have at most. */
    private static final int CALLS = 100;

    private final List<List<Actor>> threads;
    private final List<List<ResultWithClock>> results;
    private final Set<Place> seen = new HashSet<>();
    private final Set<ChannelsModel> ends = new HashSet<>();

    /** How many steps each thread has taken, two for each call, and the state. */
    private record Place(List<Integer> steps, ChannelsModel state) {}

    Parallel(List<List<Actor>> threads, ExecutionResult results) {
      this.threads = threads;
      this.results = results.getParallelResultsWithClock();
    }

    int calls() {
      return threads.size() * CALLS;
    }

    /** All states in which the threads may end. */
    Set<ChannelsModel> run(ChannelsModel from) {
      explore(new int[threads.size()], from);
      return ends;
    }

    private void explore(int[] steps, ChannelsModel state) {
      if (!seen.add(new Place(Arrays.stream(steps).boxed().toList(), state))) {
        return;
      }
      int idle = 0;
      int ended = 0;
      for (int thread = 0; thread < steps.length; thread++) {
        if (hasEnded(steps, thread)) {
          ended++;
        } else if (waits(steps, thread, state)) {
          idle++;
        } else {
          step(steps, thread, state);
        }
      }
      if (ended == steps.length) {
        ends.add(state);
      } else if (ended + idle == steps.length) {
        withdrawSome(steps, 0, state);
      }
    }

    private boolean hasEnded(int[] steps, int thread) {
      return steps[thread] == 2 * threads.get(thread).size();
    }

    /** Whether it waits in a call that is in no hurry. */
    private boolean waits(int[] steps, int thread, ChannelsModel state) {
      int index = steps[thread] / 2;
      return steps[thread] % 2 == 1
          && !ChannelProgram.isHurried(threads.get(thread).get(index))
          && !state.done().containsKey(number(thread, index));
    }

    /** Nobody is left to end the waits: any of the threads from this one on may withdraw theirs. */
    private void withdrawSome(int[] steps, int from, ChannelsModel state) {
      for (int thread = from; thread < steps.length; thread++) {
        if (!hasEnded(steps, thread)) {
          int index = steps[thread] / 2;
          int[] next = steps.clone();
          next[thread]++;
          ChannelsModel after =
              finish(state, number(thread, index), results.get(thread).get(index).getResult());
          if (after != null) {
            explore(next, after);
            withdrawSome(next, thread + 1, after);
          }
        }
      }
    }

    private static int number(int thread, int index) {
      return thread * CALLS + index;
    }

    private void step(int[] steps, int thread, ChannelsModel state) {
      int index = steps[thread] / 2;
      int number = number(thread, index);
      ResultWithClock result = results.get(thread).get(index);
      int[] next = steps.clone();
      next[thread]++;
      if (steps[thread] % 2 == 1) {
        ChannelsModel after = finish(state, number, result.getResult());
        if (after != null) {
          explore(next, after);
        }
      } else if (mayBegin(steps, result)) {
        Call call = program.callOf(threads.get(thread).get(index));
        state.begin(number, call).forEach(after -> explore(next, after));
      }
    }

    /** Whether the calls that had ended before this one began have finished. */
    private static boolean mayBegin(int[] steps, ResultWithClock result) {
      for (int other = 0; other < steps.length; other++) {
        if (steps[other] < 2 * result.getClockOnStart().get(other)) {
          return false;
        }
      }
      return true;
    }
  }
}
