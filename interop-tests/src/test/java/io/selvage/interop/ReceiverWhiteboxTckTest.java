package io.selvage.interop;

import io.selvage.interop.tck.Kit;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.SubscriberWhiteboxVerification.SubscriberPuppet;
import org.reactivestreams.tck.SubscriberWhiteboxVerification.WhiteboxSubscriberProbe;
import org.reactivestreams.tck.flow.FlowSubscriberWhiteboxVerification;
import org.testng.annotations.Test;

/** The rules of reactive streams for the subscriber of a {@link FlowReceiver}, seen from inside. */
@Test
public class ReceiverWhiteboxTckTest extends FlowSubscriberWhiteboxVerification<Integer> {

  public ReceiverWhiteboxTckTest() {
    super(Kit.environment());
  }

  @Override
  protected Flow.Subscriber<Integer> createFlowSubscriber(WhiteboxSubscriberProbe<Integer> probe) {
    FlowReceiver<Integer> receiver = FlowReceiver.create(1);
    return new Watched(receiver, probe);
  }

  @Override
  public Integer createElement(int element) {
    return element;
  }

  /** Tells the probe what its receiver is told; the puppet asks through it. */
  private record Watched(FlowReceiver<Integer> receiver, WhiteboxSubscriberProbe<Integer> probe)
      implements Flow.Subscriber<Integer> {

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      receiver.subscriber().onSubscribe(subscription);
      probe.registerOnSubscribe(
          new SubscriberPuppet() {
            @Override
            public void triggerRequest(long elements) {
              receiver.ask((int) elements);
            }

            @Override
            public void signalCancel() {
              receiver.close();
            }
          });
    }

    @Override
    public void onNext(Integer item) {
      receiver.subscriber().onNext(item);
      probe.registerOnNext(item);
    }

    @Override
    public void onError(Throwable failure) {
      receiver.subscriber().onError(failure);
      probe.registerOnError(failure);
    }

    @Override
    public void onComplete() {
      receiver.subscriber().onComplete();
      probe.registerOnComplete();
    }
  }
}
