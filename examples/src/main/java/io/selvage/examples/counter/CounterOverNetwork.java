package io.selvage.examples.counter;

import io.selvage.examples.network.Lines;
import io.selvage.examples.network.Listening;
import io.selvage.net.ByteStream;
import io.selvage.net.FrameTooLongException;
import io.selvage.net.server.ServerOptions;
import io.selvage.net.tls.TlsKeys;
import io.selvage.net.tls.TlsServer;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The counter server over TCP and Unix sockets, with TLS on request. A connection sends the
 * commands of the prompt, a line each, and gets a line for each; {@code quit} ends it.
 */
final class CounterOverNetwork {
  static final String ARGUMENTS =
      " [--listen host:port] [--listen unix:path] [--tls certificate.pem key.pem]";

  private static final int MISUSED = 2;

  private final CounterServer server = new CounterServer();
  private final Commands commands = new Commands(server);
  private final Listening listening = new Listening();
  private @Nullable TlsKeys keys;

  /** Serves until TERM or Ctrl-C. Returns the exit status. */
  static int run(String[] args, PrintStream out, PrintStream errors)
      throws InterruptedException, TimeoutException {
    CounterOverNetwork counter = new CounterOverNetwork();
    try {
      counter.read(args);
      return counter.serve(out);
    } catch (Listening.Mistyped e) {
      errors.println(e.getMessage());
      return MISUSED;
    } catch (IOException e) {
      errors.println(Listening.explain(e));
      return MISUSED;
    }
  }

  private void read(String[] args) throws Listening.Mistyped, IOException {
    int i = 0;
    while (i < args.length) {
      if (args[i].equals("--listen") && i + 1 < args.length) {
        listening.add(args[i + 1]);
        i += 2;
      } else if (args[i].equals("--tls") && i + 2 < args.length) {
        keys = TlsKeys.pem(Path.of(args[i + 1]), Path.of(args[i + 2]));
        i += 3;
      } else {
        throw new Listening.Mistyped("usage: ./selvage demo counter" + ARGUMENTS);
      }
    }
    if (listening.isEmpty()) {
      throw new Listening.Mistyped("--tls needs an address, for example --listen 127.0.0.1:7000");
    }
  }

  private int serve(PrintStream out)
      throws IOException, InterruptedException, TimeoutException, Listening.Mistyped {
    server.start();
    try {
      TlsKeys certificate = keys;
      return certificate == null
          ? listening.serve(ServerOptions.defaults(), this::converse, out)
          : listening.serve(
              ServerOptions.defaults().withWrapper(TlsServer.create(certificate)::accept),
              this::converse,
              out);
    } finally {
      var unused = server.stop("end of the server");
    }
  }

  /** One connection. */
  void converse(ByteStream stream) throws IOException, InterruptedException {
    try {
      boolean goesOn = true;
      while (goesOn) {
        String line = Lines.receive(stream);
        if (!line.isEmpty()) {
          List<String> words = List.of(line.split("\\s+"));
          Lines.send(stream, commands.execute(words));
          goesOn = !Commands.isQuit(words);
        }
      }
    } catch (EOFException e) {
      // the client has nothing more to say
    } catch (FrameTooLongException e) {
      Lines.send(stream, "error: " + e.getMessage());
    }
  }
}
