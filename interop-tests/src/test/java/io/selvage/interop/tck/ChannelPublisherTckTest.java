package io.selvage.interop.tck;

import io.selvage.channel.Channel;
import io.selvage.interop.Flows;
import io.selvage.interop.OpenGroup;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.annotations.AfterClass;
import org.testng.annotations.Test;

/** The rules of reactive streams for {@link Flows#publish}. */
@Test
public class ChannelPublisherTckTest extends FlowPublisherVerification<Integer> {
  private final OpenGroup open = new OpenGroup();

  public ChannelPublisherTckTest() {
    super(Kit.environment(), Kit.REFERENCE_MILLIS);
  }

  @Override
  public Flow.Publisher<Integer> createFlowPublisher(long items) {
    return Flows.publish(open.group(), Kit.channel(items));
  }

  @Override
  public Flow.Publisher<Integer> createFailedFlowPublisher() {
    Channel<Integer> failed = Channel.unbounded();
    failed.fail(new IllegalStateException("has failed"));
    return Flows.publish(open.group(), failed);
  }

  @Override
  @Test
  public void
      required_spec313_cancelMustMakeThePublisherEventuallyDropAllReferencesToTheSubscriber()
          throws Throwable {
    Kit.checkReferences(
        super
            ::required_spec313_cancelMustMakeThePublisherEventuallyDropAllReferencesToTheSubscriber);
  }

  @AfterClass
  public void close() {
    open.close();
  }
}
