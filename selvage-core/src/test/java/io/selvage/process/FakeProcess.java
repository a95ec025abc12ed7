package io.selvage.process;

import io.selvage.Threads;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A process that ends when the test says so, with the outputs and the handle of the test. */
class FakeProcess extends Process {
  final CountDownLatch ended = new CountDownLatch(1);
  private final InputStream output;
  private final ProcessHandle handle;

  FakeProcess(InputStream output, ProcessHandle handle) {
    this.output = output;
    this.handle = handle;
  }

  @Override
  public OutputStream getOutputStream() {
    return OutputStream.nullOutputStream();
  }

  @Override
  public InputStream getInputStream() {
    return output;
  }

  @Override
  public InputStream getErrorStream() {
    return new ByteArrayInputStream(new byte[0]);
  }

  @Override
  public int waitFor() throws InterruptedException {
    if (!ended.await(Threads.LONG.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new AssertionError("the test has not ended its process");
    }
    return 0;
  }

  @Override
  public int exitValue() {
    return 0;
  }

  @Override
  public long pid() {
    return handle.pid();
  }

  @Override
  public ProcessHandle toHandle() {
    return handle;
  }

  @Override
  public void destroy() {
    throw new AssertionError("closes the pipes; use the handle");
  }
}
