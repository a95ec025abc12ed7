package io.selvage.net.framing;

import io.selvage.TaskGroup;
import io.selvage.channel.Receiver;
import io.selvage.net.ByteStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The examples in the Javadoc of this package. {@link FramingSnippetsTest} runs them. */
final class FramingSnippets {
  private FramingSnippets() {}

  static void lines(ByteStream stream) throws IOException, InterruptedException {
    // @start region="lines"
    FrameStream<String> lines = FrameStream.over(stream, LineFormat.of(8_000).withCrLf());
    lines.send("HELO example.org");
    String answer = lines.receive().orElse("the other end has closed the connection");
    // @end
    lines.send(answer);
  }

  static byte[] length(ByteStream stream) throws IOException, InterruptedException {
    // @start region="length"
    LengthFormat format = LengthFormat.of(4, 1 << 20).withOrder(ByteOrder.LITTLE_ENDIAN);
    FrameStream<byte[]> messages = FrameStream.over(stream, format);
    messages.send(new byte[] {1, 2, 3}); // 3 0 0 0 1 2 3
    byte[] answer = messages.receive().orElseThrow();
    // @end
    return answer;
  }

  static List<String> delimiter(ByteStream stream) throws IOException, InterruptedException {
    // @start region="delimiter"
    FrameFormat<String> fields =
        DelimiterFormat.of(new byte[] {0}, 1_000)
            .map(
                bytes -> new String(bytes, StandardCharsets.ISO_8859_1),
                text -> text.getBytes(StandardCharsets.ISO_8859_1));
    List<String> all = new ArrayList<>();
    FrameStream.over(stream, fields).forEach(all::add); // until the stream ends
    // @end
    return all;
  }

  static List<String> messages(ByteStream stream) throws InterruptedException {
    List<String> handled = new ArrayList<>();
    // @start region="messages"
    FrameStream<String> lines = FrameStream.over(stream, LineFormat.of(8_000));
    TaskGroup.run(
        group -> {
          Receiver<String> commands = lines.receiver(group, 16); // one task reads ahead
          commands.forEach(command -> handled.add(command));
        });
    // @end
    return handled;
  }

  static String ioStreams(ByteStream stream) throws IOException {
    // @start region="ioStreams"
    Writer out = new OutputStreamWriter(IoStreams.output(stream), StandardCharsets.UTF_8);
    out.write("hello\n");
    out.flush();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(IoStreams.input(stream), StandardCharsets.UTF_8));
    String answer = in.readLine();
    // @end
    return answer;
  }
}
