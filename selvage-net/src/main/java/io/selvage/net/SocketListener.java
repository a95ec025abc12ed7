package io.selvage.net;

import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;

/**
 * Accepts connections at one address.
 *
 * <p><b>Threads.</b> Any thread may call its methods. Several threads may wait in {@link #accept};
 * each gets connections of its own, the longest-waiting thread first.
 *
 * <p><b>Interruption.</b> An accept that is cancelled has accepted nothing: the connection waits
 * for the next one.
 */
public interface SocketListener extends Closeable {

  /**
   * Waits for a connection, and returns this end of it. Errors that concern a single connection,
   * for example one that was reset before it was accepted, are left out: it waits for the next one.
   * If the system refuses for another reason, for example because there is no free descriptor, it
   * logs that once, and tries again after a while.
   *
   * @return the connection, which the caller closes
   * @throws ClosedResourceException if this listener was closed
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if the listener has failed for good; listeners of the {@linkplain
   *     Network#system() network of the system} never do
   */
  SocketStream accept() throws IOException, InterruptedException;

  /**
   * {@return the address that it listens at, with the port that was chosen; also after the close}
   */
  SocketAddress localAddress();

  /**
   * Stops listening. Wakes all waiting threads with a {@link ClosedResourceException}. Connections
   * that were not accepted are refused; those that were accepted go on. When it returns, the
   * address is free again. The file of a Unix socket stays. A second call only waits until the
   * first one has returned. Neither a cancellation nor an interrupt ends this short wait.
   *
   * @throws IOException if the system fails; it is closed anyway
   */
  @Override
  void close() throws IOException;
}
