package io.selvage.stress.lincheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionResult;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.execution.HBClock;
import org.jetbrains.kotlinx.lincheck.execution.ResultWithClock;
import org.jetbrains.kotlinx.lincheck.util.ValueResult;
import org.junit.jupiter.api.Test;

/** Which histories are accepted, and which are not. */
class HistoryVerifierTest {
  private static final boolean CALM = false;
  private static final boolean HURRIED = true;

  private final List<List<Actor>> threads = new ArrayList<>();
  private final List<List<ResultWithClock>> results = new ArrayList<>();

  /** A call with its result; it begins when so many calls of each thread have ended. */
  private record Returned(Actor actor, ResultWithClock result) {}

  private static Returned call(String name, String result, int[] ended, Object... arguments) {
    Method method =
        Stream.of(TwoChannels.class.getMethods())
            .filter(each -> each.getName().equals(name))
            .findFirst()
            .orElseThrow();
    return new Returned(
        new Actor(method, List.of(arguments)),
        new ResultWithClock(new ValueResult(result), new HBClock(ended)));
  }

  private void thread(Returned... calls) {
    threads.add(Stream.of(calls).map(Returned::actor).toList());
    results.add(Stream.of(calls).map(Returned::result).toList());
  }

  private boolean verify(Class<? extends ChannelProgram> test) throws Exception {
    return new HistoryVerifier(test)
        .verifyResults(
            new ExecutionScenario(List.of(), threads, List.of(), null),
            new ExecutionResult(List.of(), results, List.of()));
  }

  private static int[] after(int... calls) {
    return calls;
  }

  @Test
  void twoCallsMeetOnARendezvous() throws Exception {
    thread(call("send", "sent", after(0, 0), 0, 5, CALM));
    thread(call("receive", "received 5", after(0, 0), 0, CALM));

    assertThat(verify(TwoChannels.Rendezvous.class)).isTrue();
  }

  @Test
  void theyDoNotMeetIfOneEndsBeforeTheOtherBegins() throws Exception {
    thread(call("send", "sent", after(0, 0), 0, 5, CALM));
    thread(call("receive", "received 5", after(1, 0), 0, CALM));

    assertThat(verify(TwoChannels.Rendezvous.class)).isFalse();
    assertThat(verify(TwoChannels.BoundedOne.class)).isTrue();
  }

  @Test
  void anItemIsReceivedOnce() throws Exception {
    thread(
        call("send", "sent", after(0, 0), 0, 5, CALM),
        call("tryReceive", "received 5", after(1, 0), 0));
    thread(call("tryReceive", "received 5", after(0, 0), 0));

    assertThat(verify(OneChannel.Unbounded.class)).isFalse();
  }

  @Test
  void itemsKeepTheirOrder() throws Exception {
    thread(
        call("send", "sent", after(0, 0), 0, 5, CALM),
        call("send", "sent", after(1, 0), 0, 6, CALM));
    thread(call("receive", "received 6", after(0, 0), 0, CALM));

    assertThat(verify(OneChannel.Unbounded.class)).isFalse();
  }

  @Test
  void aCallInNoHurryWaitsWhileAnotherCanEndItsWait() throws Exception {
    thread(
        call("send", "sent", after(0, 0), 0, 5, CALM),
        call("send", "withdrawn", after(1, 0), 0, 6, CALM));
    thread(call("receive", "received 5", after(0, 0), 0, CALM));

    assertThat(verify(TwoChannels.BoundedOne.class)).isFalse();
  }

  @Test
  void aCallInAHurryMayWithdrawBefore() throws Exception {
    thread(
        call("send", "sent", after(0, 0), 0, 5, CALM),
        call("send", "withdrawn", after(1, 0), 0, 6, HURRIED));
    thread(call("receive", "received 5", after(0, 0), 0, CALM));

    assertThat(verify(TwoChannels.BoundedOne.class)).isTrue();
  }

  @Test
  void aSelectSendsToOneChannelOnly() throws Exception {
    thread(
        call("sendToAny", "sent", after(0, 0), 5, CALM),
        call("tryReceive", "received 5", after(1, 0), 0),
        call("tryReceive", "received 5", after(2, 0), 1));
    thread();

    assertThat(verify(TwoChannels.BoundedOne.class)).isFalse();
  }

  @Test
  void aCloseWakesThoseThatWait() throws Exception {
    thread(call("receiveFromAny", "end", after(0, 0), CALM));
    thread(call("close", "closed", after(0, 0), 1));

    assertThat(verify(TwoChannels.BoundedOne.class)).isTrue();
  }
}
