package io.selvage.test.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRingTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 64, 65, 1000})
  void isAQueueOfBytes(int capacity) {
    ByteRing ring = new ByteRing(capacity);
    ArrayDeque<Byte> model = new ArrayDeque<>();
    SplittableRandom random = new SplittableRandom(capacity);
    for (int i = 0; i < 2_000; i++) {
      if (random.nextBoolean()) {
        byte[] bytes = new byte[random.nextInt(ring.room() + 1)];
        random.nextBytes(bytes);
        ring.put(ByteBuffer.wrap(bytes), bytes.length);
        for (byte b : bytes) {
          model.add(b);
        }
      } else {
        ByteBuffer into = ByteBuffer.allocate(random.nextInt(ring.size() + 1));
        ring.take(into, into.capacity());
        for (byte b : into.array()) {
          assertThat(b).isEqualTo(model.remove());
        }
      }
      assertThat(ring.size()).isEqualTo(model.size());
      assertThat(ring.room()).isEqualTo(capacity - model.size());
    }
    ring.clear();
    assertThat(ring.size()).isZero();
  }
}
