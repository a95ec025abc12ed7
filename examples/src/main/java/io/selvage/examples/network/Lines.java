package io.selvage.examples.network;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.selvage.net.ByteStream;
import java.io.IOException;

/** Lines of text over a stream. */
public final class Lines {
  private static final byte[] END = {'\n'};
  private static final int MOST_BYTES = 1_000;

  private Lines() {}

  /**
   * Waits for a line.
   *
   * @param stream where it comes from
   * @return the line without its end
   * @throws java.io.EOFException if the stream has ended
   * @throws io.selvage.net.FrameTooLongException if it has more than 1000 bytes
   * @throws IOException if the stream fails
   * @throws InterruptedException if the thread is cancelled or interrupted
   */
  public static String receive(ByteStream stream) throws IOException, InterruptedException {
    return new String(stream.receiveUntil(END, MOST_BYTES), UTF_8).strip();
  }

  /**
   * Sends a line.
   *
   * @param stream where it goes to
   * @param line the line without its end
   * @throws IOException if the stream fails
   * @throws InterruptedException if the thread is cancelled or interrupted
   */
  public static void send(ByteStream stream, String line) throws IOException, InterruptedException {
    stream.sendAll((line + "\n").getBytes(UTF_8));
  }
}
