package io.selvage.test.net;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.Objects;

/** What there is to know of addresses. */
final class Addresses {
  static final InetAddress LOOPBACK_4 = InetAddress.ofLiteral("127.0.0.1");
  static final InetAddress LOOPBACK_6 = InetAddress.ofLiteral("::1");
  private static final int BYTE = 256;

  private Addresses() {}

  /** Refuses what cannot be connected to or listened at. */
  static void check(SocketAddress address, String argument) {
    switch (Objects.requireNonNull(address, argument)) {
      case InetSocketAddress internet when internet.isUnresolved() ->
          throw new IllegalArgumentException(
              argument
                  + " must be resolved, was "
                  + internet
                  + "; the addresses of a host are those that resolve returns");
      case InetSocketAddress internet -> {}
      case UnixDomainSocketAddress unix when unix.getPath().toString().isEmpty() ->
          throw new IllegalArgumentException(argument + " must not have an empty path");
      case UnixDomainSocketAddress unix -> {}
      default ->
          throw new IllegalArgumentException(
              argument
                  + " must be an InetSocketAddress or a UnixDomainSocketAddress, was "
                  + address);
    }
  }

  /** {@return the same address with the name of its host} */
  static InetAddress named(String name, InetAddress address) {
    try {
      return InetAddress.getByAddress(name, address.getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("no address: " + address, e); // it comes from one
    }
  }

  /** {@return the address that a host without one gets} */
  static InetAddress numbered(String name, int number) {
    byte[] bytes = {10, (byte) (number / BYTE / BYTE), (byte) (number / BYTE), (byte) number};
    try {
      return InetAddress.getByAddress(name, bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("no address: " + number, e); // it has four bytes
    }
  }

  static boolean sameFamily(InetAddress one, InetAddress other) {
    return one instanceof Inet4Address == other instanceof Inet4Address;
  }

  /** {@return whether a listener at one of them and a listener at the other cannot both be} */
  static boolean overlap(InetSocketAddress one, InetSocketAddress other) {
    return one.getPort() == other.getPort()
        && (one.getAddress().isAnyLocalAddress()
            || other.getAddress().isAnyLocalAddress()
            || one.getAddress().equals(other.getAddress()));
  }
}
