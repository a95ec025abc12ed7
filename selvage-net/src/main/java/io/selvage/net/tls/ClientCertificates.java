package io.selvage.net.tls;

/** Whether a server asks its clients for certificates. */
public enum ClientCertificates {
  /** It does not ask. */
  NONE,
  /** It asks; a client without one is served, too. One that is not trusted is refused. */
  WANTED,
  /** It asks; a client without one is refused. */
  NEEDED
}
