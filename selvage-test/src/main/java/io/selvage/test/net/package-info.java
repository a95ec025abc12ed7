/**
 * A network in memory, for tests of code that connects and listens: {@link
 * io.selvage.test.net.SimulatedNetwork} has hosts, links with latency and bandwidth, and the faults
 * of a network. Each {@link io.selvage.test.net.SimulatedHost} is a {@link io.selvage.net.Network},
 * which the code under test gets instead of that of the system. {@link
 * io.selvage.test.net.LinkOptions} describe a link, {@link io.selvage.test.net.NetworkStatistics}
 * count what is open and what was carried.
 *
 * <p>The tests may run in a simulation or outside of one.
 *
 * @since 0.1
 */
@NullMarked
package io.selvage.test.net;

import org.jspecify.annotations.NullMarked;
