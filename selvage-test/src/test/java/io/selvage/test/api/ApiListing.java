package io.selvage.test.api;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericDeclaration;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.TypeVariable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The public API of a module as lines of text: its exported packages, their public types, and all
 * members that a program outside of the module can call or override.
 *
 * <p>A member line begins with the name of its type, so each line of a difference explains itself.
 * Members that a type has from a supertype outside of the API of all modules are listed as its own.
 * Not listed: {@code equals}, {@code hashCode}, {@code toString}, and what the compiler adds to
 * enums and records.
 */
final class ApiListing {
  private static final List<String> MODULES =
      List.of("selvage-core", "selvage-net", "selvage-test");
  private static final Pattern EXPORT = Pattern.compile("exports\\s+([\\w.]+)\\s*;");
  private static final Pattern ANNOTATION =
      Pattern.compile("((?:\\w+\\.)*)@org\\.jspecify\\.annotations\\.(\\w+)(?:\\(\\))? ");
  private static final Set<Class<?>> TOLD =
      Set.of(
          Deprecated.class,
          FunctionalInterface.class,
          Inherited.class,
          Repeatable.class,
          Retention.class,
          Target.class);
  private static final Set<Class<?>> IMPLIED_SUPERTYPES =
      Set.of(Object.class, Record.class, Enum.class, Annotation.class);
  private static final Set<String> OF_OBJECT = Set.of("equals", "hashCode", "toString");
  private static final int NO_CONTRACT =
      Modifier.SYNCHRONIZED | Modifier.NATIVE | Modifier.STRICT | Modifier.TRANSIENT;

  private final Set<String> exported;
  private final Set<String> lines = new TreeSet<>();

  private ApiListing(Set<String> exported) {
    this.exported = exported;
  }

  /** The listing of the module whose sources are in this folder, made from its classes. */
  static List<String> ofModule(Path sources) throws IOException, ClassNotFoundException {
    Set<String> ofTheLibrary = new TreeSet<>();
    for (String module : MODULES) {
      ofTheLibrary.addAll(
          exportedPackages(sources.resolve("../../../../" + module + "/src/main/java")));
    }
    List<String> all = new ArrayList<>();
    for (String name : exportedPackages(sources)) {
      List<Class<?>> types = new ArrayList<>();
      for (String type : typesIn(sources.resolve(name.replace('.', '/')))) {
        types.add(Class.forName(name + "." + type, false, ApiListing.class.getClassLoader()));
      }
      all.add("package " + name);
      all.addAll(of(ofTheLibrary, types));
    }
    return all;
  }

  /** The packages that a module exports to all others, in alphabetical order. */
  static Set<String> exportedPackages(Path sources) throws IOException {
    return EXPORT
        .matcher(Files.readString(sources.resolve("module-info.java")))
        .results()
        .map(export -> export.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<String> typesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".java") && !file.equals("package-info.java"))
          .map(file -> file.substring(0, file.length() - ".java".length()))
          .sorted()
          .toList();
    }
  }

  /** The listing of these types and of those inside of them, if these packages are exported. */
  static List<String> of(Set<String> exported, List<Class<?>> types) {
    List<String> all = new ArrayList<>();
    for (Class<?> type : types) {
      ApiListing listing = new ApiListing(exported);
      if (listing.isApi(type)) {
        listing.add(type);
        all.add(listing.head(type));
        listing.lines.forEach(line -> all.add("  " + type.getCanonicalName() + ": " + line));
        all.addAll(of(exported, sorted(type.getDeclaredClasses())));
      }
    }
    return all;
  }

  private static List<Class<?>> sorted(Class<?>[] types) {
    return Stream.<Class<?>>of(types)
        .sorted((one, other) -> one.getName().compareTo(other.getName()))
        .toList();
  }

  private boolean isApi(Class<?> type) {
    for (Class<?> outer = type; outer != null; outer = outer.getDeclaringClass()) {
      if ((outer.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) == 0) {
        return false;
      }
    }
    return !type.getName().startsWith("io.selvage.") || exported.contains(type.getPackageName());
  }

  // --- Types ---------------------------------------------------------------

  private String head(Class<?> type) {
    int modifiers = type.getModifiers();
    StringBuilder text = new StringBuilder(annotations(type));
    text.append(Modifier.isPublic(modifiers) ? "public " : "protected ");
    String kind = kind(type);
    if (kind.equals("class")) {
      text.append(Modifier.toString(modifiers & (Modifier.ABSTRACT | Modifier.FINAL)));
      text.append(text.charAt(text.length() - 1) == ' ' ? "" : " ");
      text.append(Modifier.isStatic(modifiers) ? "static " : "");
    }
    text.append(type.isSealed() ? "sealed " : "").append(kind).append(' ');
    text.append(type.getCanonicalName()).append(parameters(type));
    String supertypes = String.join(", ", supertypes(type));
    text.append(supertypes.isEmpty() ? "" : " is " + supertypes);
    if (type.isSealed()) {
      text.append(" permits ");
      text.append(
          sorted(type.getPermittedSubclasses()).stream()
              .filter(this::isApi)
              .map(Class::getCanonicalName)
              .collect(Collectors.joining(", ", "[", "]")));
    }
    return text.toString();
  }

  private static String kind(Class<?> type) {
    if (type.isAnnotation()) {
      return "@interface";
    }
    if (type.isInterface()) {
      return "interface";
    }
    return type.isRecord() ? "record" : type.isEnum() ? "enum" : "class";
  }

  /** Supertypes within the API; one outside of it stands for those of its own. */
  private Set<String> supertypes(Class<?> type) {
    Set<String> names = new TreeSet<>();
    if (type.getSuperclass() != null) {
      addSupertype(type.getSuperclass(), type.getAnnotatedSuperclass(), names);
    }
    for (int i = 0; i < type.getInterfaces().length; i++) {
      addSupertype(type.getInterfaces()[i], type.getAnnotatedInterfaces()[i], names);
    }
    return names;
  }

  private void addSupertype(Class<?> type, AnnotatedType annotated, Set<String> names) {
    if (!isApi(type)) {
      names.addAll(supertypes(type));
    } else if (!IMPLIED_SUPERTYPES.contains(type)) {
      names.add(text(annotated));
    }
  }

  // --- Members -------------------------------------------------------------

  private void add(Class<?> type) {
    if (type.isRecord()) {
      for (RecordComponent component : type.getRecordComponents()) {
        lines.add(
            "component %s %s".formatted(text(component.getAnnotatedType()), component.getName()));
      }
    }
    Predicate<Member> reachable =
        member ->
            !member.isSynthetic()
                && (Modifier.isPublic(member.getModifiers())
                    || (Modifier.isProtected(member.getModifiers())
                        && !Modifier.isFinal(type.getModifiers())));
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (reachable.test(constructor) && !type.isEnum()) {
        lines.add(line(constructor, "new"));
      }
    }
    addMembers(type, reachable, new HashSet<>());
  }

  /** Adds the fields and methods of a type, and of its supertypes outside of the API. */
  private void addMembers(Class<?> type, Predicate<Member> reachable, Set<String> seen) {
    for (Field field : type.getDeclaredFields()) {
      if (reachable.test(field)) {
        lines.add(line(field));
      }
    }
    for (Method method : type.getDeclaredMethods()) {
      if (reachable.test(method)
          && !isImplied(method)
          && seen.add(method.getName() + Arrays.toString(method.getParameterTypes()))) {
        lines.add(line(method));
      }
    }
    List<Class<?>> above = new ArrayList<>(List.of(type.getInterfaces()));
    if (type.getSuperclass() != null) {
      above.add(type.getSuperclass());
    }
    for (Class<?> supertype : above) {
      if (!isApi(supertype)) {
        addMembers(supertype, reachable, seen);
      }
    }
  }

  private static boolean isImplied(Method method) {
    Class<?> type = method.getDeclaringClass();
    String name = method.getName();
    if (type.isEnum() && (name.equals("values") || name.equals("valueOf"))) {
      return true;
    }
    if (type.isRecord()
        && method.getParameterCount() == 0
        && Stream.of(type.getRecordComponents()).anyMatch(part -> part.getName().equals(name))) {
      return true;
    }
    return OF_OBJECT.contains(name) && !Modifier.isStatic(method.getModifiers());
  }

  private static String line(Field field) {
    if (field.isEnumConstant()) {
      return annotations(field) + "constant " + field.getName();
    }
    return annotations(field)
        + modifiers(field)
        + text(field.getAnnotatedType())
        + " "
        + field.getName();
  }

  private static String line(Method method) {
    String head = line(method, text(method.getAnnotatedReturnType()) + " " + method.getName());
    Object value = method.getDefaultValue();
    return value == null ? head : head + " default " + value(value);
  }

  private static String value(Object value) {
    return switch (value) {
      case Object[] values -> Stream.of(values).map(ApiListing::value).toList().toString();
      case String text -> '"' + text + '"';
      case Class<?> type -> type.getCanonicalName();
      default -> value.toString();
    };
  }

  private static String line(Executable member, String name) {
    String typeParameters = parameters(member);
    AnnotatedType[] types = member.getAnnotatedParameterTypes();
    List<String> given = new ArrayList<>();
    for (int i = 0; i < types.length; i++) {
      given.add(
          member.isVarArgs() && i == types.length - 1
              ? text(((AnnotatedArrayType) types[i]).getAnnotatedGenericComponentType()) + "..."
              : text(types[i]));
    }
    String thrown =
        Stream.of(member.getAnnotatedExceptionTypes())
            .map(ApiListing::text)
            .sorted()
            .collect(Collectors.joining(", "));
    return annotations(member)
        + modifiers(member)
        + (member instanceof Method method && method.isDefault() ? "default " : "")
        + (typeParameters.isEmpty() ? "" : typeParameters + " ")
        + name
        + given.stream().collect(Collectors.joining(", ", "(", ")"))
        + (thrown.isEmpty() ? "" : " throws " + thrown);
  }

  private static String modifiers(Member member) {
    int noModifier = member instanceof Method ? Modifier.VOLATILE : 0; // the bit of a bridge
    String text = Modifier.toString(member.getModifiers() & ~NO_CONTRACT & ~noModifier);
    return text.isEmpty() ? "" : text + " ";
  }

  // --- Texts ---------------------------------------------------------------

  private static String parameters(GenericDeclaration declaration) {
    TypeVariable<?>[] variables = declaration.getTypeParameters();
    if (variables.length == 0) {
      return "";
    }
    return Stream.of(variables)
        .map(ApiListing::parameter)
        .collect(Collectors.joining(", ", "<", ">"));
  }

  private static String parameter(TypeVariable<?> variable) {
    String bounds =
        Stream.of(variable.getAnnotatedBounds())
            .map(ApiListing::text)
            .collect(Collectors.joining(" & "));
    return variable.getName() + (bounds.equals("Object") ? "" : " extends " + bounds);
  }

  private static String annotations(AnnotatedElement element) {
    return Stream.of(element.getDeclaredAnnotations())
        .filter(annotation -> TOLD.contains(annotation.annotationType()))
        .map(Annotation::toString)
        .map(ApiListing::shortened)
        .sorted()
        .map(text -> text + " ")
        .collect(Collectors.joining());
  }

  private static String text(AnnotatedType type) {
    return shortened(ANNOTATION.matcher(type.toString()).replaceAll("@$2 $1"));
  }

  private static String shortened(String text) {
    return text.replace('$', '.')
        .replaceAll("\\bjava\\.lang\\.(?:annotation\\.)?(?=[A-Z])", "")
        .replace("()", "");
  }
}
