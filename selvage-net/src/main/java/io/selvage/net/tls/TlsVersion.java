package io.selvage.net.tls;

/** A version of the protocol. Older ones are not spoken. */
public enum TlsVersion {
  /** TLS 1.2. */
  TLS_1_2("TLSv1.2"),
  /** TLS 1.3. */
  TLS_1_3("TLSv1.3");

  private final String name;

  TlsVersion(String name) {
    this.name = name;
  }

  /** {@return the name that the JDK has for it} */
  String jdkName() {
    return name;
  }

  static TlsVersion of(String jdkName) {
    for (TlsVersion version : values()) {
      if (version.name.equals(jdkName)) {
        return version;
      }
    }
    throw new IllegalStateException("unknown version of TLS: " + jdkName);
  }
}
