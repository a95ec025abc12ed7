package io.selvage.kernel.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** What the log prints for failures that nest deep. */
class ShortenedTest {
  private static final class Link extends Exception {
    Link(String message, Throwable cause) {
      super(message, cause, true, false);
    }

    @Override
    public Throwable fillInStackTrace() {
      return this;
    }
  }

  private static Throwable nested(Throwable innermost, int depth) {
    Throwable outermost = innermost;
    for (int i = 0; i < depth; i++) {
      outermost = new Link("level " + i, outermost);
    }
    return outermost;
  }

  private static String printed(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  @Test
  void oneWithFewCausesIsLoggedItself() {
    Throwable thrown = nested(new IOException("disk"), 100);
    assertThat(Shortened.of(thrown)).isSameAs(thrown);
  }

  @Test
  void oneWithManyCausesIsPrintedWithTheOutermostAndTheInnermost() {
    Throwable thrown = nested(new IOException("disk"), 50_000);
    assertThat(printed(Shortened.of(thrown)))
        .startsWith(Link.class.getName() + ": level 49999")
        .contains(
            "Caused by: (49999 causes between are left out) java.io.IOException: disk",
            "io.selvage.kernel.support.ShortenedTest.oneWithManyCauses");
  }

  @Test
  void oneWithDeepSuppressedOnesIsPrinted() {
    Throwable outermost = new IOException("innermost");
    for (int i = 0; i < 50_000; i++) {
      Throwable next = new Link("level " + i, null);
      next.addSuppressed(outermost);
      outermost = next;
    }
    assertThat(printed(Shortened.of(outermost))).contains(": level 49999 (what is suppressed");
  }

  @Test
  void aCircleIsLoggedItselfAsTheJdkKnowsThose() {
    Exception first = new Exception("first");
    Exception second = new Exception("second");
    first.initCause(second);
    second.initCause(first);
    assertThat(Shortened.of(first)).isSameAs(first);
  }
}
