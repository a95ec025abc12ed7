/**
 * Services: the long-running parts of a program, and their building blocks.
 *
 * <ul>
 *   <li>{@link io.selvage.service.ThreadService} and {@link io.selvage.service.LoopService} are
 *       supervised threads that are started, become ready, are stopped and end; a {@link
 *       io.selvage.service.ServiceGroup} does that for several of them.
 *   <li>A {@link io.selvage.service.CloseSignal} is the closed state of something; a {@link
 *       io.selvage.service.WorkTracker} knows whether work is in progress.
 *   <li>A {@link io.selvage.service.RequestRegistry} delivers replies to the threads that wait for
 *       them.
 *   <li>An {@link io.selvage.service.Actor} handles the messages of a {@link
 *       io.selvage.service.Mailbox}.
 * </ul>
 *
 * <p>Everything here can be used from any thread, virtual or not, task or not. Every wait can be
 * cancelled, and no wait hangs because the other side has failed, has ended or was closed.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.service;

import org.jspecify.annotations.NullMarked;
