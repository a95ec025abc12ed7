package io.selvage.examples.network;

import io.selvage.TaskGroup;
import io.selvage.channel.Broadcast;
import io.selvage.channel.Lag;
import io.selvage.channel.Subscription;
import io.selvage.net.ByteStream;
import io.selvage.net.SocketStream;
import io.selvage.net.server.ServerOptions;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;

/**
 * A chat. The first line of a visitor is the name; each further line goes to all visitors. A
 * visitor who reads too slowly misses lines, and delays no other one.
 *
 * <p>Without an address two visitors talk; with {@code --listen} it serves until Ctrl-C.
 */
public final class Chat {
  private static final int MOST_WAITING = 100;

  private final Broadcast<String> lines = Broadcast.bounded(MOST_WAITING, Lag.DROP_OLDEST);

  Chat() {}

  /**
   * Runs the example.
   *
   * @param args nothing, or {@code --listen} and an address
   * @throws IOException if the network fails
   * @throws InterruptedException if the thread is interrupted
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Chat chat = new Chat();
    NetworkExample.main("chat", args, ServerOptions.defaults(), chat::visit, Chat::play);
  }

  /** One visitor: what others say goes out in a task of its own. */
  void visit(ByteStream stream) throws IOException, InterruptedException {
    try (Subscription<String> heard = lines.subscribe()) {
      Lines.send(stream, "your name?");
      String name = Lines.receive(stream);
      TaskGroup.run(
          group -> {
            group.launch(
                "lines for " + name, () -> heard.forEach(line -> Lines.send(stream, line)));
            lines.send(name + " has come");
            talk(stream, name);
            group.cancel(name + " has left");
          });
    }
  }

  private void talk(ByteStream stream, String name) throws IOException, InterruptedException {
    try {
      while (true) {
        lines.send(name + ": " + Lines.receive(stream));
      }
    } catch (EOFException e) {
      lines.send(name + " has left");
    }
  }

  private static void play(Listening.Connector server, PrintStream out)
      throws IOException, InterruptedException {
    try (SocketStream ann = server.connect();
        SocketStream bob = server.connect()) {
      enter(ann, "ann");
      out.println("ann reads: " + Lines.receive(ann));
      enter(bob, "bob");
      out.println("ann reads: " + Lines.receive(ann));
      Lines.send(bob, "hello");
      out.println("ann reads: " + Lines.receive(ann));
      bob.closeOutput();
      out.println("ann reads: " + Lines.receive(ann));
    }
  }

  private static void enter(SocketStream stream, String name)
      throws IOException, InterruptedException {
    var unused = Lines.receive(stream);
    Lines.send(stream, name);
  }
}
