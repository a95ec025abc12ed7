package io.selvage.channel;

/**
 * The counters of a channel: one consistent snapshot.
 *
 * @param sent items that were accepted
 * @param received items that were handed to a receiver, one by one
 * @param drained items that were removed in bulk, by {@link Receiver#drain}
 * @param dropped items that were refused or dropped because the channel was closed
 * @param queued items that wait for a receiver: {@code sent - received - drained}
 * @param waitingReceivers receivers that wait for an item
 * @param closed whether the channel was closed, in whatever way
 */
public record ChannelStats(
    long sent,
    long received,
    long drained,
    long dropped,
    int queued,
    int waitingReceivers,
    boolean closed) {}
