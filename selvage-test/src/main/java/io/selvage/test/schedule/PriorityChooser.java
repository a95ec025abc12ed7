package io.selvage.test.schedule;

import io.selvage.kernel.simulation.Director.Candidates;
import java.util.Arrays;

/** Random priorities of threads, and the candidate with the highest one. */
abstract class PriorityChooser extends RandomChooser {
  static final long UNDRAWN = 0;

  private long[] priorities = new long[16]; // by number

  PriorityChooser(long seed) {
    super(seed);
  }

  final int highest(Candidates candidates) {
    int best = 0;
    for (int i = 1; i < candidates.size(); i++) {
      if (priority(candidates.get(i).id()) > priority(candidates.get(best).id())) {
        best = i;
      }
    }
    return best;
  }

  private long priority(int id) {
    if (id >= priorities.length) {
      priorities = Arrays.copyOf(priorities, Math.max(id + 1, priorities.length * 2));
    }
    if (priorities[id] == UNDRAWN) {
      priorities[id] = (random.nextLong() >>> 1) | 1;
    }
    return priorities[id];
  }

  final void setPriority(int id, long priority) {
    var unused = priority(id); // makes room
    priorities[id] = priority;
  }
}
