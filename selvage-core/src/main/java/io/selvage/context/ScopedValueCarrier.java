package io.selvage.context;

import io.selvage.function.ThrowingRunnable;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Carries scoped values. Equal to another one of the same values. */
record ScopedValueCarrier(Set<ScopedValue<?>> values) implements ContextCarrier {
  @Override
  public CapturedContext capture() {
    ScopedValue.Carrier bound = null;
    for (ScopedValue<?> value : values) {
      if (value.isBound()) {
        bound = bind(bound, value);
      }
    }
    return bound == null ? ThrowingRunnable::run : bindings(bound);
  }

  private static <V extends @Nullable Object> ScopedValue.Carrier bind(
      ScopedValue.@Nullable Carrier others, ScopedValue<V> value) {
    V bound = value.get();
    return others == null ? ScopedValue.where(value, bound) : others.where(value, bound);
  }

  private static CapturedContext bindings(ScopedValue.Carrier bound) {
    return body -> {
      Boolean unused =
          bound.<Boolean, Exception>call(
              () -> {
                body.run();
                return true;
              });
    };
  }

  @Override
  public String toString() {
    return "scopedValues(" + values.size() + ")";
  }
}
