package io.selvage.examples.loading;

import io.selvage.examples.counter.Terminal;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far it is: a bar if somebody watches, nothing in a pipe. */
interface Progress extends AutoCloseable {

  /** One more. */
  void step();

  @Override
  void close();

  /** {@return a bar on a terminal, otherwise something that shows nothing} */
  static Progress of(String what, int steps) {
    return Terminal.canBeDrawnOn() ? new Bar(what, steps) : new Nothing();
  }

  /** A bar on the standard error. */
  final class Bar implements Progress {
    private final ProgressBar bar;

    Bar(String what, int steps) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(what)
              .setInitialMax(steps)
              .setStyle(ProgressBarStyle.ASCII)
              .build();
    }

    @Override
    public void step() {
      bar.step();
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  /** Shows nothing. */
  final class Nothing implements Progress {
    @Override
    public void step() {}

    @Override
    public void close() {}
  }
}
