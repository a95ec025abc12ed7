/** Channels: typed, bounded passages between threads. */
@NullMarked
package io.selvage.channel;

import org.jspecify.annotations.NullMarked;
