package io.selvage.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The buffers that are used again and again. */
class BuffersTest {

  @Test
  void aBufferThatWasGivenBackIsUsedAgainAndEmpty() {
    ByteBuffer first = Buffers.borrow();
    assertThat(first.isDirect()).isTrue();
    assertThat(first.remaining()).isEqualTo(AbstractByteStream.CHUNK);
    first.put((byte) 1).flip();
    Buffers.giveBack(first);
    ByteBuffer again = Buffers.borrow();
    assertThat(again).isSameAs(first);
    assertThat(again.position()).isZero();
    assertThat(again.remaining()).isEqualTo(AbstractByteStream.CHUNK);
    Buffers.giveBack(again);
  }

  @Test
  void noTwoThreadsHaveTheSameAndNoMoreThanAFewAreKept() {
    Set<ByteBuffer> borrowed = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < 40; i++) {
      assertThat(borrowed.add(Buffers.borrow())).isTrue();
    }
    borrowed.forEach(Buffers::giveBack);
    assertThat(Buffers.kept()).isEqualTo(16);
    int known = 0;
    Set<ByteBuffer> later = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < 40; i++) {
      ByteBuffer buffer = Buffers.borrow();
      assertThat(later.add(buffer)).isTrue();
      known += borrowed.contains(buffer) ? 1 : 0;
    }
    assertThat(known).isEqualTo(16);
    later.forEach(Buffers::giveBack);
  }
}
