package io.selvage.channel;

/**
 * The counters of a channel: one consistent snapshot.
 *
 * @param sent items that were accepted
 * @param received items that were handed to a receiver, one by one
 * @param drained items that were removed in bulk, by {@link Receiver#drain}
 * @param dropped items that were dropped by a full channel, and items that were dropped or refused
 *     because the channel was closed
 * @param queued items in the buffer
 * @param capacity the size of the buffer: 0 for a rendezvous, {@link Integer#MAX_VALUE} for an
 *     unbounded channel
 * @param waitingReceivers receivers that wait for an item, also in a select
 * @param waitingSenders senders that wait for room, also in a select; their items are not sent
 * @param closed whether the channel was closed, in whatever way
 */
public record ChannelStats(
    long sent,
    long received,
    long drained,
    long dropped,
    int queued,
    int capacity,
    int waitingReceivers,
    int waitingSenders,
    boolean closed) {}
