package io.selvage.kernel.support;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Finds handles of fields, for compare-and-set. */
public final class FieldHandle {
  private FieldHandle() {}

  /**
   * {@return the handle of a field of the class that calls this}
   *
   * @param lookup of that class
   * @param name of the field
   * @param type of the field
   */
  public static VarHandle of(MethodHandles.Lookup lookup, String name, Class<?> type) {
    try {
      return lookup.findVarHandle(lookup.lookupClass(), name, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
