package io.selvage.test.net;

/**
 * What a {@link SimulatedNetwork} has at one moment, and what it has carried.
 *
 * @param connections how many connections have an end that is open; one that waits to be accepted
 *     is among them. 0 after a test that closes all it has opened
 * @param listeners how many listeners are open
 * @param connected how many connections there have been
 * @param bytesSent how many bytes were sent
 * @param bytesReceived how many bytes were taken out of connections
 */
public record NetworkStatistics(
    int connections, int listeners, long connected, long bytesSent, long bytesReceived) {}
