package io.selvage.test;

import io.selvage.CancelScope;
import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.channel.Channel;
import io.selvage.service.Actor;
import io.selvage.service.LoopService;
import io.selvage.service.ThreadService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Programs that use a bit of everything, for tests of the kit. */
final class Programs {
  private Programs() {}

  /** Tasks that send, receive, sleep, time out, and are cancelled. */
  static void channels() throws Exception {
    Channel<Integer> there = Channel.unbounded();
    Channel<Integer> back = Channel.unbounded();
    TaskGroup.run(
        group -> {
          List<Task<?>> clients = new ArrayList<>();
          for (int client = 0; client < 3; client++) {
            clients.add(group.launch(() -> call(there, back)));
          }
          group.launch("echo", () -> there.forEach(back::send));
          Task<?> sleeper = group.launch("sleeper", () -> Selvage.sleep(Duration.ofDays(1)));
          for (Task<?> task : clients) {
            task.join();
          }
          sleeper.cancel("not needed any more");
          there.close();
        });
  }

  private static void call(Channel<Integer> there, Channel<Integer> back) throws Exception {
    for (int i = 0; i < 5; i++) {
      there.send(i);
      Selvage.sleep(Duration.ofMillis(i % 3));
      CancelScope.moveOnAfter(Duration.ofMillis(1)).call(back::receive);
    }
  }

  /** Services, a loop, a limited group and an actor. */
  static void services() throws Exception {
    List<String> log = new ArrayList<>();
    ThreadService heart =
        ThreadService.virtual(
            "heart",
            service -> {
              service.started();
              while (!service.scope().await(Duration.ofSeconds(1))) {
                log.add("beat");
              }
            });
    LoopService loop = LoopService.virtual("loop");
    heart.start();
    loop.start().awaitStarted();
    Actor<Integer> actor =
        Actor.concurrent(
            (message, baton) -> {
              baton.release();
              Selvage.sleep(Duration.ofMillis(message));
              log.add("handled " + message);
            });
    TaskGroup.options()
        .withLimit(2)
        .run(
            group -> {
              group.launch("actor", actor::run);
              for (int i = 0; i < 4; i++) {
                int number = i;
                group.fork(() -> log.add("loop says " + loop.callSync(() -> number)));
                actor.submit(number);
              }
              actor.close();
            });
    Selvage.sleep(Duration.ofSeconds(3));
    heart.stop();
    loop.stop();
    heart.awaitStopped();
    loop.awaitStopped();
  }
}
