package io.selvage.test.foundation;

import io.selvage.service.ThreadService;

/** Services whose failures do not go to the log. */
final class QuietServices {
  private QuietServices() {}

  static ThreadService quiet(String name, ThreadService.Body body) {
    return ThreadService.virtual(name, body).onUncaught((service, thrown) -> {});
  }

  static ThreadService serving(String name) {
    return quiet(
        name,
        self -> {
          self.started();
          self.scope().await();
        });
  }
}
