/**
 * Channels: streams of items from any number of senders to any number of receivers.
 *
 * <p>{@link io.selvage.channel.Channel} makes them; {@link io.selvage.channel.Sender} and {@link
 * io.selvage.channel.Receiver} are its two ends, to be handed to those who need no more.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.channel;

import org.jspecify.annotations.NullMarked;
