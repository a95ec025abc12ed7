package io.selvage;

import static io.selvage.Threads.awaitCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selvage.channel.Channel;
import io.selvage.channel.LateSend;
import io.selvage.function.ThrowingConsumer;
import io.selvage.observe.Dump;
import io.selvage.service.RequestRegistry;
import io.selvage.sync.Barrier;
import io.selvage.sync.Event;
import io.selvage.sync.Lock;
import io.selvage.sync.Semaphore;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What has a name shows it in messages and dumps. */
@ExtendWith(LeakCheck.class)
class NamesOfObjectsTest {

  @Test
  void theTextOfEachBeginsWithItsName() {
    assertThat(new Event("ready")).hasToString("Event[ready, not set, 0 waiting]");
    assertThat(new Lock("db")).hasToString("Lock[db, free]");
    assertThat(new Semaphore("slots", 2)).hasToString("Semaphore[slots, 2 free, 0 waiting]");
    assertThat(new Barrier("start", 3)).hasToString("Barrier[start, 0 of 3 have arrived]");
    assertThat(new RequestRegistry<String, String>("replies").toString())
        .startsWith("RequestRegistry[replies, 0 pending, ");
    assertThat(Channel.options().withName("orders").unbounded())
        .hasToString("Channel[orders, 0 queued, 0 waiting]");
    assertThat(Channel.options().withName("jobs").<Long>prioritized(item -> item))
        .hasToString("Channel[jobs, 0 queued, 0 waiting]");
  }

  @Test
  void withoutANameTheyAreAsBefore() {
    assertThat(new Event()).hasToString("Event[not set, 0 waiting]");
    assertThat(new Lock()).hasToString("Lock[free]");
    assertThat(new Semaphore(2)).hasToString("Semaphore[2 free, 0 waiting]");
    assertThat(new Barrier(3)).hasToString("Barrier[0 of 3 have arrived]");
    assertThat(Channel.unbounded()).hasToString("Channel[0 queued, 0 waiting]");
  }

  @Test
  void messagesHaveTheName() throws Exception {
    Channel<String> orders = Channel.options().withName("orders").unbounded();
    orders.close();
    assertThatThrownBy(() -> orders.send("late"))
        .isInstanceOf(ClosedResourceException.class)
        .hasMessage("send on closed channel 'orders': closed");
    RequestRegistry<String, String> replies = new RequestRegistry<>("replies");
    replies.register("k");
    assertThatThrownBy(() -> replies.register("k"))
        .hasMessageStartingWith("request already pending in RequestRegistry[replies, ");
    Lock lock = new Lock("db");
    try (Lock.Guard guard = lock.acquire()) {
      assertThatThrownBy(lock::acquire).hasMessageContaining("which holds Lock[db, held by ");
      assertThat(guard.toString()).contains("db");
    }
  }

  @Test
  void dumpsHaveTheName() throws Exception {
    Channel<String> orders = Channel.options().withName("orders").unbounded();
    TaskGroup.run(
        group -> {
          Task<?> task = group.launch("t", orders::receive);
          awaitCondition(
              "it waits",
              () -> Dump.take().text().contains("Channel[orders, 0 queued, 1 waiting]"));
          task.cancel();
        });
  }

  @Test
  void aNameIsNotEmpty() {
    List<ThrowingConsumer<String, Exception>> uses =
        List.of(
            Event::new,
            Lock::new,
            name -> new Semaphore(name, 1),
            name -> new Barrier(name, 1),
            RequestRegistry::new,
            name -> Channel.options().withName(name));
    for (ThrowingConsumer<String, Exception> use : uses) {
      assertThatThrownBy(() -> use.accept(""))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("must not be empty");
      assertThatThrownBy(() -> use.accept(null)).isInstanceOf(NullPointerException.class);
    }
  }

  @Test
  void optionsSayWhatTheyAre() {
    assertThat(Channel.options()).hasToString("ChannelOptions[THROW]");
    assertThat(Channel.options().withName("orders").withLateSend(LateSend.DROP))
        .hasToString("ChannelOptions[orders, DROP]");
  }
}
