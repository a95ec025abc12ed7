package io.selvage.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.LeakCheck;
import io.selvage.kernel.jvm.SpinLock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class WaitQueueTest {
  private final WaitQueue queue = new WaitQueue(new SpinLock());
  private final WaitNode a = node();
  private final WaitNode b = node();
  private final WaitNode c = node();

  private static WaitNode node() {
    return new WaitNode(ThreadRecord.current(), "test", "a test");
  }

  private void addAll() {
    queue.add(a);
    queue.add(b);
    queue.add(c);
  }

  private List<WaitQueue.Entry> pollAll() {
    List<WaitQueue.Entry> polled = new ArrayList<>();
    for (WaitQueue.Entry node = queue.poll(); node != null; node = queue.poll()) {
      polled.add(node);
    }
    return polled;
  }

  @Test
  void isEmptyAtFirst() {
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.size()).isZero();
    assertThat(queue.poll()).isNull();
    assertThat(queue.claimFirst("value")).isNull();
  }

  @Test
  void isFirstInFirstOut() {
    addAll();
    assertThat(queue.size()).isEqualTo(3);
    assertThat(pollAll()).containsExactly(a, b, c);
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void removesTheFirst() {
    addAll();
    queue.remove(a);
    assertThat(pollAll()).containsExactly(b, c);
  }

  @Test
  void removesFromTheMiddle() {
    addAll();
    queue.remove(b);
    assertThat(queue.size()).isEqualTo(2);
    assertThat(pollAll()).containsExactly(a, c);
  }

  @Test
  void removesTheLastAndCanGoOn() {
    addAll();
    queue.remove(c);
    WaitNode d = node();
    queue.add(d);
    assertThat(pollAll()).containsExactly(a, b, d);
  }

  @Test
  void removingWhatIsNotThereDoesNothing() {
    WaitQueue other = new WaitQueue(new SpinLock());
    other.add(a);
    queue.add(b);
    queue.remove(a);
    queue.remove(c);
    queue.remove(b);
    queue.remove(b);
    assertThat(queue.size()).isZero();
    assertThat(other.size()).isEqualTo(1);
    assertThat(a.queue).isSameAs(other);
  }

  @Test
  void aNodeThatWasTakenOutKeepsNoLinks() {
    addAll();
    queue.remove(b);
    assertThat(b.queue).isNull();
    assertThat(b.previous).isNull();
    assertThat(b.next).isNull();
  }

  @Test
  void claimFirstSkipsThoseThatWereWithdrawn() throws Exception {
    addAll();
    a.abort(new TestCause("gone"));
    assertThat(queue.claimFirst("value")).isSameAs(b);
    assertThat(queue.size()).isEqualTo(1);
    assertThat(b.await(WaitNode.NEVER)).isEqualTo("value");
    assertThat(c.isWaiting()).isTrue();
  }

  @Test
  void claimAllTakesEachNodeThatStillWaits() throws Exception {
    addAll();
    b.abort(new TestCause("gone"));
    WaitQueue.Entry chain = queue.claimAll("value");
    List<WaitQueue.Entry> claimed = new ArrayList<>();
    for (WaitQueue.Entry node = chain; node != null; node = node.next) {
      claimed.add(node);
    }
    assertThat(claimed).containsExactly(a, c);
    WaitQueue.signalAll(chain);
    assertThat(queue.isEmpty()).isTrue();
    assertThat(c.await(WaitNode.NEVER)).isEqualTo("value");
  }
}
