package io.selvage.net.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The blocks of a PEM file, with their lines for the texts of errors. */
final class PemFile {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";
  private static final List<String> KEYS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

  /**
   * One block.
   *
   * @param line of its beginning, from 1
   */
  private record Block(String type, int line, byte[] content) {}

  private final Path file;
  private final List<Block> blocks = new ArrayList<>();

  private PemFile(Path file) {
    this.file = file;
  }

  static PemFile read(Path file) throws IOException {
    PemFile pem = new PemFile(Objects.requireNonNull(file, "file"));
    pem.parse(Files.readAllLines(file, ISO_8859_1));
    return pem;
  }

  private void parse(List<String> lines) throws IOException {
    @Nullable String type = null;
    int begin = 0;
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.startsWith(BEGIN)) {
        if (type != null) {
          throw wrong(begin, "the block " + type + " does not end before line " + (i + 1));
        }
        type = label(line, BEGIN, i + 1);
        begin = i + 1;
        text.setLength(0);
      } else if (line.startsWith(END)) {
        String ended = label(line, END, i + 1);
        if (type == null || !ended.equals(type)) {
          throw wrong(
              i + 1,
              "END " + ended + " without its BEGIN" + (type == null ? "" : ", within " + type));
        }
        blocks.add(new Block(type, begin, decoded(text, type, begin)));
        type = null;
      } else if (type != null) {
        if (line.startsWith("Proc-Type:") && line.contains("ENCRYPTED")) {
          throw encrypted(begin);
        }
        text.append(line);
      }
    }
    if (type != null) {
      throw wrong(begin, "the block " + type + " has no end; is the file complete?");
    }
  }

  private String label(String line, String start, int number) throws IOException {
    if (!line.endsWith(DASHES) || line.length() < start.length() + DASHES.length()) {
      throw wrong(number, "a line that begins with '" + start + "' must end with '" + DASHES + "'");
    }
    return line.substring(start.length(), line.length() - DASHES.length());
  }

  private byte[] decoded(StringBuilder text, String type, int line) throws IOException {
    try {
      return Base64.getDecoder().decode(text.toString());
    } catch (IllegalArgumentException e) {
      throw because(line, "the block " + type + " is not Base64: " + e.getMessage(), e);
    }
  }

  /** {@return all certificates, in their order, at least one} */
  List<X509Certificate> certificates() throws IOException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Block block : blocks) {
      if (block.type.equals("CERTIFICATE") || block.type.equals("X509 CERTIFICATE")) {
        certificates.add(certificate(block));
      }
    }
    if (certificates.isEmpty()) {
      throw new IOException(
          file + " has no certificate: a block 'BEGIN CERTIFICATE' is needed" + found());
    }
    return certificates;
  }

  private X509Certificate certificate(Block block) throws IOException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(block.content));
    } catch (CertificateException e) {
      throw because(block.line, "this is no certificate: " + e.getMessage(), e);
    }
  }

  /** {@return the only private key} */
  PrivateKey privateKey() throws IOException {
    @Nullable Block only = null;
    for (Block block : blocks) {
      if (block.type.endsWith("PRIVATE KEY")) {
        if (only != null) {
          throw wrong(block.line, "a second private key, after that of line " + only.line);
        }
        only = block;
      }
    }
    if (only == null) {
      throw new IOException(
          file + " has no private key: a block 'BEGIN PRIVATE KEY' (PKCS8) is needed" + found());
    }
    return privateKey(only);
  }

  private PrivateKey privateKey(Block block) throws IOException {
    return switch (block.type) {
      case "PRIVATE KEY" -> pkcs8(block, block.content);
      case "RSA PRIVATE KEY" -> pkcs8(block, Der.pkcs8OfRsa(block.content));
      case "EC PRIVATE KEY" -> pkcs8(block, Der.pkcs8OfEc(block.content));
      case "ENCRYPTED PRIVATE KEY" -> throw encrypted(block.line);
      default ->
          throw wrong(
              block.line,
              "a private key of the form '"
                  + block.type
                  + "' is not supported; convert it: openssl pkcs8 -topk8 -nocrypt -in old.pem -out"
                  + " new.pem");
    };
  }

  private PrivateKey pkcs8(Block block, byte @Nullable [] content) throws IOException {
    @Nullable Exception first = null;
    if (content != null) {
      for (String algorithm : KEYS) {
        try {
          return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(content));
        } catch (GeneralSecurityException e) {
          first = first == null ? e : first;
        }
      }
    }
    throw because(
        block.line,
        "this is no private key of a kind that the JDK knows (RSA, EC with a NIST curve, Ed25519,"
            + " Ed448)",
        first);
  }

  private IOException encrypted(int line) {
    return wrong(
        line,
        "the private key is encrypted, which is not supported; decrypt it: openssl pkcs8 -topk8"
            + " -nocrypt -in old.pem -out new.pem, or use PKCS12");
  }

  private String found() {
    return blocks.isEmpty()
        ? "; it has no PEM block at all"
        : "; it has " + blocks.stream().map(Block::type).toList();
  }

  private IOException wrong(int line, String what) {
    return because(line, what, null);
  }

  private IOException because(int line, String what, @Nullable Throwable cause) {
    return new IOException(file + ", line " + line + ": " + what, cause);
  }
}
