package io.selvage.stress.lincheck;

/** Calls on one channel. */
public abstract sealed class OneChannel extends ChannelProgram {
  OneChannel(int capacity) {
    super(1, capacity);
  }

  /** A channel without a buffer. */
  public static final class Rendezvous extends OneChannel {
    /** Made by Lincheck. */
    public Rendezvous() {
      super(0);
    }
  }

  /** A channel with room for one item. */
  public static final class BoundedOne extends OneChannel {
    /** Made by Lincheck. */
    public BoundedOne() {
      super(1);
    }
  }

  /** A channel with room for two items. */
  public static final class BoundedTwo extends OneChannel {
    /** Made by Lincheck. */
    public BoundedTwo() {
      super(2);
    }
  }

  /** A channel with room for everything. */
  public static final class Unbounded extends OneChannel {
    /** Made by Lincheck. */
    public Unbounded() {
      super(Integer.MAX_VALUE);
    }
  }
}
