package io.selvage.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bytes between a connection and a program, and the memory that they need. */
class UnreadTest {
  private static final int CHUNK = AbstractByteStream.CHUNK;

  private final Unread unread = new Unread();
  private final List<ByteBuffer> others = new ArrayList<>();
  private int next; // the value of the next byte that comes in

  /** Empties the pool, so that it shows what this test gives back. */
  @BeforeEach
  void emptyThePool() {
    while (Buffers.kept() > 0) {
      others.add(Buffers.borrow());
    }
  }

  @AfterEach
  void refillThePool() {
    others.forEach(Buffers::giveBack);
  }

  /** As many bytes as there is room for, and not more than {@code most}. */
  private int fill(int most) {
    ByteBuffer room = unread.room();
    assertThat(room.hasRemaining()).isTrue();
    int count = Math.min(most, room.remaining());
    for (int i = 0; i < count; i++) {
      room.put((byte) next++);
    }
    unread.filled();
    return count;
  }

  private void fillExactly(int count) {
    for (int rest = count; rest > 0; ) {
      rest -= fill(rest);
    }
  }

  private void assertNext(byte[] bytes, int first) {
    for (int i = 0; i < bytes.length; i++) {
      assertThat(bytes[i]).isEqualTo((byte) (first + i));
    }
  }

  @Test
  void nothingKeepsNoBuffer() {
    assertThat(unread.isEmpty()).isTrue();
    assertThat(fill(0)).isZero();
    assertThat(unread.isEmpty()).isTrue();
    assertThat(Buffers.kept()).isEqualTo(1); // the borrowed one is back
    fill(10);
    assertThat(Buffers.kept()).isZero();
    assertNext(unread.take(10), 0);
    assertThat(Buffers.kept()).isEqualTo(1);
    assertThat(unread.capacity()).isZero();
  }

  @Test
  void aSmallRestNeedsItsOwnSizeWhileTheThreadWaits() {
    fill(100);
    unread.shrink();
    assertThat(unread.capacity()).isEqualTo(100);
    assertThat(Buffers.kept()).isEqualTo(1);
    unread.shrink();
    assertThat(unread.capacity()).isEqualTo(100);
    fill(50);
    assertThat(Buffers.kept()).isZero(); // borrowed again, for the next bytes
    assertThat(unread.size()).isEqualTo(150);
    assertNext(unread.take(150), 0);
  }

  @Test
  void halfAChunkKeepsItsRoomButNoBorrowedBuffer() {
    fill(CHUNK / 2 - 1);
    unread.shrink();
    assertThat(unread.capacity()).isEqualTo(CHUNK / 2 - 1);
    fill(1);
    assertThat(Buffers.kept()).isZero();
    unread.shrink();
    assertThat(Buffers.kept()).isEqualTo(1);
    assertThat(unread.capacity()).isEqualTo(CHUNK);
    assertThat(fill(CHUNK)).isEqualTo(CHUNK / 2); // without another copy
    unread.shrink();
    assertThat(unread.capacity()).isEqualTo(CHUNK);
    assertNext(unread.take(CHUNK), 0);
  }

  @Test
  void itGrowsByDoublingAndBecomesSmallWhenTheBytesAreTaken() {
    fillExactly(CHUNK);
    assertThat(unread.capacity()).isEqualTo(CHUNK);
    fillExactly(1);
    assertThat(unread.capacity()).isEqualTo(2 * CHUNK);
    assertThat(Buffers.kept()).isEqualTo(1);
    fillExactly(7 * CHUNK);
    assertThat(unread.capacity()).isEqualTo(16 * CHUNK);
    assertNext(unread.take(8 * CHUNK - 9), 0);
    assertThat(unread.size()).isEqualTo(10);
    assertThat(unread.capacity()).isEqualTo(10);
    assertNext(unread.take(10), 8 * CHUNK - 9);
  }

  @Test
  void roomIsMadeByMovingTheBytesIfHalfIsFree() {
    fillExactly(CHUNK);
    assertNext(unread.take(CHUNK / 2), 0);
    assertThat(fill(CHUNK)).isEqualTo(CHUNK / 2);
    assertThat(unread.capacity()).isEqualTo(CHUNK);
    assertNext(unread.take(CHUNK), CHUNK / 2);
  }

  @Test
  void noByteIsLostInAnyOrderOfSteps() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      ArrayDeque<Byte> expected = new ArrayDeque<>();
      for (int i = 0; i < 60; i++) {
        switch (random.nextInt(5)) {
          case 0, 1 -> {
            int before = next;
            int count = fill(random.nextInt(random.nextBoolean() ? 3 * CHUNK : 100));
            for (int j = 0; j < count; j++) {
              expected.add((byte) (before + j));
            }
          }
          case 2 -> assertTaken(unread.take(random.nextInt(unread.size() + 1)), expected);
          case 3 -> {
            ByteBuffer into = ByteBuffer.allocate(random.nextInt(2 * CHUNK));
            int count = unread.moveTo(into);
            assertThat(count).isEqualTo(into.position());
            byte[] moved = new byte[count];
            into.flip().get(moved);
            assertTaken(moved, expected);
          }
          default -> unread.shrink();
        }
        assertThat(unread.size()).isEqualTo(expected.size());
        assertThat(unread.isEmpty()).isEqualTo(expected.isEmpty());
        assertThat(unread.capacity()).isLessThanOrEqualTo(Math.max(2 * CHUNK, 4 * unread.size()));
      }
      unread.clear();
      assertThat(unread.isEmpty()).isTrue();
    }
    assertThat(Buffers.kept()).isPositive();
  }

  private static void assertTaken(byte[] taken, ArrayDeque<Byte> expected) {
    byte[] first = new byte[taken.length];
    for (int i = 0; i < first.length; i++) {
      first[i] = expected.remove();
    }
    assertThat(taken).isEqualTo(first);
  }

  @Test
  void aDelimiterIsFoundWhereverItIs() {
    byte[] delimiter = {5, 6};
    assertThat(unread.indexOf(delimiter, 0)).isEqualTo(-1);
    fill(6);
    assertThat(unread.indexOf(delimiter, 0)).isEqualTo(-1);
    fill(1);
    assertThat(unread.indexOf(delimiter, 0)).isEqualTo(5);
    assertThat(unread.indexOf(delimiter, 5)).isEqualTo(5);
    assertThat(unread.indexOf(delimiter, 6)).isEqualTo(-1);
    unread.skip(3);
    assertThat(unread.indexOf(delimiter, 0)).isEqualTo(2);
  }

  @Test
  void aViewShowsTheFirstBytesAndCannotChangeThem() {
    fill(10);
    unread.skip(2);
    ByteBuffer view = unread.view(4);
    assertThat(view.position()).isZero();
    assertThat(view.remaining()).isEqualTo(4);
    assertThat(view.get(0)).isEqualTo((byte) 2);
    assertThatThrownBy(() -> view.put((byte) 0)).isInstanceOf(ReadOnlyBufferException.class);
    view.get();
    assertThat(unread.size()).isEqualTo(8);
  }
}
