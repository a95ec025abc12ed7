package io.selvage.net.tls;

import io.selvage.CancelScope;
import io.selvage.net.ConnectOptions;
import io.selvage.net.ListenOptions;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketPairs;
import io.selvage.net.SocketStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.List;

/** Every host is this one. */
final class LoopbackNetwork implements Network {

  @Override
  public SocketStream connect(SocketAddress remote, ConnectOptions options)
      throws IOException, InterruptedException {
    return CancelScope.shieldUnlimited() // an interrupt would close the channel
        .call(() -> SocketPairs.over(SocketChannel.open(remote)))
        .orElseThrow();
  }

  @Override
  public SocketListener listen(SocketAddress local, ListenOptions options) {
    throw new UnsupportedOperationException("tests accept by themselves");
  }

  @Override
  public List<InetAddress> resolve(String host) {
    return List.of(InetAddress.getLoopbackAddress());
  }
}
