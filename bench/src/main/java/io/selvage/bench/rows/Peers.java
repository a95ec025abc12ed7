package io.selvage.bench.rows;

/** The names of the libraries in the tables. */
final class Peers {
  static final String SELVAGE = "Selvage";
  static final String RAW = "virtual threads";
  static final String KOTLIN = "Kotlin";
  static final String JOX = "Jox";
  static final String SCOPE = "StructuredTaskScope";
  static final String EXECUTOR = "JDK executor";
  static final String PEKKO = "Pekko";
  static final String ASYNCIO = "asyncio";

  private Peers() {}
}
