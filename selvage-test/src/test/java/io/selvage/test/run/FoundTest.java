package io.selvage.test.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a run has found looks into exceptions of the program, whatever these do. */
class FoundTest {
  private static final class Hostile extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean throwing;

    Hostile(boolean throwing) {
      super("hostile", null, true, false);
      this.throwing = throwing;
    }

    @Override
    public synchronized Throwable getCause() {
      if (throwing) {
        throw new IllegalStateException("hostile");
      }
      return new Hostile(false);
    }

    @Override
    @SuppressWarnings({"OverrideThrowableToString", "ToStringReturnsNull"})
    public String toString() {
      return null;
    }
  }

  @Test
  void eachCauseIsFoundOnceAlsoOfACircle() {
    Exception first = new Exception("first");
    Exception second = new Exception("second");
    first.initCause(second);
    second.initCause(first);
    assertThat(Found.causes(first)).containsExactly(first, second);
  }

  @Test
  void aChainWithoutEndComesToAnEnd() {
    assertThat(Found.causes(new Hostile(false)).size()).isGreaterThan(1);
  }

  @Test
  void aCauseThatCannotBeReadIsNone() {
    Hostile hostile = new Hostile(true);
    assertThat(Found.causes(hostile).size()).isEqualTo(1);
    assertThat(Found.told(hostile)).isEqualTo("null");
  }
}
