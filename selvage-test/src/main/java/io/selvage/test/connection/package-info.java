/**
 * Connections in memory, with hooks, for tests of code that speaks a protocol: {@link
 * io.selvage.test.connection.MemoryStreams} carry bytes, {@link
 * io.selvage.test.connection.MemoryChannels} carry items. {@link
 * io.selvage.test.connection.StreamChecks} checks any other implementation of a stream.
 *
 * <p>The tests may run in a simulation or outside of one.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.test.connection;

import org.jspecify.annotations.NullMarked;
