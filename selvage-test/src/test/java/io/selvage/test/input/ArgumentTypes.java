package io.selvage.test.input;

import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedTypeVariable;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.Array;
import java.lang.reflect.Executable;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The types of arguments: their elements, whether they take null, and absurd values of them. */
final class ArgumentTypes {
  private ArgumentTypes() {}

  static boolean isNullable(Executable owner, AnnotatedType type) {
    if (type.isAnnotationPresent(Nullable.class)) {
      return true;
    }
    if (!(type instanceof AnnotatedTypeVariable)) {
      return false;
    }
    String variable = type.getType().getTypeName();
    for (var declared :
        concat(owner.getTypeParameters(), owner.getDeclaringClass().getTypeParameters())) {
      if (declared.getName().equals(variable)) {
        return declared.getAnnotatedBounds()[0].isAnnotationPresent(Nullable.class);
      }
    }
    throw new AssertionError(owner + ": " + variable);
  }

  private static List<TypeVariable<?>> concat(TypeVariable<?>[] one, TypeVariable<?>[] other) {
    List<TypeVariable<?>> all = new ArrayList<>(Arrays.asList(one));
    all.addAll(Arrays.asList(other));
    return all;
  }

  static Class<?> raw(AnnotatedType type) {
    return raw(type.getType());
  }

  private static Class<?> raw(Type type) {
    return switch (type) {
      case Class<?> plain -> plain;
      case ParameterizedType generic -> (Class<?>) generic.getRawType();
      case GenericArrayType array -> raw(array.getGenericComponentType()).arrayType();
      case TypeVariable<?> variable -> raw(variable.getBounds()[0]);
      case WildcardType wildcard -> raw(wildcard.getUpperBounds()[0]);
      default -> throw new AssertionError(type);
    };
  }

  static boolean hasElements(Class<?> type) {
    return (type.isArray() && !type.getComponentType().isPrimitive())
        || type == List.class
        || type == Collection.class
        || type == Iterable.class;
  }

  static AnnotatedType elementOf(AnnotatedType type) {
    AnnotatedType element =
        type instanceof AnnotatedArrayType array
            ? array.getAnnotatedGenericComponentType()
            : ((AnnotatedParameterizedType) type).getAnnotatedActualTypeArguments()[0];
    return element instanceof AnnotatedWildcardType wildcard
        ? wildcard.getAnnotatedUpperBounds()[0]
        : element;
  }

  /** {@return absurd values of a type, by their texts} */
  static Map<String, Object> absurd(Class<?> type) {
    if (type == int.class) {
      return Map.of(
          "0",
          0,
          "-1",
          -1,
          "" + Integer.MIN_VALUE,
          Integer.MIN_VALUE,
          "" + Integer.MAX_VALUE,
          Integer.MAX_VALUE);
    }
    if (type == long.class) {
      return Map.of(
          "0",
          0L,
          "-1",
          -1L,
          "" + Long.MIN_VALUE,
          Long.MIN_VALUE,
          "" + Long.MAX_VALUE,
          Long.MAX_VALUE);
    }
    if (type == double.class) {
      return Map.of(
          "NaN", Double.NaN, "-0.1", -0.1, "1.1", 1.1, "Infinity", Double.POSITIVE_INFINITY);
    }
    if (type == Duration.class) {
      Duration longest = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
      Duration shortest = Duration.ofSeconds(Long.MIN_VALUE);
      return Map.of(
          "PT0S",
          Duration.ZERO,
          "PT-0.000000001S",
          Duration.ofNanos(-1),
          longest.toString(),
          longest,
          shortest.toString(),
          shortest);
    }
    if (type == String.class) {
      return Map.of("", "");
    }
    if (hasElements(type)) {
      return Map.of(
          "[]", type.isArray() ? Array.newInstance(type.getComponentType(), 0) : List.of());
    }
    return Map.of();
  }
}
