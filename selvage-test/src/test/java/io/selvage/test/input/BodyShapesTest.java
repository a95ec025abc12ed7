package io.selvage.test.input;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.TaskGroup;
import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import io.selvage.net.ByteStream;
import io.selvage.net.ChannelReadiness;
import io.selvage.net.Network;
import io.selvage.net.SocketListener;
import io.selvage.net.SocketStream;
import io.selvage.net.UdpSocket;
import io.selvage.net.framing.FrameStream;
import io.selvage.net.framing.LineFormat;
import io.selvage.net.server.Server;
import io.selvage.net.server.ServerOptions;
import io.selvage.net.tls.TlsServer;
import io.selvage.net.tls.TlsStream;
import io.selvage.test.Simulation;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * A body with a result and one without never share a name, in the network and in the kit. So any
 * method reference, also one to an overloaded method, can be a body.
 */
class BodyShapesTest {

  /** Is compiled, and never run. */
  @SuppressWarnings("unused")
  static void all(
      TaskGroup group,
      List<SocketListener> listeners,
      SocketStream stream,
      TlsStream encrypted,
      UdpSocket udp,
      ChannelReadiness readiness,
      FrameStream<String> messages,
      ServerOptions<SocketStream> options,
      TlsServer tls)
      throws Exception {
    group.fork(listeners.getFirst()::accept);
    group.fork(stream::receiveSome);
    group.launch(stream::awaitInput);
    group.launch(stream::closeOutput);
    group.launch(encrypted::handshake);
    group.fork(udp::receive);
    group.launch(readiness::awaitReadable);
    group.fork(messages::receive);
    messages.forEach(messages::send);
    Server.serve(listeners, SocketStream::receiveSome);
    Server.serve(listeners, options, ByteStream::close);
    Server.launch(group, listeners, ByteStream::receiveSome);
    Server.launch(group, listeners, options.withWrapper(tls::accept), TlsStream::handshake);
    LineFormat.of(100).map(Integer::valueOf, String::valueOf);
    Simulation.run(1, () -> {});
  }

  @Test
  void aBodyWithAResultAndOneWithoutNeverShareAName() throws IOException {
    List<Class<?>> types = new ArrayList<>(PublicApi.types(Network.class));
    types.addAll(PublicApi.types(Simulation.class));
    int bodies = 0;
    for (Class<?> type : types) {
      Map<String, Set<Boolean>> shapes = shapes(type);
      bodies += shapes.size();
      assertThat(shapes.values())
          .as("the methods of %s, and whether their bodies have a result: %s", type, shapes)
          .allSatisfy(each -> assertThat(each).hasSize(1));
    }
    assertThat(bodies).as("methods that take a body").isGreaterThan(10);
  }

  @Test
  void theRuleFindsAClassThatBreaksIt() {
    assertThat(shapes(Offender.class)).containsEntry("go", Set.of(true, false));
  }

  /** Breaks the rule, on purpose. */
  @SuppressWarnings("unused")
  interface Offender {
    void go(ThrowingRunnable<?> body);

    void go(ThrowingSupplier<?, ?> body);
  }

  /** {@return whether the bodies have a result, by the name of the method that takes them} */
  private static Map<String, Set<Boolean>> shapes(Class<?> type) {
    Map<String, Set<Boolean>> shapes = new TreeMap<>();
    for (Method method : type.getMethods()) {
      if (method.getDeclaringClass() == type && !method.isSynthetic()) {
        for (Class<?> parameter : method.getParameterTypes()) {
          Method body = bodyOf(parameter);
          if (body != null) {
            shapes
                .computeIfAbsent(method.getName(), name -> new TreeSet<>())
                .add(body.getReturnType() != void.class);
            break; // the first is the body
          }
        }
      }
    }
    return shapes;
  }

  /** The only method without a body of a type that a lambda can be, or null. */
  private static Method bodyOf(Class<?> type) {
    if (!type.isInterface()) {
      return null;
    }
    List<Method> open =
        Arrays.stream(type.getMethods())
            .filter(method -> Modifier.isAbstract(method.getModifiers()))
            .toList();
    return open.size() == 1 && type != Iterable.class && type != Comparable.class
        ? open.getFirst()
        : null;
  }
}
