package io.selvage.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires.Modifier;
import org.junit.jupiter.api.Test;

/** What the module of the network is made of, and what its exceptions are. */
class NetPublicTypesTest {

  @Test
  void theModuleNeedsTheCoreOnlyAndShowsNeitherItsPollerNorTheKernel() {
    ModuleDescriptor module = Network.class.getModule().getDescriptor();
    assertThat(module.requires())
        .filteredOn(needed -> !needed.modifiers().contains(Modifier.STATIC))
        .extracting(ModuleDescriptor.Requires::name)
        .containsExactlyInAnyOrder("java.base", "io.selvage");
    assertThat(module.requires())
        .filteredOn(needed -> needed.modifiers().contains(Modifier.TRANSITIVE))
        .extracting(ModuleDescriptor.Requires::name)
        .containsExactly("io.selvage");
    assertThat(module.exports())
        .filteredOn(export -> !export.isQualified())
        .extracting(ModuleDescriptor.Exports::source)
        .containsExactlyInAnyOrder(
            "io.selvage.net",
            "io.selvage.net.server",
            "io.selvage.net.framing",
            "io.selvage.net.tls");
    assertThat(module.exports()).noneMatch(ModuleDescriptor.Exports::isQualified);
  }

  @Test
  void failuresOfTheNetworkAreIoExceptionsWithTheirReasonAndCause() {
    IOException cause = new IOException("reset");
    assertThat(new BrokenStreamException("the stream has failed", cause))
        .isInstanceOf(IOException.class)
        .hasMessage("the stream has failed")
        .hasCause(cause);
    assertThat(new FrameTooLongException("a line is too long"))
        .isInstanceOf(IOException.class)
        .hasMessage("a line is too long")
        .hasNoCause();
  }
}
