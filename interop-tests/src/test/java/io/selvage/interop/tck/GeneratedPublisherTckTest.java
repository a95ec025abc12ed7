package io.selvage.interop.tck;

import io.selvage.TaskGroup;
import io.selvage.interop.Flows;
import io.selvage.interop.OpenGroup;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.annotations.AfterClass;
import org.testng.annotations.Test;

/** The rules of reactive streams for {@link Flows#generate}. */
@Test
public class GeneratedPublisherTckTest extends FlowPublisherVerification<Long> {
  private final OpenGroup open = new OpenGroup();

  public GeneratedPublisherTckTest() {
    super(Kit.environment(), Kit.REFERENCE_MILLIS);
  }

  @Override
  public Flow.Publisher<Long> createFlowPublisher(long items) {
    return Flows.generate(
        open.group(),
        emitter -> {
          for (long i = 0; i < items; i++) {
            emitter.emit(i);
          }
        });
  }

  @Override
  public Flow.Publisher<Long> createFailedFlowPublisher() {
    TaskGroup[] ended = new TaskGroup[1];
    try {
      TaskGroup.run(group -> ended[0] = group);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return Flows.generate(ended[0], emitter -> emitter.emit(0L));
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
