package io.selvage.examples.network;

import io.selvage.net.ByteStream;
import io.selvage.net.server.ConnectionHandler;
import io.selvage.net.server.ServerOptions;
import java.io.IOException;
import java.io.PrintStream;

/** The frame of an example with a server: it plays by itself, or listens where it is told. */
final class NetworkExample {
  private static final int MISUSED = 2;

  private NetworkExample() {}

  /** What the example does without an address. */
  interface Play {
    void run(Listening.Connector server, PrintStream out) throws IOException, InterruptedException;
  }

  static <S extends ByteStream> void main(
      String name,
      String[] args,
      ServerOptions<S> options,
      ConnectionHandler<? super S> handler,
      Play play)
      throws IOException, InterruptedException {
    PrintStream out = System.out;
    if (args.length == 0) {
      Listening.whileServing(options, handler, server -> play.run(server, out));
      return;
    }
    System.exit(listen(name, args, options, handler, out));
  }

  private static <S extends ByteStream> int listen(
      String name,
      String[] args,
      ServerOptions<S> options,
      ConnectionHandler<? super S> handler,
      PrintStream out)
      throws InterruptedException {
    try {
      return addresses(name, args).serve(options, handler, out);
    } catch (Listening.Mistyped e) {
      System.err.println(e.getMessage());
      return MISUSED;
    } catch (IOException e) {
      System.err.println(Listening.explain(e));
      return MISUSED;
    }
  }

  private static Listening addresses(String name, String[] args) throws Listening.Mistyped {
    Listening listening = new Listening();
    for (int i = 0; i < args.length; i += 2) {
      if (!args[i].equals("--listen") || i + 1 == args.length) {
        throw new Listening.Mistyped(
            "usage: ./selvage demo " + name + " [--listen host:port] [--listen unix:path]");
      }
      listening.add(args[i + 1]);
    }
    return listening;
  }
}
