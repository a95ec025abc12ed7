package io.selvage.interop.tck;

import io.selvage.interop.FlowReceiver;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;
import org.testng.annotations.Test;

/** The rules of reactive streams for the subscriber of a {@link FlowReceiver}. */
@Test
public class ReceiverBlackboxTckTest extends FlowSubscriberBlackboxVerification<Integer> {

  public ReceiverBlackboxTckTest() {
    super(Kit.environment());
  }

  @Override
  public Flow.Subscriber<Integer> createFlowSubscriber() {
    return FlowReceiver.<Integer>create(4).subscriber();
  }

  @Override
  public Integer createElement(int element) {
    return element;
  }
}
