package io.selvage.net;

import io.selvage.Selvage;
import io.selvage.Task;
import io.selvage.TaskGroup;
import io.selvage.kernel.Log;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that runs out of descriptors while it accepts. {@link DescriptorShortageTest}. The
 * argument is how many descriptors are left.
 */
final class ShortageProgram {
  private static final int CONNECTIONS = 10;

  private static final Path NULL = Path.of("/dev/null");

  private ShortageProgram() {}

  public static void main(String[] arguments) throws Exception {
    Network network = Network.system();
    SocketListener listener =
        network.listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), ListenOptions.defaults());
    int left = Integer.parseInt(arguments[0]);
    List<SocketStream> here = new ArrayList<>();
    if (left == 0) {
      connectAll(network, listener, here);
    }
    Log.warning(SocketListener.class, "the logger reads its files now");
    Files.newInputStream(NULL).close();
    List<InputStream> taken = takeAllDescriptors();
    for (int i = 0; i < left; i++) {
      taken.removeLast().close();
    }
    TaskGroup.run(
        group -> {
          Task<Integer> accepting = group.fork("accept", () -> acceptAll(listener));
          Selvage.sleep(Duration.ofMillis(300)); // several tries fail
          System.out.println("accepted meanwhile: " + (accepting.isDone() ? "all" : "not all"));
          for (InputStream one : taken) {
            one.close();
          }
          if (left > 0) {
            connectAll(network, listener, here);
          }
          System.out.println("accepted at last: " + accepting.join());
        });
    for (SocketStream one : here) {
      one.close();
    }
    listener.close();
  }

  private static void connectAll(
      Network network, SocketListener listener, List<SocketStream> connected) throws Exception {
    for (int i = 0; i < CONNECTIONS; i++) {
      connected.add(network.connect(listener.localAddress(), ConnectOptions.defaults()));
    }
  }

  private static int acceptAll(SocketListener listener) throws Exception {
    List<SocketStream> there = new ArrayList<>();
    while (there.size() < CONNECTIONS) {
      there.add(listener.accept());
    }
    return there.size();
  }

  private static List<InputStream> takeAllDescriptors() {
    List<InputStream> taken = new ArrayList<>();
    while (true) {
      try {
        taken.add(Files.newInputStream(NULL));
      } catch (IOException e) {
        return taken;
      }
    }
  }
}
