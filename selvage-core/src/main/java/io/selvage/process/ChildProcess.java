package io.selvage.process;

import io.selvage.BrokenResourceException;
import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.channel.Receiver;
import io.selvage.channel.Sender;
import io.selvage.kernel.Completion;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Log;
import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.select.CompletionChoice;
import io.selvage.select.Selectable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A child process that was started: its input, its outputs and its end.
 *
 * {@snippet class="io.selvage.process.ProcessSnippets" region="start"}
 *
 * <p>{@link #close} ends the process if it still runs, so try-with-resources leaves none behind. A
 * process that is not closed may outlive the task that has started it, and even this program.
 *
 * <p><b>Threads.</b> Any thread may call any method, also several at the same time. All threads
 * that wait for the end get the same exit status.
 *
 * <p><b>Input and outputs</b> are ends of channels: they can be waited for in a {@link
 * io.selvage.select.Select}, and a cancelled wait loses nothing. Which of them there are is decided
 * by the {@link ProcessSpec}. If no thread receives an output of lines or chunks, the process waits
 * as soon as about 64 of them are there. Close the receiver to have the rest read and dropped.
 *
 * <p><b>Cancellation</b> of a wait leaves the process as it is. The block of try-with-resources
 * then ends it.
 *
 * <p><b>The end.</b> {@code close} asks the process and its descendants to terminate, and kills
 * those that still run after the {@linkplain ProcessSpec#grace grace period}. The descendants are
 * those that the operating system shows below the process at these two moments. One whose parent
 * has ended before is no longer among them: it runs on, as a daemon does. So does one that its
 * parent starts just before the parent receives the signal. It may keep an output open that it has
 * inherited. After the exit only what is already there is read. A read that was waiting then is
 * given up after about a second, and the output ends. If this was too early, the rest is lost: a
 * thread of the library stays in the read until it returns, as Java cannot interrupt it, and then
 * closes the pipe. A later write of the descendant meets a closed pipe, which ends most programs
 * (SIGPIPE).
 */
public final class ChildProcess implements AutoCloseable {
  /*
   * Protocol. Each child has a thread, its attendant, which waits for the exit, and then for the pipes.
   *
   *   The first closing thread ends the process and its descendants. Other closing threads wait for settled. If the first one fails, for example because
   *   the stack or the heap is exhausted, the attendant kills the process and the descendants that are known. See Attendant.
   *
   * Process.destroy is not used on a process with pipes: it closes them at once, and what the process writes at its end is lost. Its handle only sends the
   * signal.
   *
   * Check with: ChildProcessTest, ProcessEndTest.
   */
  private final ProcessSpec spec;
  private final Process process;
  private final @Nullable InputPipe input;
  private final @Nullable OutputPipe output;
  private final @Nullable OutputPipe error;
  private final List<Pipe> pipes;
  private final Attendant attendant;
  private final Completion<Boolean> exit;
  private final Family family;
  private final Runnable waiting = this::awaitSettled;

  private ChildProcess(ProcessSpec spec, Process process) {
    ProcessSpec.Streams streams = spec.streams();
    this.spec = spec;
    this.process = process;
    this.input = InputPipe.of(streams.input(), process.getOutputStream(), streams.charset());
    this.output = OutputPipe.of(streams.output(), process.getInputStream(), streams);
    this.error = OutputPipe.of(streams.error(), process.getErrorStream(), streams);
    this.pipes = Stream.<@Nullable Pipe>of(input, output, error).filter(Objects::nonNull).toList();
    this.family = new Family(this, process.toHandle());
    this.attendant = new Attendant(process, pipes, family::kill);
    this.exit = attendant.exit;
  }

  static ChildProcess start(ProcessSpec spec) throws InterruptedException {
    ThreadRecord.current().begin("ProcessSpec.start");
    return attended(spec, Launch.start(spec));
  }

  /** {@return a process that runs already; it is killed if this fails} */
  static ChildProcess attended(ProcessSpec spec, Process process) {
    @Nullable ChildProcess child = null;
    try {
      child = new ChildProcess(spec, process);
      child.startThreads();
      return child;
    } catch (Throwable thrown) {
      process.toHandle().destroyForcibly();
      if (child != null) {
        child.pipes.forEach(
            Pipe::abandon); // the attendant waits for no thread that was not started
      }
      throw thrown;
    }
  }

  private void startThreads() {
    String name = "process " + process.pid();
    attendant.start(name);
    if (input != null) {
      input.start(name + " input");
    } else if (spec.streams().input().kind() == Input.Kind.NONE) {
      closeInput();
    }
    if (output != null) {
      output.start(name + " output");
    }
    if (error != null) {
      error.start(name + " error");
    }
  }

  private void closeInput() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // the process has ended already
    }
  }

  // ---- state

  /** {@return the program and its arguments} */
  public List<String> command() {
    return spec.place().command();
  }

  /** {@return the number that the operating system has given to the process} */
  public long pid() {
    return process.pid();
  }

  /** {@return whether the process has not exited yet} */
  public boolean isAlive() {
    return !exit.isDone();
  }

  /**
   * {@return the exit status, or empty while the process runs} For a process that a signal has
   * ended see {@link ProcessResult#signal}.
   */
  public OptionalInt exitStatus() {
    return exit.isDone() ? OptionalInt.of(attendant.status()) : OptionalInt.empty();
  }

  // ---- waiting

  /**
   * Waits for the end of the process and of its captured outputs.
   *
   * @return the exit status and what was captured; the same result for all callers
   * @throws ProcessFailedException if the exit status is not 0, unless that is not to be
   *     {@linkplain ProcessSpec#check checked}
   * @throws BrokenResourceException if a captured output cannot be read or does not fit into the
   *     memory; the failure is the cause
   * @throws CancelledException if the calling thread is cancelled, also on entry; the process runs
   *     on
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public ProcessResult await() throws InterruptedException {
    var unused = exit.await("ChildProcess.await", this, WaitNode.NEVER);
    ProcessResult result =
        new ProcessResult(
            command(), attendant.status(), captured(output, "output"), captured(error, "error"));
    return spec.isChecked() ? result.orThrow() : result;
  }

  private String captured(@Nullable OutputPipe pipe, String what) throws InterruptedException {
    if (!(pipe instanceof OutputPipe.Captured captured)) {
      return "";
    }
    var unused = pipe.ended().await("ChildProcess.await", this, WaitNode.NEVER);
    Throwable failure = pipe.failure();
    if (failure == null) {
      try {
        return captured.text(spec.streams().charset());
      } catch (OutOfMemoryError e) {
        failure = e; // the bytes fit, and the text does not
      }
    }
    throw new BrokenResourceException("the " + what + " of " + this + " is incomplete", failure);
  }

  /**
   * Waits for the end of the process alone. Its outputs may not be read to their ends yet.
   *
   * @return the exit status
   * @throws CancelledException if the calling thread is cancelled, also on entry; the process runs
   *     on
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public int awaitExit() throws InterruptedException {
    var unused = exit.await("ChildProcess.awaitExit", this, WaitNode.NEVER);
    return attendant.status();
  }

  /**
   * Waits for the end of the process alone, at most for a time.
   *
   * @param timeout zero or more
   * @return whether the process has ended
   * @throws IllegalArgumentException if the timeout is negative or longer than 100 years
   * @throws CancelledException if the calling thread is cancelled, also on entry; the process runs
   *     on
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public boolean awaitExit(Duration timeout) throws InterruptedException {
    long deadline = WaitNode.deadlineAfter(timeout);
    return exit.await("ChildProcess.awaitExit", this, deadline) != null;
  }

  /**
   * {@return the end of the process as a clause of a {@link io.selvage.select.Select}; its value is
   * the exit status}
   */
  public Selectable<Integer> onExit() {
    return new ExitChoice();
  }

  private final class ExitChoice extends CompletionChoice implements Selectable<Integer> {
    ExitChoice() {
      super(exit);
    }

    @Override
    public Object result() {
      return attendant.status();
    }

    @Override
    public String toString() {
      return "exit of " + ChildProcess.this;
    }
  }

  // ---- input and outputs

  /**
   * {@return the input, for lines; each item is written with a line feed}
   *
   * <p>A send returns when the line was accepted, which is before the process reads it. Close the
   * sender to end the input. When the process has ended or closed its input, sends throw a {@link
   * io.selvage.ClosedResourceException}, and lines that were accepted before may be lost.
   *
   * @throws IllegalStateException if the input is not {@link Input#lines()}
   */
  @SuppressWarnings("unchecked") // the kind of the input says so
  public Sender<String> inputLines() {
    return (Sender<String>) sent(Input.Kind.LINES);
  }

  /**
   * {@return the input, for bytes; otherwise as {@link #inputLines}} An array must not be changed
   * after it was sent.
   *
   * @throws IllegalStateException if the input is not {@link Input#chunks()}
   */
  @SuppressWarnings("unchecked") // the kind of the input says so
  public Sender<byte[]> inputChunks() {
    return (Sender<byte[]>) sent(Input.Kind.CHUNKS);
  }

  private Sender<?> sent(Input.Kind kind) {
    Input known = spec.streams().input();
    if (known.kind() == kind && input instanceof InputPipe.Sent<?> sent) {
      return sent.channel;
    }
    throw wrongKind("input", known, kind);
  }

  /**
   * {@return the lines of the standard output, without their ends} They end when the process has
   * closed its output or has ended.
   *
   * <p>A line ends with {@code \n}, {@code \r\n} or {@code \r}; the last line may have no end. If a
   * line is longer than the {@linkplain ProcessSpec#lineLimit limit}, the receiver gets a {@link
   * BrokenResourceException} in place of it, and the output is closed.
   *
   * @throws IllegalStateException if the output is not {@link Output#lines()}
   */
  public Receiver<String> outputLines() {
    return lines(output, "output", spec.streams().output());
  }

  /**
   * {@return the lines of the error output; as {@link #outputLines}}
   *
   * @throws IllegalStateException if the error output is not {@link Output#lines()}
   */
  public Receiver<String> errorLines() {
    return lines(error, "error output", spec.streams().error());
  }

  /**
   * {@return the bytes of the standard output, as they come; each item is a new array that is not
   * empty} They end when the process has closed its output or has ended.
   *
   * @throws IllegalStateException if the output is not {@link Output#chunks()}
   */
  public Receiver<byte[]> outputChunks() {
    return chunks(output, "output", spec.streams().output());
  }

  /**
   * {@return the bytes of the error output; as {@link #outputChunks}}
   *
   * @throws IllegalStateException if the error output is not {@link Output#chunks()}
   */
  public Receiver<byte[]> errorChunks() {
    return chunks(error, "error output", spec.streams().error());
  }

  private static Receiver<String> lines(@Nullable OutputPipe pipe, String what, Output known) {
    if (pipe instanceof OutputPipe.Lines lines) {
      return lines.channel;
    }
    throw wrongKind(what, known, Output.Kind.LINES);
  }

  private static Receiver<byte[]> chunks(@Nullable OutputPipe pipe, String what, Output known) {
    if (pipe instanceof OutputPipe.Chunks chunks) {
      return chunks.channel;
    }
    throw wrongKind(what, known, Output.Kind.CHUNKS);
  }

  private static IllegalStateException wrongKind(String what, Object known, Enum<?> wanted) {
    String name = wanted == Output.Kind.LINES || wanted == Input.Kind.LINES ? "lines" : "chunks";
    return new IllegalStateException(
        "the " + what + " of the process is " + known + ", not " + name + "(): set it in the spec");
  }

  // ---- the end

  /**
   * Asks the process to terminate (SIGTERM), and does not wait. Its descendants are not asked. On
   * Windows the process is killed.
   *
   * @return whether the process was asked; false if it has ended, or this program may not signal it
   */
  public boolean terminate() {
    Step.before("ChildProcess.terminate");
    return isAlive() && process.toHandle().destroy();
  }

  /**
   * Kills the process (SIGKILL), and does not wait. Its descendants are not killed: {@link #close}
   * does that.
   *
   * @return whether the process was killed; false if it has ended, or this program may not signal
   *     it
   */
  public boolean kill() {
    Step.before("ChildProcess.kill");
    return isAlive() && process.toHandle().destroyForcibly();
  }

  /**
   * Ends the process and its descendants, first gently and after the {@linkplain ProcessSpec#grace
   * grace period} by force, and waits until they are gone. If the process has ended by itself, its
   * descendants are left alone. From now on receivers get the end of the output, and senders are
   * told that the process was closed.
   *
   * <p>A process that this program may not signal, for example one that {@code sudo} has started,
   * cannot be ended. If it still runs one second after the grace period, a warning is logged, and
   * it is left alone.
   *
   * <p><b>Cancellation.</b> This is clean-up: neither a cancellation nor an interrupt of the
   * calling thread shortens it. A second call waits for the first one.
   */
  @Override
  public void close() {
    boolean first = false;
    try {
      Step.reserveStack();
      first = attendant.ending.compareAndSet(false, true);
      if (first) {
        endInShield();
      } else {
        awaitSettled();
      }
    } catch (Throwable thrown) {
      if (first || attendant.ending.compareAndSet(false, true)) {
        attendant.endAtOnce();
        awaitSettledIfPossible();
      }
      throw thrown;
    }
  }

  private void endInShield() {
    try {
      var unused = CancelScope.shieldUnlimited().run(this::end);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted inside of a shield", e);
    }
  }

  private void end() throws InterruptedException {
    pipes.forEach(Pipe::disregard);
    boolean ended = !isAlive() || family.end(spec.grace());
    attendant.closeDone.complete(true);
    if (!ended) {
      attendant.settled.complete(true);
      Log.warning(
          ChildProcess.class,
          this + " cannot be ended: it may not be signalled, and runs on; see ChildProcess.close");
      return;
    }
    var unused = attendant.settled.await("ChildProcess.close", this, WaitNode.NEVER);
  }

  private void awaitSettled() {
    var unused = attendant.settled.awaitUncancellably("ChildProcess.close", this);
  }

  private void awaitSettledIfPossible() {
    try {
      Exhaustion.insist(waiting);
    } catch (StackOverflowError e) {
      // too deep to wait; the attendant ends the process nevertheless
    }
  }

  /** {@return the command, the number and the state of the process} */
  @Override
  public String toString() {
    return "ChildProcess["
        + CommandText.of(command())
        + ", pid "
        + process.pid()
        + (exit.isDone() ? ", exit status " + attendant.status() : ", running")
        + "]";
  }
}
