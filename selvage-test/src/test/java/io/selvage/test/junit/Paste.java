package io.selvage.test.junit;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.attribute.RuntimeVisibleAnnotationsAttribute;
import java.lang.constant.ClassDesc;

/** Writes a schedule into the annotation of a test, as its author would do. */
final class Paste {
  private Paste() {}

  /** The class anew, with {@code @SimulationTest(schedule = "...")} on its method. */
  static Class<?> schedule(String schedule, Class<?> sample, String method) throws Exception {
    Annotation annotation =
        Annotation.of(
            ClassDesc.of(SimulationTest.class.getName()),
            AnnotationElement.ofString("schedule", schedule));
    ClassTransform pasting =
        ClassTransform.transformingMethods(
            found -> found.methodName().equalsString(method),
            (builder, part) ->
                builder.with(
                    part instanceof RuntimeVisibleAnnotationsAttribute
                        ? RuntimeVisibleAnnotationsAttribute.of(annotation)
                        : part));
    ClassFile files = ClassFile.of();
    byte[] pasted = files.transformClass(files.parse(bytes(sample)), pasting);
    return new Loader(sample, pasted).loadClass(sample.getName());
  }

  private static byte[] bytes(Class<?> type) throws IOException {
    try (InputStream file = type.getResourceAsStream(type.getSimpleName() + ".class")) {
      return file.readAllBytes();
    }
  }

  /** Defines one class itself. */
  private static final class Loader extends ClassLoader {
    private final String name;
    private final byte[] bytes;

    Loader(Class<?> original, byte[] bytes) {
      super(original.getClassLoader());
      this.name = original.getName();
      this.bytes = bytes;
    }

    @Override
    protected Class<?> loadClass(String wanted, boolean resolve) throws ClassNotFoundException {
      if (!wanted.equals(name)) {
        return super.loadClass(wanted, resolve);
      }
      Class<?> defined = findLoadedClass(name);
      return defined == null ? defineClass(name, bytes, 0, bytes.length) : defined;
    }
  }
}
