package io.selvage.test.input;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.LocalVariableInfo;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What users can call: the public methods and constructors of the exported packages. */
final class PublicApi {
  /** The packages that are not exported to users. */
  private static final List<String> HIDDEN =
      List.of("/kernel/", "/net/poll/", "/test/run/", "/test/schedule/");

  private PublicApi() {}

  /** {@return the public types that come from where {@code anchor} does, by name} */
  static List<Class<?>> types(Class<?> anchor) throws IOException {
    Path root;
    try {
      root = Path.of(anchor.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
    if (Files.isDirectory(root)) {
      return types(anchor, root);
    }
    try (FileSystem jar = FileSystems.newFileSystem(root)) {
      return types(anchor, jar.getPath("/"));
    }
  }

  private static List<Class<?>> types(Class<?> anchor, Path root) throws IOException {
    List<Class<?>> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files.map(root::relativize).sorted()::iterator) {
        String path = file.toString().replace('\\', '/');
        if (path.endsWith(".class")
            && !path.endsWith("-info.class")
            && !path.contains("META-INF/")
            && HIDDEN.stream().noneMatch(path::contains)) {
          Class<?> type = load(anchor, path);
          if (isPublic(type)) {
            found.add(type);
          }
        }
      }
    }
    return found;
  }

  private static Class<?> load(Class<?> anchor, String path) {
    String name = path.substring(0, path.length() - ".class".length()).replace('/', '.');
    try {
      return Class.forName(name, false, anchor.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isPublic(Class<?> type) {
    for (Class<?> each = type; each != null; each = each.getDeclaringClass()) {
      if (!Modifier.isPublic(each.getModifiers())) {
        return false;
      }
    }
    return true;
  }

  /** {@return what of a type takes arguments, except what only the compiler made} */
  static List<Executable> takingArguments(Class<?> type) {
    return Stream.<Executable>concat(
            Arrays.stream(type.getDeclaredConstructors()), Arrays.stream(type.getDeclaredMethods()))
        .filter(each -> Modifier.isPublic(each.getModifiers()) && !each.isSynthetic())
        .filter(each -> each.getParameterCount() > 0)
        .filter(each -> !isOfObjectOrEnum(each))
        .sorted(Comparator.comparing(Executable::toString))
        .toList();
  }

  private static boolean isOfObjectOrEnum(Executable each) {
    return each.getName().equals("equals")
        || (each.getName().equals("valueOf") && each.getDeclaringClass().isEnum());
  }

  /** {@return {@code Type.method(Parameter, Types)}} */
  static String describe(Executable each) {
    String type = nameOf(each.getDeclaringClass());
    String parameters =
        String.join(", ", Stream.of(each.getParameterTypes()).map(PublicApi::nameOf).toList());
    return (each instanceof Constructor ? "new " + type : type + "." + each.getName())
        + "("
        + parameters
        + ")";
  }

  static String nameOf(Class<?> type) {
    return type.getTypeName().replaceFirst("^([a-z]\\w*\\.)+(?=[A-Z])", "").replace('$', '.');
  }

  /**
   * {@return the names of the parameters, as the class file has them for debuggers}
   *
   * @param as where to look: the class of the receiver, if the method is abstract
   */
  static List<String> parameterNames(Executable each, Class<?> as) {
    for (Class<?> type = as; type != null; type = type.getSuperclass()) {
      List<String> names = namesIn(type, each);
      if (!names.isEmpty()) {
        return names;
      }
    }
    List<String> own = namesIn(each.getDeclaringClass(), each);
    if (own.isEmpty()) {
      throw new AssertionError("no names of parameters for " + each + "; compile with -g");
    }
    return own;
  }

  private static List<String> namesIn(Class<?> type, Executable each) {
    String name = each instanceof Method ? each.getName() : "<init>";
    for (MethodModel method : classFile(type).methods()) {
      if (!method.flags().has(AccessFlag.SYNTHETIC)
          && method.methodName().equalsString(name)
          && takes(method.methodTypeSymbol(), each.getParameterTypes())) {
        List<String> names = names(method);
        if (!names.isEmpty()) {
          return names;
        }
      }
    }
    return List.of();
  }

  private static boolean takes(MethodTypeDesc method, Class<?>[] parameters) {
    return method
        .parameterList()
        .equals(
            Stream.of(parameters)
                .map(each -> ClassDesc.ofDescriptor(each.descriptorString()))
                .toList());
  }

  private static List<String> names(MethodModel method) {
    var code = method.code().flatMap(body -> body.findAttribute(Attributes.localVariableTable()));
    if (code.isEmpty()) {
      return List.of();
    }
    boolean isStatic = (method.flags().flagsMask() & ClassFile.ACC_STATIC) != 0;
    int slot = isStatic ? 0 : 1;
    List<String> names = new ArrayList<>();
    for (ClassDesc parameter : method.methodTypeSymbol().parameterList()) {
      int wanted = slot;
      names.add(
          code.get().localVariables().stream()
              .filter(local -> local.slot() == wanted && local.startPc() == 0)
              .map(LocalVariableInfo::name)
              .findFirst()
              .orElseThrow()
              .stringValue());
      slot +=
          parameter.descriptorString().equals("J") || parameter.descriptorString().equals("D")
              ? 2
              : 1;
    }
    return names;
  }

  private static ClassModel classFile(Class<?> type) {
    String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
    try (InputStream in = type.getResourceAsStream(file)) {
      return ClassFile.of().parse(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
