package io.selvage.net.tls;

import io.selvage.kernel.support.Arguments;
import io.selvage.kernel.support.Durations;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLParameters;

/** What clients and servers have in common. */
record TlsSettings(
    List<TlsVersion> versions,
    List<String> applicationProtocols,
    boolean lenientEnd,
    Duration handshakeLimit) {
  static final TlsSettings DEFAULTS =
      new TlsSettings(
          List.of(TlsVersion.TLS_1_3, TlsVersion.TLS_1_2),
          List.of(),
          /* lenientEnd= */ false,
          Duration.ofSeconds(10));

  TlsSettings withVersions(TlsVersion... allowed) {
    List<TlsVersion> copy = Arguments.elements(allowed, "versions");
    if (copy.isEmpty()) {
      throw new IllegalArgumentException("versions must not be empty: name at least one");
    }
    return new TlsSettings(copy, applicationProtocols, lenientEnd, handshakeLimit);
  }

  TlsSettings withApplicationProtocols(String... names) {
    List<String> copy = Arguments.elements(names, "names");
    for (String name : copy) {
      var unused = Arguments.name(name, "a protocol");
      if (name.length() > 255) {
        throw new IllegalArgumentException(
            "a protocol must not be longer than 255 bytes, was " + name.length());
      }
    }
    return new TlsSettings(versions, copy, lenientEnd, handshakeLimit);
  }

  TlsSettings withLenientEnd() {
    return new TlsSettings(versions, applicationProtocols, true, handshakeLimit);
  }

  TlsSettings withHandshakeLimit(Duration limit) {
    if (Durations.nanos(limit, "limit") == 0) {
      throw new IllegalArgumentException("limit must be more than zero, was " + limit);
    }
    return new TlsSettings(versions, applicationProtocols, lenientEnd, limit);
  }

  void apply(SSLParameters parameters) {
    parameters.setProtocols(versions.stream().map(TlsVersion::jdkName).toArray(String[]::new));
    parameters.setApplicationProtocols(applicationProtocols.toArray(String[]::new));
  }
}
