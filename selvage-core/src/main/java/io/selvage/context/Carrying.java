package io.selvage.context;

import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.Handover;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Switches a {@link ContextCarrier} on for a block: what takes work for other threads inside of it
 * carries context.
 *
 * {@snippet class="io.selvage.context.ContextSnippets" region="carrying"}
 *
 * <p>Without such a block nothing is carried, and nothing is paid for it.
 *
 * <p><b>What carries.</b> Whatever takes work for other threads carries if one moment of it is
 * inside of the block, at whatever depth. Which moment it is depends on the kind:
 *
 * <ul>
 *   <li>Task groups, and so all of {@link io.selvage.Tasks}: the opening. The context is captured
 *       when a task is forked, on the forking thread. A lazy task has the context in which it was
 *       made, not that of its first caller. A view of a group, such as a {@link
 *       io.selvage.interop.GroupExecutor}, carries as its group does, wherever the view was made.
 *   <li>A {@link io.selvage.Loop}: the call of {@code run} or {@code call}, not its construction.
 *       Then a call from any thread, also from one outside of the block, runs in the context of its
 *       caller.
 *   <li>Services: the call of {@code start}, not the construction. The body runs in the context of
 *       the thread that has started it. Calls to a service with a loop run in the context of their
 *       caller, as those to a loop.
 *   <li>A {@link io.selvage.ThreadPool}, and {@link io.selvage.Selvage#callBlocking}: each call,
 *       wherever the pool was made.
 *   <li>A {@link io.selvage.service.Mailbox}: its construction. A message is handled in the context
 *       of the thread that has submitted it. An {@link io.selvage.service.Actor} carries as its
 *       mailbox does, wherever it is run.
 *   <li>A {@link io.selvage.runtime.SelvageRuntime} and a {@link io.selvage.interop.Background}:
 *       the opening. A {@link io.selvage.interop.HomeThread}: its construction. Work runs in the
 *       context of the thread that hands it over.
 * </ul>
 *
 * <p>What has its moment outside of the block does not carry, even for a thread that is inside.
 * Items of channels are data and carry nothing. Actions at the end of a task, handlers of failures,
 * and cancellers run without the context; an action that is added when the task has ended runs at
 * once on the thread that adds it, and sees what that thread has.
 *
 * <p><b>Copies.</b> Work sees the values as they were when it was handed over. Its own changes are
 * private, and later changes of others are not visible to it, as far as the carrier copies: of an
 * object that can be changed, both have the same one.
 *
 * <p><b>Nesting.</b> An inner block adds its carrier to those that are on. {@link
 * ContextCarrier#none()} switches all off for a block.
 *
 * <p><b>Threads.</b> Any thread may open a block. It is on for the calling thread, and in the work
 * of what carries.
 */
public final class Carrying {
  private Carrying() {}

  /**
   * Runs a body in which {@code carrier} is on, on the calling thread.
   *
   * @param <T> the type of the result
   * @param <X> what the body may throw
   * @param carrier added to those that are on, unless it is one of them
   * @param body the code of the block
   * @return its result
   * @throws X if the body does
   * @throws InterruptedException if the body does
   */
  public static <T extends @Nullable Object, X extends Exception> T call(
      ContextCarrier carrier, ThrowingSupplier<? extends T, X> body)
      throws X, InterruptedException {
    Objects.requireNonNull(carrier, "carrier");
    Objects.requireNonNull(body, "body");
    ThreadRecord self = ThreadRecord.current(); // kept by this frame until the block is left
    Handover outer = self.handover();
    self.setHandover(CarrierList.with(outer, carrier));
    try {
      return body.get();
    } finally {
      self.setHandover(outer);
    }
  }

  /**
   * As {@link #call}, without a result.
   *
   * @param <X> what the body may throw
   * @param carrier added to those that are on, unless it is one of them
   * @param body the code of the block
   * @throws X if the body does
   * @throws InterruptedException if the body does
   */
  public static <X extends Exception> void run(ContextCarrier carrier, ThrowingRunnable<X> body)
      throws X, InterruptedException {
    Objects.requireNonNull(carrier, "carrier");
    Objects.requireNonNull(body, "body");
    var unused = Carrying.<@Nullable Void, X>call(carrier, body.asSupplier());
  }
}
