package io.selvage.net.tls;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.ClosedResourceException;
import io.selvage.Deadline;
import io.selvage.kernel.Permits;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.FieldHandle;
import io.selvage.net.AbstractByteStream;
import io.selvage.net.BrokenStreamException;
import io.selvage.net.ByteStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A stream that is encrypted with TLS, over any other stream. {@link TlsClient} and {@link
 * TlsServer} make it.
 *
 * {@snippet class="io.selvage.net.tls.TlsSnippets" region="client"}
 *
 * <p>Nothing is sent before the handshake. The first operation does the handshake, or {@link
 * #handshake()} before it. A handshake that is cancelled is continued by the next operation; its
 * time limit goes on.
 *
 * <p><b>Threads.</b> As for every {@link ByteStream}: one thread may receive while another one
 * sends. The stream below belongs to this one: no other code may receive from it or send to it.
 *
 * <p><b>Interruption.</b> A receive that is cancelled has taken nothing. A send goes out in records
 * of up to 16 KiB. When it is cancelled, the positions of its buffers are behind the bytes that
 * were put into records. Records that were not sent yet, or only a part of one, are sent by the
 * next operation that sends, and by {@link #closeOutput()}. So these bytes count as sent, and the
 * stream is cut short even if they are all.
 *
 * <p><b>The end.</b> {@link #closeOutput()} tells the other end that nothing more comes, and
 * receiving goes on. TLS 1.2 has no such half-close: the other end may end at once. {@link
 * #close()} tells it too, if that is possible without waiting, and closes the stream below. A
 * stream below that ends without such a farewell may have been cut off by an attacker: a receive
 * then throws a {@link BrokenStreamException}, unless the lenient option is on.
 *
 * <p><b>Failure.</b> A violation of the protocol, a certificate that is not trusted and the like
 * are a {@link BrokenStreamException}, with the {@link SSLException} as its cause. The other end is
 * told by an alert. In TLS 1.3 a client whose certificate is refused learns that from its first
 * receive. The renegotiation of TLS 1.2 is refused.
 */
public final class TlsStream extends AbstractByteStream {
  /*
   * Protocol.
   *
   *   state    NEW ──the first operation──▶ HANDSHAKING ──done──▶ READY
   *                                              │                  │ failure of the protocol
   *                                              └──failure, time──▶│
   *                                                                 ▼
   *            each of them ──close──▶ CLOSED                    BROKEN
   *
   *            Changed by CAS, so CLOSED stays. failure is set, by CAS, before BROKEN; agreement before READY.
   *            HANDSHAKING without a thread in handshakeTurn: the wait was cancelled. All that the handshake has taken and wrapped is in records, so the
   *            next thread goes on where the other one has stopped.
   *
   *   handshakeTurn   one permit: the thread that does the handshake. Until READY it uses both sides of records, and nobody else uses them.
   *   input side      after READY: the thread that receives, as AbstractByteStream says. Before that, available finds nothing and touches nothing.
   *   output          the output side after READY, see RecordOutput.
   *   answersLeft     how many answers the thread that receives could not send. Above MOST_ANSWERS it waits until they are sent, before it takes more.
   *
   * A thread that has handshakeTurn waits only in the transport, and a close of that wakes it.
   *
   * Check with: TlsStreamTest, TlsCancelTest, TlsNetworkCancelTest, TlsHandshakeTest.
   */
  private enum State {
    NEW,
    HANDSHAKING,
    READY,
    BROKEN,
    CLOSED
  }

  private static final int MOST_ANSWERS = 32;
  private static final int MOST_CAUSES = 5;
  private static final String HANDSHAKE = "TlsStream.handshake";

  private static final VarHandle STATE =
      FieldHandle.of(MethodHandles.lookup(), "state", State.class);
  private static final VarHandle FAILURE =
      FieldHandle.of(MethodHandles.lookup(), "failure", Throwable.class);

  private final ByteStream transport;
  private final Records records;
  private final RecordOutput output;
  private final Duration handshakeLimit;
  private final boolean lenient;
  private final String name;

  private final Permits handshakeTurn = new Permits(1);

  @SuppressWarnings("FieldCanBeFinal") // written through STATE
  private volatile State state = State.NEW;

  private volatile @Nullable Throwable failure; // written through FAILURE
  private volatile @Nullable Agreement agreement;
  private @Nullable Deadline handshakeDeadline; // guarded by handshakeTurn
  private boolean inputClosed; // the thread that receives only
  private int answersLeft; // the thread that receives only

  /** Creates it; nothing is sent. */
  TlsStream(ByteStream transport, SSLEngine engine, TlsSettings settings, String name) {
    this.transport = transport;
    this.records = new Records(engine, transport);
    this.output = new RecordOutput(this, records);
    this.handshakeLimit = settings.handshakeLimit();
    this.lenient = settings.lenientEnd();
    this.name = name;
  }

  SSLEngine engine() {
    return records.engine;
  }

  // ---- the handshake

  /**
   * Waits for the handshake. It is done once: by this, or else by the first operation. If it was
   * cancelled, it may be called again and goes on.
   *
   * @throws IllegalStateException if the handshake was done before
   * @throws ClosedResourceException if this stream was closed here
   * @throws BrokenStreamException if the handshake fails, or takes longer than the limit that the
   *     client or the server has for it
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   * @throws IOException if the stream below fails
   */
  public void handshake() throws IOException, InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin(HANDSHAKE);
    try {
      becomeReady(/* once= */ true);
    } catch (IOException e) {
      self.preferOwnCancellation();
      throwIfClosed();
      throw e;
    } catch (ClosedResourceException e) {
      self.preferOwnCancellation();
      throw e;
    }
  }

  private void throwIfClosed() {
    if (isClosed()) {
      throw closed();
    }
  }

  private void becomeReady(boolean once) throws IOException, InterruptedException {
    if (state == State.READY && !once) {
      return;
    }
    handshakeTurn.acquire(HANDSHAKE, this);
    try {
      STATE.compareAndSet(this, State.NEW, State.HANDSHAKING);
      switch (state) {
        case NEW, HANDSHAKING -> shakeHands();
        case READY -> {
          if (once) {
            throw new IllegalStateException(
                "the handshake of "
                    + this
                    + " was done before; call handshake() once, before the first operation");
          }
        }
        case BROKEN -> throw broken();
        case CLOSED -> throw closed();
      }
    } finally {
      handshakeTurn.release();
    }
  }

  private void shakeHands() throws IOException, InterruptedException {
    Deadline limit = handshakeDeadline;
    if (limit == null) {
      limit = Deadline.after(handshakeLimit);
      handshakeDeadline = limit;
    }
    if (!CancelScope.moveOnAt(limit).run(this::tryHandshake)) {
      throw breakWith(
          new SSLHandshakeException("the handshake took longer than " + handshakeLimit));
    }
  }

  private void tryHandshake() throws IOException, InterruptedException {
    try {
      records.handshake();
      agreement = Agreement.of(records.engine);
      var unused = output.answer(); // tickets for other sessions, if they go out at once
    } catch (SSLException e) {
      BrokenStreamException broken = breakWith(e);
      records.wrapAlert();
      sendAlert();
      throw broken;
    } catch (IOException e) {
      throw breakWith(e);
    } catch (ClosedResourceException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      breakWith(e);
      throw e;
    }
    if (!STATE.compareAndSet(this, State.HANDSHAKING, State.READY)) {
      throw closed();
    }
  }

  /** Best effort: the failure has been decided. */
  private void sendAlert() {
    try {
      records.send();
    } catch (InterruptedException e) {
      ThreadRecord.current().redeliver(e);
    } catch (IOException | RuntimeException e) {
      // the other end does not hear it
    }
  }

  // ---- receiving

  @Override
  protected void beforeReceive() throws IOException, InterruptedException {
    becomeReady(/* once= */ false);
  }

  @Override
  protected int tryReceive(ByteBuffer into) throws IOException {
    int count = records.takePlain(into);
    boolean ready = state != State.NEW && state != State.HANDSHAKING; // available may come before
    while (ready && into.hasRemaining()) {
      int more = unwrap(into, count == 0);
      if (more <= 0) {
        return count > 0 ? count : more;
      }
      count += more - 1;
    }
    return count;
  }

  /**
   * Unwraps one record.
   *
   * @param first whether nothing was received so far; otherwise nothing is thrown now
   * @return one more than the number of bytes; 0 if there is no record now, -1 at the end
   */
  private int unwrap(ByteBuffer into, boolean first) throws IOException {
    if (inputClosed) {
      return -1;
    }
    if (failure != null) {
      return nothing(first);
    }
    int before = into.position();
    SSLEngineResult result;
    try {
      result = records.unwrap(into, first);
    } catch (SSLException e) {
      var unused = breakWith(e);
      answer();
      return nothing(first);
    } catch (RuntimeException | Error e) {
      var unused = breakWith(e);
      throw e;
    }
    switch (result.getStatus()) {
      case BUFFER_UNDERFLOW -> {
        return records.hasEnded() && first ? end() : 0;
      }
      case CLOSED -> {
        inputClosed = true;
        answer();
        return -1;
      }
      case BUFFER_OVERFLOW -> {
        return 0;
      }
      case OK -> follow(result.getHandshakeStatus());
    }
    return into.position() - before + 1;
  }

  /** Does what a record asks for. */
  private void follow(HandshakeStatus status) {
    if (status == HandshakeStatus.NOT_HANDSHAKING || status == HandshakeStatus.FINISHED) {
      return;
    }
    boolean ofTheEnd = status == HandshakeStatus.NEED_WRAP && output.isEnding();
    if (version() == TlsVersion.TLS_1_2 && !ofTheEnd) {
      var unused = breakWith(new SSLHandshakeException("the other end wants to renegotiate"));
      return;
    }
    records.runTasks();
    answer();
  }

  /** Sends what the engine has to say, if it goes out at once. */
  private void answer() {
    answersLeft = output.answer() ? 0 : answersLeft + 1;
  }

  /** Returns that there is nothing now, or throws the failure if nothing was received before. */
  private int nothing(boolean first) throws IOException {
    if (first) {
      throwIfBroken();
    }
    return 0;
  }

  /** The transport has ended. */
  private int end() throws IOException {
    if (lenient && !records.isCut()) {
      return -1;
    }
    throw new BrokenStreamException(
        this + " has ended without close_notify: what was received may not be all", null);
  }

  @Override
  protected void awaitReceivable() throws IOException, InterruptedException {
    if (failure != null) {
      return;
    }
    if (output.hasLeftover()) {
      var unused = output.answer();
    }
    if (answersLeft > MOST_ANSWERS) {
      output.awaitAnswers();
      answersLeft = 0;
    }
    records.fetch();
  }

  // ---- sending

  @Override
  protected void beforeSend() throws IOException, InterruptedException {
    becomeReady(/* once= */ false);
    output.sendLeftover();
  }

  @Override
  protected void sendNext(ByteBuffer[] from, int first) throws IOException, InterruptedException {
    output.send(from, first);
  }

  /** Sends bytes to the stream below, as many as go out at once. */
  int sendBelowAtOnce(ByteBuffer from) throws IOException {
    return sendAtOnce(transport, from);
  }

  // ---- the end

  @Override
  protected void endOutput() throws IOException, InterruptedException {
    output.beginEnd();
    becomeReady(/* once= */ false);
    output.end();
  }

  @Override
  protected void release() throws IOException {
    State before = (State) STATE.getAndSet(this, State.CLOSED);
    try {
      if (before == State.READY) {
        output.sayGoodbye();
      }
    } finally {
      transport.close();
    }
  }

  /** The stream works no more. Returns what the operation throws. */
  BrokenStreamException breakWith(Throwable why) {
    FAILURE.compareAndSet(this, null, why);
    if (!STATE.compareAndSet(this, State.HANDSHAKING, State.BROKEN)) {
      STATE.compareAndSet(this, State.READY, State.BROKEN);
    }
    return broken();
  }

  void throwIfBroken() throws BrokenStreamException {
    if (failure != null) {
      throw broken();
    }
  }

  private BrokenStreamException broken() {
    Throwable why = failure;
    if (why instanceof BrokenStreamException ofTransport) {
      why = ofTransport.getCause() == null ? ofTransport : ofTransport.getCause();
    }
    return new BrokenStreamException(this + " has failed" + reasons(why), why);
  }

  /** {@return the texts of the exception and of its causes; the JDK hides alerts in there} */
  private static String reasons(@Nullable Throwable why) {
    StringBuilder all = new StringBuilder();
    int depth = 0;
    for (Throwable cause = why; cause != null && depth < MOST_CAUSES; cause = cause.getCause()) {
      String text = String.valueOf(cause.getMessage());
      if (all.indexOf(text) < 0) {
        all.append(": ").append(text);
      }
      depth++;
    }
    return all.toString();
  }

  private ClosedResourceException closed() {
    return new ClosedResourceException(this + " was closed");
  }

  // ---- what was agreed on

  private Agreement agreement() {
    Agreement agreed = agreement;
    if (agreed == null) {
      throw new IllegalStateException(
          this + " has had no handshake; call handshake() or another operation before");
    }
    return agreed;
  }

  /**
   * {@return the session of the JDK: cipher suite, creation time and the like}
   *
   * @throws IllegalStateException if there was no handshake
   */
  public SSLSession session() {
    return agreement().session();
  }

  /**
   * {@return the version of the protocol}
   *
   * @throws IllegalStateException if there was no handshake
   */
  public TlsVersion version() {
    return agreement().version();
  }

  /**
   * {@return the protocol above this one that both ends have agreed on (ALPN); empty if none}
   *
   * @throws IllegalStateException if there was no handshake
   */
  public Optional<String> applicationProtocol() {
    return agreement().applicationProtocol();
  }

  /**
   * {@return the certificates that the other end has shown, its own one first; empty if none}
   *
   * @throws IllegalStateException if there was no handshake
   */
  public List<X509Certificate> peerCertificates() {
    return agreement().peerCertificates();
  }

  /**
   * {@return the name of the server that the client has asked for (SNI); empty if none}
   *
   * @throws IllegalStateException if there was no handshake
   */
  public Optional<String> serverName() {
    return agreement().serverName();
  }

  /**
   * {@return the stream below, for its addresses and options} Its bytes belong to this stream: do
   * not receive from it, send to it or close it.
   */
  public ByteStream transport() {
    return transport;
  }

  @Override
  public String toString() {
    return name + "[" + transport + "]";
  }
}
