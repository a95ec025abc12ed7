package io.selvage.examples.terminal;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows the progress: a bar on a terminal, nothing in a pipe. */
public interface Progress extends AutoCloseable {

  /**
   * Something was done.
   *
   * @param steps how many steps
   */
  void step(long steps);

  @Override
  void close();

  /**
   * {@return a bar on a terminal, otherwise an object that shows nothing}
   *
   * @param what is done
   * @param steps how many steps there are, or -1 if that is not known
   */
  static Progress of(String what, long steps) {
    return Terminal.canBeDrawnOn() ? new Bar(what, steps) : new Nothing();
  }

  /** A bar on the standard error. */
  final class Bar implements Progress {
    private final ProgressBar bar;

    Bar(String what, long steps) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(what)
              .setInitialMax(steps)
              .setStyle(ProgressBarStyle.ASCII)
              .build();
    }

    @Override
    public void step(long steps) {
      bar.stepBy(steps);
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  /** Shows nothing. */
  final class Nothing implements Progress {
    @Override
    public void step(long steps) {}

    @Override
    public void close() {}
  }
}
