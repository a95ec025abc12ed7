/**
 * Readiness of the JDK's channels: threads wait here until a channel can be read or written. It is
 * not exported.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.net.poll;

import org.jspecify.annotations.NullMarked;
