/** Servers: an echo, a chat, and what they have in common. */
@NullMarked
package io.selvage.examples.network;

import org.jspecify.annotations.NullMarked;
