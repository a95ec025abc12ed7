package io.selvage.observe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON and takes nothing that RFC 8259 does not: objects become maps, arrays lists, numbers
 * longs, null {@link #NULL}. Fractions are not read, as nothing writes them.
 */
final class Json {
  static final Object NULL =
      new Object() {
        @Override
        public String toString() {
          return "null";
        }
      };

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  @SuppressWarnings("unchecked") // asked for an object
  static Map<String, Object> parseObject(String text) {
    Json json = new Json(text);
    Map<String, Object> result = (Map<String, Object>) json.value();
    json.space();
    if (json.at != text.length()) {
      throw json.wrong();
    }
    return result;
  }

  private Object value() {
    space();
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> literal("true", true);
      case 'f' -> literal("false", false);
      case 'n' -> literal("null", NULL);
      default -> number();
    };
  }

  private Map<String, Object> object() {
    Map<String, Object> members = new LinkedHashMap<>();
    take('{');
    space();
    while (peek() != '}') {
      if (!members.isEmpty()) {
        take(',');
        space();
      }
      String name = string();
      space();
      take(':');
      if (members.put(name, value()) != null) {
        throw wrong();
      }
      space();
    }
    take('}');
    return members;
  }

  private List<Object> array() {
    List<Object> elements = new ArrayList<>();
    take('[');
    space();
    while (peek() != ']') {
      if (!elements.isEmpty()) {
        take(',');
      }
      elements.add(value());
      space();
    }
    take(']');
    return elements;
  }

  private String string() {
    take('"');
    StringBuilder value = new StringBuilder();
    while (peek() != '"') {
      char c = next();
      if (c < ' ') {
        throw wrong();
      }
      value.append(c == '\\' ? escaped() : c);
    }
    take('"');
    return value.toString();
  }

  private char escaped() {
    char c = next();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        String digits = text.substring(at, at + 4);
        at += 4;
        yield (char) Integer.parseUnsignedInt(digits, 16);
      }
      default -> throw wrong();
    };
  }

  private Object number() {
    int start = at;
    if (peek() == '-') {
      at++;
    }
    while (at < text.length() && Character.isDigit(text.charAt(at))) {
      at++;
    }
    String digits = text.substring(start, at);
    if (!digits.matches("-?(0|[1-9][0-9]*)")) {
      throw wrong();
    }
    return Long.parseLong(digits);
  }

  private Object literal(String word, Object meaning) {
    if (!text.startsWith(word, at)) {
      throw wrong();
    }
    at += word.length();
    return meaning;
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() {
    if (at == text.length()) {
      throw wrong();
    }
    return text.charAt(at);
  }

  private char next() {
    char c = peek();
    at++;
    return c;
  }

  private void take(char expected) {
    if (next() != expected) {
      throw wrong();
    }
  }

  private AssertionError wrong() {
    return new AssertionError("no JSON at " + at + ": " + text);
  }
}
