package io.selvage.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.Test;

/** A failure of a simulation can be sent to another process, as build tools do. */
class SimulationFailureSerializationTest {

  @Test
  @SuppressWarnings("BanSerializableRead") // its own bytes
  void aFailureSurvivesWithItsScheduleAndItsCause() throws Exception {
    SimulationFailure original =
        Failures.thrownBy(
            () ->
                Simulation.run(
                    7,
                    () -> {
                      throw new IOException("meant");
                    }));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(original);
    }
    SimulationFailure copy;
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      copy = (SimulationFailure) in.readObject();
    }
    assertThat(copy).hasMessage(original.getMessage()).hasRootCauseMessage("meant");
    assertThat(copy.kind()).isEqualTo(original.kind());
    assertThat(copy.seed()).isEqualTo(original.seed());
    assertThat(copy.schedule()).isEqualTo(original.schedule());
  }
}
