package io.selvage.examples.network;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.selvage.net.ByteStream;
import io.selvage.net.SocketStream;
import io.selvage.net.server.ServerOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/**
 * A server that sends back what it receives. Without an address it talks to itself; with {@code
 * --listen} it serves until Ctrl-C.
 */
public final class Echo {
  private Echo() {}

  /**
   * Runs the example.
   *
   * @param args nothing, or {@code --listen} and an address
   * @throws IOException if the network fails
   * @throws InterruptedException if the thread is interrupted
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    NetworkExample.main("echo", args, ServerOptions.defaults(), Echo::echo, Echo::play);
  }

  /** Sends back what comes, until the other end says that nothing more comes. */
  static void echo(ByteStream stream) throws IOException, InterruptedException {
    for (byte[] some = stream.receiveSome(); some.length > 0; some = stream.receiveSome()) {
      stream.sendAll(some);
    }
  }

  private static void play(Listening.Connector server, PrintStream out)
      throws IOException, InterruptedException {
    try (SocketStream stream = server.connect()) {
      for (String word : List.of("one", "two", "three")) {
        stream.sendAll((word + "\n").getBytes(UTF_8));
        out.println("echo: " + Lines.receive(stream));
      }
    }
  }
}
