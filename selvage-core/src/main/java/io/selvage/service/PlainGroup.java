package io.selvage.service;

import io.selvage.GroupOptions;
import io.selvage.TaskGroup;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.Handover;

/**
 * A group for tasks of the library itself: a fork captures no context, even if the thread that
 * opens the group is in a block that switches carriers on.
 */
final class PlainGroup {
  private PlainGroup() {}

  /** Opens the group; what the body itself opens carries as before. */
  static <X extends Exception> void run(GroupOptions options, TaskGroup.VoidBody<X> body)
      throws X, InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    Handover carried = self.handover();
    self.setHandover(null); // the group reads it once, when it is opened
    try {
      options.run(
          group -> {
            self.setHandover(carried);
            body.run(group);
          });
    } finally {
      self.setHandover(carried);
    }
  }
}
