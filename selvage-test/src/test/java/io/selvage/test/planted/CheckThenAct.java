package io.selvage.test.planted;

import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Check-then-act: a name is looked up first and taken later, and in between another one takes it,
 * too.
 */
final class CheckThenAct {
  private static final List<String> WANTED = List.of("blue", "green", "red", "blue");

  private CheckThenAct() {}

  /** Names and their owners. */
  private abstract static class Names {
    final ConcurrentMap<String, String> owners = new ConcurrentHashMap<>();
    final Channel<String> audit = Channel.unbounded();

    /** Returns whether the name was free, and is the user's now. */
    abstract boolean register(String name, String user) throws InterruptedException;
  }

  private static final class Checked extends Names {
    @Override
    boolean register(String name, String user) throws InterruptedException {
      if (owners.containsKey(name)) {
        return false;
      }
      audit.send(user + " takes " + name);
      owners.put(name, user); // BUG: it may have another owner by now
      return true;
    }
  }

  private static final class AtOnce extends Names {
    @Override
    boolean register(String name, String user) throws InterruptedException {
      if (owners.putIfAbsent(name, user) != null) {
        return false;
      }
      audit.send(user + " took " + name);
      return true;
    }
  }

  static void buggy() throws Exception {
    run(new Checked());
  }

  static void mended() throws Exception {
    run(new AtOnce());
  }

  private static void run(Names names) throws Exception {
    TaskGroup.run(
        group -> {
          Map<String, Task<Boolean>> users = new LinkedHashMap<>();
          for (String name : WANTED) {
            String user = "user " + users.size();
            users.put(user, group.fork(user, () -> names.register(name, user)));
          }
          int taken = 0;
          for (Task<Boolean> user : users.values()) {
            taken += user.join() ? 1 : 0;
          }
          if (taken != names.owners.size()) {
            throw new AssertionError(taken + " users own " + names.owners.size() + " names");
          }
        });
  }
}
