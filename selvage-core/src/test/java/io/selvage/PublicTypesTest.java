package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.channel.Broadcast;
import io.selvage.channel.Channel;
import io.selvage.channel.ChannelStats;
import io.selvage.channel.Latest;
import io.selvage.channel.Receiver;
import io.selvage.channel.Sender;
import io.selvage.channel.Subscription;
import io.selvage.process.ChildProcess;
import io.selvage.process.Input;
import io.selvage.process.Output;
import io.selvage.process.ProcessResult;
import io.selvage.process.ProcessSpec;
import io.selvage.runtime.SelvageRuntime;
import io.selvage.select.Clause;
import io.selvage.select.Select;
import io.selvage.service.CloseSignal;
import io.selvage.signal.Signal;
import io.selvage.signal.SignalReceiver;
import io.selvage.signal.Signals;
import io.selvage.sync.Barrier;
import io.selvage.sync.Event;
import io.selvage.sync.Lock;
import io.selvage.sync.Semaphore;
import io.selvage.time.Interval;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires.Modifier;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the library is made of, and what its exceptions are. */
class PublicTypesTest {

  @Test
  void theTypesOfTheCoreArePublic() {
    assertThat(
            List.of(
                Channel.class,
                Sender.class,
                Receiver.class,
                ChannelStats.class,
                Broadcast.class,
                Subscription.class,
                Latest.class,
                Select.class,
                Clause.class,
                Interval.class,
                Signals.class,
                SignalReceiver.class,
                Signal.class,
                ProcessSpec.class,
                ProcessResult.class,
                ChildProcess.class,
                Input.class,
                Output.class,
                SelvageRuntime.class,
                CancelScope.class,
                Canceller.class,
                ScopeGroup.class,
                TaskGroup.class,
                Task.class,
                Loop.class,
                ThreadPool.class,
                Event.class,
                Lock.class,
                Semaphore.class,
                Barrier.class,
                TaskStatus.class,
                Selvage.class,
                CloseSignal.class,
                Event.class,
                Lock.class,
                Semaphore.class,
                Barrier.class,
                EndOfStreamException.class,
                BrokenResourceException.class,
                ClosedResourceException.class))
        .allSatisfy(type -> assertThat(type).isPublic());
  }

  @Test
  void theModuleNeedsNothingButTheJdkAndShowsItsKernelOnlyToOtherModulesOfTheLibrary() {
    ModuleDescriptor module = CancelScope.class.getModule().getDescriptor();
    assertThat(module.requires())
        .filteredOn(needed -> !needed.modifiers().contains(Modifier.STATIC))
        .extracting(ModuleDescriptor.Requires::name)
        .containsExactly("java.base");
    assertThat(module.exports())
        .filteredOn(export -> !export.isQualified())
        .extracting(ModuleDescriptor.Exports::source)
        .contains("io.selvage", "io.selvage.channel", "io.selvage.process", "io.selvage.sync")
        .doesNotContain("io.selvage.kernel");
    assertThat(module.exports())
        .filteredOn(export -> export.source().equals("io.selvage.kernel"))
        .allSatisfy(
            export ->
                assertThat(export.targets())
                    .containsExactlyInAnyOrder("io.selvage.net", "io.selvage.test"));
  }

  @Test
  void closedIsAnIllegalStateAndSoIsBrokenWithItsCause() {
    IOException cause = new IOException("disk");
    assertThat(new ClosedResourceException("done"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("done");
    assertThat(new BrokenResourceException("disk", cause))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("disk")
        .hasCause(cause);
  }

  @Test
  void theEndOfAStreamIsNoIllegalState() {
    assertThat(new EndOfStreamException("done"))
        .isInstanceOf(RuntimeException.class)
        .isNotInstanceOf(IllegalStateException.class)
        .hasMessage("done");
  }

  @Test
  void aCancellationIsAnInterruptedException() {
    assertThat(InterruptedException.class).isAssignableFrom(CancelledException.class);
    assertThat(new CancelledException(CancelledException.Source.DEADLINE, "deadline"))
        .hasMessage("cancelled: deadline");
  }
}
