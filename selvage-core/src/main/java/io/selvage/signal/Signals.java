package io.selvage.signal;

import io.selvage.kernel.Step;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.jvm.SignalTable;
import io.selvage.kernel.support.Arguments;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens receivers of signals of the operating system.
 *
 * {@snippet class="io.selvage.signal.SignalSnippets" region="reload"}
 *
 * <p>While a receiver is open, the signal does nothing but arrive at all its receivers: TERM does
 * not end the process. When the last receiver of a signal is closed, what happened before happens
 * again.
 *
 * <p><b>Merged signals.</b> If a signal arrives while the same one waits in a receiver, the two are
 * received as one. So a receiver takes constant memory. The operating system merges signals, too.
 *
 * <p><b>Which signals.</b> HUP, INT, TERM, USR1, WINCH and others that the system knows. The JVM
 * and the system keep KILL, STOP, QUIT, BUS, FPE, ILL and SEGV. Three need care:
 *
 * <ul>
 *   <li>HUP, INT and TERM cannot be received if the JVM was started with {@code -Xrs}.
 *   <li>HUP, INT and TERM do not arrive if the process was started to ignore them, as {@code nohup}
 *       does with HUP, and a shell script with INT for a command in the background.
 *   <li>On Linux the JVM suspends threads by USR2 when JDK Flight Recorder takes samples. While
 *       USR2 is received there are no samples, and each attempt arrives as a signal. Better take
 *       USR1.
 * </ul>
 *
 * <p><b>Other handlers.</b> A handler that other code sets with {@code sun.misc.Signal} while a
 * receiver is open gets the signal instead of the receivers. It stays when the receivers close.
 *
 * <p><b>Simulations.</b> In a simulation no handler is set in the JVM. The test raises signals with
 * {@code SimulationRun.raise}.
 *
 * <p><b>Threads.</b> Any thread may call this.
 */
public final class Signals {
  private Signals() {}

  /**
   * Opens a receiver of one or several signals. Close it when it is not needed any more: most
   * simply by try-with-resources.
   *
   * @param names one or more names of signals without "SIG", such as {@code "HUP"}
   * @return a receiver that gets each of these signals from now on
   * @throws IllegalArgumentException if there is no name, if a name is unknown on this system or
   *     given twice, or if a signal cannot be received; then none is received
   * @throws IllegalStateException if HUP, INT or TERM is among them, and the JVM was started with
   *     {@code -Xrs}; then none is received
   * @throws UnsupportedOperationException if the JVM runs without the module {@code
   *     jdk.unsupported}
   */
  public static SignalReceiver receive(String... names) {
    List<String> wanted = Arguments.elements(names, "names");
    if (wanted.isEmpty()) {
      throw new IllegalArgumentException(
          "names must have one or more names of signals such as \"HUP\", was empty");
    }
    Step.before("Signals.receive");
    SignalTable table = ThreadRecord.current().machine().signals();
    SignalReceiver receiver = new SignalReceiver(table, signals(wanted, table));
    receiver.open();
    return receiver;
  }

  private static List<Signal> signals(List<String> names, SignalTable table) {
    List<Signal> signals = new ArrayList<>(names.size());
    for (String name : names) {
      String argument = "names[" + signals.size() + "]";
      Signal signal = new Signal(Arguments.name(name, argument), number(name, argument, table));
      for (Signal other : signals) {
        if (other.number() == signal.number()) {
          throw new IllegalArgumentException(
              argument
                  + " must be another signal than those before, was \""
                  + name
                  + "\", which is the same as \""
                  + other.name()
                  + "\"");
        }
      }
      signals.add(signal);
    }
    return List.copyOf(signals);
  }

  private static int number(String name, String argument, SignalTable table) {
    int number = table.number(name);
    if (number >= 0) {
      return number;
    }
    String bare = name.startsWith("SIG") ? name.substring(3) : "";
    if (!bare.isEmpty() && table.number(bare) >= 0) {
      throw new IllegalArgumentException(
          argument + " must be a name without \"SIG\": \"" + bare + "\", was \"" + name + "\"");
    }
    throw new IllegalArgumentException(
        argument
            + " must be the name of a signal of this system such as \"HUP\", was \""
            + name
            + "\"");
  }
}
