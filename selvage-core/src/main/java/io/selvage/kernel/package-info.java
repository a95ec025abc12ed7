/**
 * What everything stands on, and what nobody outside sees: how threads wait, are woken, cancelled
 * and interrupted.
 *
 * <p>A way in: {@link io.selvage.kernel.WaitNode} is the one way to wait, {@link
 * io.selvage.kernel.Region} the tree along which cancellation runs, {@link io.selvage.kernel.Gate}
 * what keeps interrupts where they belong, {@link io.selvage.kernel.ThreadRecord} what ties them to
 * a thread, {@link io.selvage.kernel.Scheduler} who runs it. {@link io.selvage.kernel.Completion},
 * {@link io.selvage.kernel.WaitQueue}, {@link io.selvage.kernel.Permits} and {@link
 * io.selvage.kernel.GroupMembers} are what the packages above build with.
 *
 * <p>This package knows none of the others; nothing else in the library parks, reads clocks or
 * starts threads.
 */
@NullMarked
package io.selvage.kernel;

import org.jspecify.annotations.NullMarked;
