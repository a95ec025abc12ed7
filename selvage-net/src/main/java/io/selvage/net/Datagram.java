package io.selvage.net;

import java.net.InetSocketAddress;
import java.util.Objects;

/** A message of a {@link UdpSocket}: bytes, and the address that they come from or go to. */
public final class Datagram {
  private final byte[] bytes;
  private final InetSocketAddress remote;

  /**
   * Creates a datagram.
   *
   * @param bytes its content, which is not copied; may be empty
   * @param remote where it comes from or goes to
   */
  public Datagram(byte[] bytes, InetSocketAddress remote) {
    this.bytes = Objects.requireNonNull(bytes, "bytes");
    this.remote = Objects.requireNonNull(remote, "remote");
  }

  /** {@return its content, which is not copied} */
  public byte[] bytes() {
    return bytes;
  }

  /** {@return where it comes from or goes to} */
  public InetSocketAddress remote() {
    return remote;
  }

  @Override
  public String toString() {
    return "Datagram[" + bytes.length + " bytes, " + remote + "]";
  }
}
