package io.selvage.test.junit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.platform.commons.support.AnnotationSupport;

/** Looks for what tests leave behind; {@link NoLeaks} registers it. */
public final class LeakExtension implements BeforeEachCallback, AfterEachCallback {
  private static final Namespace NAMESPACE = Namespace.create(LeakExtension.class);
  private static final String GRACE = "selvage.leaks.grace";
  private static final Duration USUAL_GRACE = Duration.ofSeconds(2);

  /** For JUnit. */
  public LeakExtension() {}

  @Override
  @SuppressWarnings("ReturnValueIgnored") // a flag that an earlier test has left set is cleared
  public void beforeEach(ExtensionContext context) {
    Thread.interrupted();
    context.getStore(NAMESPACE).put(context.getUniqueId(), new Leftovers(ignored(context)));
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Leftovers leftovers =
        context.getStore(NAMESPACE).remove(context.getUniqueId(), Leftovers.class);
    if (leftovers == null) {
      return; // the test was not begun
    }
    List<String> found = leftovers.found(grace(context));
    if (!found.isEmpty()) {
      throw new AssertionError("the test leaves something behind:" + String.join("", found));
    }
  }

  private static List<Pattern> ignored(ExtensionContext test) {
    List<Pattern> patterns = new ArrayList<>();
    for (Optional<ExtensionContext> context = Optional.of(test);
        context.isPresent();
        context = context.get().getParent()) {
      AnnotationSupport.findAnnotation(context.get().getElement(), NoLeaks.class)
          .ifPresent(
              annotation -> {
                for (String name : annotation.ignoredThreads()) {
                  patterns.add(pattern(name));
                }
              });
    }
    return patterns;
  }

  private static Pattern pattern(String name) {
    try {
      return Pattern.compile(name);
    } catch (PatternSyntaxException e) {
      throw new ExtensionConfigurationException(
          "@NoLeaks: ignoredThreads must be regular expressions, was '" + name + "'", e);
    }
  }

  private static Duration grace(ExtensionContext context) {
    return context
        .getConfigurationParameter(GRACE, millis -> Duration.ofMillis(Long.parseLong(millis)))
        .orElse(USUAL_GRACE);
  }
}
