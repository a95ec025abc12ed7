package io.selvage.examples;

/** Starts an example by its name. */
public final class Main {

  private Main() {}

  /**
   * Runs the example named by the first argument.
   *
   * @param args the name of the example and its arguments
   */
  public static void main(String[] args) {
    System.out.println("No example yet.");
  }
}
