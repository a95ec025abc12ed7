/**
 * Services: the long-running parts of a program, and what they are made of.
 *
 * <ul>
 *   <li>{@link io.selvage.service.ThreadService} and {@link io.selvage.service.LoopService} are
 *       supervised threads that are started, become ready, are stopped and end; a {@link
 *       io.selvage.service.ServiceGroup} does that for several of them.
 *   <li>A {@link io.selvage.service.CloseSignal} is the closed state of something, a {@link
 *       io.selvage.service.WorkTracker} tells busy from idle.
 *   <li>A {@link io.selvage.service.RequestRegistry} brings replies to those who wait for them.
 *   <li>An {@link io.selvage.service.Actor} handles the messages of a {@link
 *       io.selvage.service.Mailbox}.
 * </ul>
 *
 * <p>Everything here can be used from any thread, be it virtual or not, a task or not. Every wait
 * can be cancelled, and none hangs because the other side has failed, ended or been closed.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.service;

import org.jspecify.annotations.NullMarked;
