package io.selvage.stress.lincheck;

import io.selvage.select.Select;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/** Selects, and calls on each of two channels. */
public abstract sealed class TwoChannels extends ChannelProgram {
  TwoChannels(int capacity) {
    super(2, capacity);
  }

  /** Channels without a buffer. */
  public static final class Rendezvous extends TwoChannels {
    /** Made by Lincheck. */
    public Rendezvous() {
      super(0);
    }
  }

  /** Channels with room for one item. */
  public static final class BoundedOne extends TwoChannels {
    /** Made by Lincheck. */
    public BoundedOne() {
      super(1);
    }
  }

  /** Receives from one of the channels. */
  @Operation
  public String receiveFromAny(
      @Param(name = "hurried") boolean hurried, @Param(name = "thread") int thread) {
    return perform(
        hurried,
        thread,
        () ->
            Select.first(
                channel(0).onReceive().call(ChannelsModel::received),
                channel(1).onReceive().call(ChannelsModel::received)));
  }

  /** Sends to one of the channels. */
  @Operation
  public String sendToAny(
      @Param(name = "item") int item,
      @Param(name = "hurried") boolean hurried,
      @Param(name = "thread") int thread) {
    return perform(
        hurried,
        thread,
        () ->
            Select.first(
                channel(0).onSend(item).call(() -> ChannelsModel.SENT),
                channel(1).onSend(item).call(() -> ChannelsModel.SENT)));
  }

  /** Sends to the first channel or receives from the second one. */
  @Operation
  public String sendOrReceive(
      @Param(name = "item") int item,
      @Param(name = "hurried") boolean hurried,
      @Param(name = "thread") int thread) {
    return perform(
        hurried,
        thread,
        () ->
            Select.first(
                channel(0).onSend(item).call(() -> ChannelsModel.SENT),
                channel(1).onReceive().call(ChannelsModel::received)));
  }

  /** Receives from the first channel or sends to the second one. */
  @Operation
  public String receiveOrSend(
      @Param(name = "item") int item,
      @Param(name = "hurried") boolean hurried,
      @Param(name = "thread") int thread) {
    return perform(
        hurried,
        thread,
        () ->
            Select.first(
                channel(0).onReceive().call(ChannelsModel::received),
                channel(1).onSend(item).call(() -> ChannelsModel.SENT)));
  }
}
