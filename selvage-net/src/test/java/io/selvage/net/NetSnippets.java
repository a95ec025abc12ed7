package io.selvage.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.time.Duration.ofSeconds;

import io.selvage.CancelScope;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeoutException;

/** The examples in the Javadoc of this package. {@link NetSnippetsTest} runs them. */
final class NetSnippets {
  private NetSnippets() {}

  static String ask(ByteStream stream) throws IOException, InterruptedException, TimeoutException {
    // @start region="stream"
    stream.sendAll("name?\n".getBytes(US_ASCII));
    byte[] reply =
        CancelScope.failAfter(ofSeconds(2)) // the connection is whole also if this is too late
            .call(() -> stream.receiveUntil(new byte[] {'\n'}, 1_000));
    // @end
    return new String(reply, US_ASCII);
  }

  // @start region="ownStream"
  /** What is sent comes back. */
  static final class Echo extends AbstractByteStream {
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private int taken;

    @Override
    protected int tryReceive(ByteBuffer into) {
      byte[] all = sent.toByteArray();
      int count = Math.min(into.remaining(), all.length - taken);
      into.put(all, taken, count);
      taken += count;
      return count == 0 ? -1 : count; // what is not there now never comes
    }

    @Override
    protected void awaitReceivable() {}

    @Override
    protected void sendNext(ByteBuffer[] from, int first) {
      while (from[first].hasRemaining()) {
        sent.write(from[first].get());
      }
    }

    @Override
    protected void endOutput() {}

    @Override
    protected void release() {}
  }
  // @end
}
