package io.selvage.net.tls;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The few steps of the format DER that turn older forms of private keys into PKCS8. */
final class Der {
  private static final int SEQUENCE = 0x30;
  private static final int OCTETS = 0x04;
  private static final int PARAMETERS = 0xa0;
  private static final byte[] VERSION_0 = HexFormat.of().parseHex("020100");
  private static final byte[] RSA = HexFormat.of().parseHex("06092a864886f70d0101010500");
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

  private Der() {}

  /** {@return the PKCS8 form of the content of {@code RSA PRIVATE KEY}} */
  static byte[] pkcs8OfRsa(byte[] key) {
    return element(
        SEQUENCE, joined(VERSION_0, element(SEQUENCE, RSA), element(OCTETS, key)));
  }

  /** {@return the PKCS8 form of the content of {@code EC PRIVATE KEY}; null if it has no curve} */
  static byte @Nullable [] pkcs8OfEc(byte[] key) {
    try {
      ByteBuffer inside = content(ByteBuffer.wrap(key), SEQUENCE);
      while (inside != null && inside.hasRemaining()) {
        ByteBuffer curve = content(inside.duplicate(), PARAMETERS);
        if (curve != null) {
          byte[] oid = new byte[curve.remaining()];
          curve.get(oid);
          return element(
              SEQUENCE,
              joined(VERSION_0, element(SEQUENCE, joined(EC, oid)), element(OCTETS, key)));
        }
        skip(inside);
      }
      return null;
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return null;
    }
  }

  /** {@return the content of the next element; null if it has another tag} */
  private static @Nullable ByteBuffer content(ByteBuffer from, int tag) {
    if (Byte.toUnsignedInt(from.get()) != tag) {
      return null;
    }
    int length = length(from);
    return from.slice().limit(length);
  }

  private static void skip(ByteBuffer from) {
    from.get();
    int length = length(from);
    from.position(from.position() + length);
  }

  private static int length(ByteBuffer from) {
    int first = Byte.toUnsignedInt(from.get());
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = 0; i < (first & 0x7f); i++) {
      length = length << 8 | Byte.toUnsignedInt(from.get());
    }
    return length;
  }

  private static byte[] element(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.length;
    if (length < 0x80) {
      out.write(length);
    } else {
      int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
      out.write(0x80 | bytes);
      for (int i = bytes - 1; i >= 0; i--) {
        out.write(length >>> (8 * i));
      }
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
