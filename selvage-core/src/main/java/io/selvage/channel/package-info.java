/**
 * Channels: streams of items from any number of senders to any number of receivers.
 *
 * <p>{@link io.selvage.channel.Channel} creates them. {@link io.selvage.channel.Sender} and {@link
 * io.selvage.channel.Receiver} are its two ends; pass only one of them to code that only sends or
 * only receives.
 *
 * <p>An item of a channel goes to one receiver. {@link io.selvage.channel.Broadcast} gives each
 * item to all its subscribers, and {@link io.selvage.channel.Latest} keeps one value that changes.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.channel;

import org.jspecify.annotations.NullMarked;
