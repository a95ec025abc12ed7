/**
 * The base of the library, hidden from its users: how threads wait, are woken, cancelled and
 * interrupted.
 *
 * <p>Where to start reading: {@link io.selvage.kernel.WaitNode} is the only way to wait. {@link
 * io.selvage.kernel.Region} is a node of the tree along which cancellation spreads. {@link
 * io.selvage.kernel.Gate} keeps interrupts inside the region that they are issued for. {@link
 * io.selvage.kernel.ThreadRecord} connects these to a thread. {@link io.selvage.kernel.Scheduler}
 * decides which thread runs. {@link io.selvage.kernel.Completion}, {@link
 * io.selvage.kernel.WaitQueue}, {@link io.selvage.kernel.Permits} and {@link
 * io.selvage.kernel.GroupMembers} are the building blocks of the packages above.
 *
 * <p>In all comments, foreign code means code that is not part of the library.
 *
 * <p>This package uses none of the packages above. No other package of the library parks threads,
 * reads clocks or starts threads.
 */
@NullMarked
package io.selvage.kernel;

import org.jspecify.annotations.NullMarked;
