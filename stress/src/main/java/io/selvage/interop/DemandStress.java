package io.selvage.interop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.selvage.kernel.ThreadRecord;
import io.selvage.stress.Model;
import io.selvage.stress.Model.CancelledByTest;
import io.selvage.stress.SpinScheduler;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** The protocol of {@link Demand}. */
public final class DemandStress {
  private DemandStress() {}

  /** Takes one as {@code record}. Returns what that ends with. */
  static Object take(Demand demand, ThreadRecord record) {
    record.begin();
    try {
      return demand.take("test", demand) ? "taken" : "over";
    } catch (CancelledByTest e) {
      return "cancelled";
    } catch (InterruptedException e) {
      return "interrupted";
    } catch (SpinScheduler.Stuck e) {
      return "stuck";
    }
  }

  /** Handing a unit over against the withdrawal of the server: it is taken, or stays. */
  @JCStressTest
  @Outcome(id = "taken, Demand.0.", expect = ACCEPTABLE, desc = "The server has it.")
  @Outcome(id = "cancelled, Demand.1.", expect = ACCEPTABLE, desc = "It is still there.")
  @Outcome(expect = FORBIDDEN, desc = "The unit is lost or doubled, or the server was missed.")
  @State
  public static class AddThenCancel {
    private final Demand demand = new Demand();
    private final ThreadRecord record = Model.record();

    @Actor
    public void server(LL_Result r) {
      r.r1 = take(demand, record);
    }

    @Actor
    public void subscriber() {
      demand.add(1);
      record.root().cancel(Model.CAUSE);
    }

    @Arbiter
    public void left(LL_Result r) {
      r.r2 = demand.toString().replace('[', '.').replace(']', '.');
    }
  }

  /**
   * A server against a client that asks and then ends the demand: the server never waits for ever.
   */
  @JCStressTest
  @Outcome(id = "taken, Demand.over.", expect = ACCEPTABLE, desc = "It came before the end.")
  @Outcome(id = "over, Demand.over.", expect = ACCEPTABLE, desc = "It came behind the end.")
  @Outcome(expect = FORBIDDEN, desc = "The server was missed.")
  @State
  public static class AddThenEnd {
    private final Demand demand = new Demand();
    private final ThreadRecord record = Model.record();

    @Actor
    public void server(LL_Result r) {
      r.r1 = take(demand, record);
    }

    @Actor
    public void subscriber() {
      demand.add(1);
      demand.end(null);
    }

    @Arbiter
    public void left(LL_Result r) {
      r.r2 = demand.toString().replace('[', '.').replace(']', '.');
    }
  }
}
