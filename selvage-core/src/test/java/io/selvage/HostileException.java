package io.selvage;

import java.util.List;
import java.util.function.Supplier;

/** Exceptions whose methods do not do what those of {@link Throwable} promise. */
@SuppressWarnings({
  "InfiniteRecursion",
  "OverrideThrowableToString",
  "ThrowableEqualsHashCode",
  "ToStringReturnsNull"
})
enum HostileException implements Supplier<Exception> {
  ALL_METHODS_THROW {
    @Override
    public Exception get() {
      return new AllMethodsThrow();
    }
  },
  ALL_METHODS_OVERFLOW {
    @Override
    public Exception get() {
      return new AllMethodsOverflow();
    }
  },
  ALL_METHODS_RETURN_NULL {
    @Override
    public Exception get() {
      return new AllMethodsReturnNull();
    }
  },
  A_NEW_CAUSE_EACH_TIME {
    @Override
    public Exception get() {
      return new NewCauses(0);
    }
  },
  A_NEW_FAILURE_OF_TASKS_EACH_TIME {
    @Override
    public Exception get() {
      return new NewFailures();
    }
  },
  ITS_OWN_CAUSE {
    @Override
    public Exception get() {
      return new OwnCause();
    }
  },
  CAUSES_IN_A_CIRCLE {
    @Override
    public Exception get() {
      Exception first = new Exception("first of a circle");
      Exception second = new Exception("second of a circle");
      first.initCause(second);
      second.initCause(first);
      return first;
    }
  },
  SUPPRESSED_IN_CIRCLES {
    @Override
    public Exception get() {
      Exception[] all = new Exception[40];
      for (int i = 0; i < all.length; i++) {
        all[i] = new InterruptedException("of circles " + i);
      }
      for (Exception one : all) {
        for (Exception other : all) {
          if (one != other) {
            one.addSuppressed(other);
          }
        }
      }
      return all[0];
    }
  },
  A_DEEP_CHAIN_OF_SUPPRESSED {
    @Override
    public Exception get() {
      return chain(20_000, true);
    }
  },
  A_DEEP_CHAIN_OF_CAUSES {
    @Override
    public Exception get() {
      return chain(20_000, false);
    }
  },
  A_LONG_MESSAGE {
    @Override
    public Exception get() {
      return new IllegalStateException("x".repeat(1_000_000));
    }
  },
  NEITHER_SUPPRESSED_NOR_STACK {
    @Override
    public Exception get() {
      return new Exception("closed", null, false, false) {};
    }
  };

  private static Exception chain(int length, boolean suppressed) {
    Exception outermost = new Exception("the innermost");
    for (int i = 0; i < length; i++) {
      Exception next = new Link();
      if (suppressed) {
        next.addSuppressed(outermost);
      } else {
        next.initCause(outermost);
      }
      outermost = next;
    }
    return outermost;
  }

  private static final class Link extends InterruptedException {
    @Override
    public synchronized Throwable fillInStackTrace() {
      return this; // there are many of them
    }
  }

  private static final class AllMethodsThrow extends Exception {
    @Override
    public String getMessage() {
      throw new IllegalStateException("hostile");
    }

    @Override
    public synchronized Throwable getCause() {
      throw new AssertionError("hostile");
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      throw new IllegalStateException("hostile");
    }

    @Override
    public boolean equals(Object other) {
      throw new IllegalStateException("hostile");
    }

    @Override
    public int hashCode() {
      throw new IllegalStateException("hostile");
    }

    @Override
    public String toString() {
      throw new OutOfMemoryError("hostile");
    }
  }

  private static final class AllMethodsOverflow extends Exception {
    @Override
    public String getMessage() {
      return getMessage();
    }

    @Override
    public synchronized Throwable getCause() {
      return getCause();
    }

    @Override
    public String toString() {
      return toString();
    }
  }

  private static final class AllMethodsReturnNull extends Exception {
    @Override
    public String getMessage() {
      return null;
    }

    @Override
    public synchronized Throwable getCause() {
      return null;
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      return null;
    }

    @Override
    public String toString() {
      return null;
    }
  }

  private static final class NewCauses extends Exception {
    private final int depth;

    NewCauses(int depth) {
      this.depth = depth;
      addSuppressed(new InterruptedException("suppressed on cause " + depth));
    }

    @Override
    public synchronized Throwable getCause() {
      return new NewCauses(depth + 1);
    }

    @Override
    public String toString() {
      return "cause " + depth;
    }
  }

  private static final class NewFailures extends Exception {
    @Override
    public synchronized Throwable getCause() {
      return new TaskFailedException(
          "new",
          List.of(new TaskFailedException.Failure("new", new NewFailures(), false)),
          List.of(),
          null,
          null);
    }
  }

  private static final class OwnCause extends Exception {
    @Override
    public synchronized Throwable getCause() {
      return this;
    }
  }
}
