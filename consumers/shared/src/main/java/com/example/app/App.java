package com.example.app;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A program of a new user: a group, a channel, and a scope with a time limit. */
public final class App {
  private App() {}

  /** Prints what the program has worked out and in which modules it runs; an unnamed one is null. */
  public static void main(String[] args) throws Exception {
    System.out.println("sum " + sum());
    System.out.println("pages " + pages());
    System.out.println("limit " + limited().orElse("reached"));
    System.out.println("app in module " + App.class.getModule().getName());
    System.out.println("library in module " + TaskGroup.class.getModule().getName());
  }

  static int sum() throws Exception {
    return TaskGroup.call(
        group -> {
          Task<Integer> three = group.fork("three", () -> 3);
          Task<Integer> four = group.fork("four", () -> 4);
          return three.join() + four.join();
        });
  }

  static List<String> pages() throws Exception {
    Channel<String> pages = Channel.unbounded();
    List<String> received = new ArrayList<>();
    TaskGroup.run(
        group -> {
          group.launch("receiver", () -> pages.forEach(received::add));
          pages.send("a");
          pages.send("b");
          pages.close();
        });
    return received;
  }

  static Optional<String> limited() throws Exception {
    return CancelScope.moveOnAfter(Duration.ofMillis(1))
        .call(
            () -> {
              Selvage.sleep(Duration.ofDays(1));
              return "missed";
            });
  }
}
