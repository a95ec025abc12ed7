package io.selvage.examples.counter;

import io.selvage.service.RequestFailedException;
import java.io.Serial;
import java.util.List;

/** The commands of the counter server: what can be typed at its prompt, or sent over a network. */
final class Commands {
  /** What can be typed. */
  static final String ALL = "add <n>, get, peek, sleep <seconds>, help, quit";

  private static final int MOST_SECONDS = 3600;

  private final CounterServer server;

  Commands(CounterServer server) {
    this.server = server;
  }

  /** A command that cannot be carried out as it was typed. */
  private static final class Mistyped extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    Mistyped(String message) {
      super(message);
    }
  }

  /** {@return whether it ends the conversation} */
  static boolean isQuit(List<String> words) {
    return words.equals(List.of("quit"));
  }

  /**
   * Carries out a command and returns the reply, or what is wrong with it.
   *
   * @param words the command and its arguments
   */
  String execute(List<String> words) throws InterruptedException {
    try {
      return execute(words.getFirst(), words.subList(1, words.size()));
    } catch (Mistyped e) {
      return "error: " + e.getMessage();
    } catch (RequestFailedException e) {
      Throwable cause = e.getCause();
      return "error: " + (cause == null ? e.getMessage() : cause.getMessage());
    }
  }

  private String execute(String command, List<String> arguments)
      throws Mistyped, InterruptedException {
    return switch (command) {
      case "add" -> server.ask("add", number("add", "add 3", arguments));
      case "sleep" -> server.ask("sleep", seconds(arguments));
      case "help", "-h", "--help" -> "commands: " + ALL;
      case "get" -> {
        refuse(command, arguments);
        yield server.ask("get", 0);
      }
      case "peek" -> {
        refuse(command, arguments);
        yield Long.toString(server.peek());
      }
      case "quit" -> {
        refuse(command, arguments);
        yield "bye";
      }
      default -> server.ask(command, 0); // the server says that it knows no such one
    };
  }

  private static void refuse(String command, List<String> arguments) throws Mistyped {
    if (!arguments.isEmpty()) {
      throw new Mistyped(
          "'" + command + "' takes nothing, was given '" + String.join(" ", arguments) + "'");
    }
  }

  private static double seconds(List<String> arguments) throws Mistyped {
    double seconds = number("sleep", "sleep 0.5", arguments);
    if (seconds < 0 || seconds > MOST_SECONDS) {
      throw new Mistyped(
          "'sleep' takes 0 to "
              + MOST_SECONDS
              + " seconds, was given '"
              + arguments.getFirst()
              + "'");
    }
    return seconds;
  }

  private static double number(String command, String example, List<String> arguments)
      throws Mistyped {
    if (arguments.size() != 1) {
      throw new Mistyped("'" + command + "' takes one number, for example: " + example);
    }
    String word = arguments.getFirst();
    try {
      double number = Double.parseDouble(word);
      if (Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new Mistyped("not a number: '" + word + "'");
  }
}
