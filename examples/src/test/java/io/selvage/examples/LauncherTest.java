package io.selvage.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The launcher in a checkout of its own, whose JDK and Maven only say how they were called. So it
 * builds nothing.
 */
class LauncherTest {
  private static final String JAVA =
      """
      #!/bin/sh
      echo "java $*"
      if [ -e /dev/fd/0 ]; then echo "input: $(wc -c)"; else echo "input is closed"; fi
      exit ${STATUS:-0}
      """;
  private static final String MVN =
      """
      #!/bin/sh
      echo "mvn $*"
      echo "options $MAVEN_OPTS"
      exit ${STATUS:-0}
      """;

  /** In place of the check of the projects of new users: prints what is in its repository. */
  private static final String CHECK =
      """
      #!/bin/sh
      echo "check $*"
      (cd "$2" && ls -d * io/*)
      """;

  private record Ended(int status, String out, String err) {}

  @TempDir private Path root;

  @BeforeEach
  void checkout() throws IOException {
    Path launcher = Path.of("..", "selvage");
    script("selvage", Files.readString(launcher));
    script("jdk/bin/java", JAVA);
    script("jdk/bin/javac", "#!/bin/sh\n");
    script("bin/mvn", MVN);
    script("consumers/check", CHECK);
    file("home/.m2/repository/org/other/1/other-1.jar", "");
    file("home/.m2/repository/io/other/1/other-1.jar", "");
    file("home/.m2/repository/io/selvage/selvage-core/0/selvage-core-0.jar", "");
    file("jdk/release", "JAVA_VERSION=\"25.0.1\"\n");
    file("pom.xml", "");
    for (String module : List.of("selvage-core", "selvage-net", "selvage-test", "examples")) {
      file(module + "/pom.xml", "");
      Files.createDirectories(root.resolve(module + "/src/main"));
      file(module + "/target/classes/module-info.class", "");
    }
    Files.createDirectories(root.resolve("tmp"));
    file("examples/target/.demo-built", ""); // newer than all others
  }

  private void file(String name, String content) throws IOException {
    Path path = root.resolve(name);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
  }

  private void script(String name, String content) throws IOException {
    file(name, content);
    Files.setPosixFilePermissions(root.resolve(name), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void outOfDate() throws IOException {
    Files.delete(root.resolve("examples/target/.demo-built"));
  }

  private Ended shell(String line) throws IOException, InterruptedException {
    return shell(line, 0);
  }

  /** Runs a line of shell in which $0 is the launcher; Java and Maven end with this status. */
  private Ended shell(String line, int status) throws IOException, InterruptedException {
    File out = root.resolve("out").toFile();
    File err = root.resolve("err").toFile();
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", line, root.resolve("selvage").toString())
            .redirectInput(new File("/dev/null"))
            .redirectOutput(out)
            .redirectError(err);
    builder.environment().put("JAVA_HOME", root.resolve("jdk").toString());
    builder.environment().merge("PATH", root.resolve("bin") + ":", (old, mine) -> mine + old);
    builder.environment().put("HOME", root.resolve("home").toString());
    builder.environment().put("TMPDIR", root.resolve("tmp").toString());
    builder.environment().put("STATUS", Integer.toString(status));
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ended(
        process.exitValue(),
        Files.readString(out.toPath(), StandardCharsets.UTF_8),
        Files.readString(err.toPath(), StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "test",
        "consumers",
        "install",
        "api",
        "site",
        "format",
        "stress",
        "leak",
        "exhaust",
        "bench"
      })
  void eachCommandHasHelpThatRunsNothing(String command) throws Exception {
    List<String> ways =
        List.of(
            command + " --help",
            command + " -h",
            command + " help",
            "help " + command,
            "--help " + command);
    for (String way : ways) {
      Ended ended = shell("$0 " + way);
      assertThat(ended.status()).as(way).isZero();
      assertThat(ended.out()).as(way).startsWith("usage: ./selvage " + command);
      assertThat(ended.out()).doesNotContain("java -", "mvn -");
      assertThat(ended.err()).isEmpty();
    }
  }

  @Test
  void helpListsTheCommandsAndATypoIsAnswered() throws Exception {
    for (String way : List.of("$0", "$0 help", "$0 -h", "$0 --help")) {
      assertThat(shell(way).out()).startsWith("usage: ./selvage <command> [arguments]");
    }
    assertThat(shell("$0 bench groups --help").out()).startsWith("usage: ./selvage bench ");
    Ended typo = shell("$0 tset");
    assertThat(typo.status()).isEqualTo(2);
    assertThat(typo.err()).contains("there is no command 'tset'; did you mean 'test'?");
  }

  /** Otherwise the next file that Java opens, its own classes, would be its input. */
  @Test
  void aClosedStandardInputIsAnEmptyOne() throws Exception {
    Ended closed = shell("$0 demo <&-");
    assertThat(closed.status()).isZero();
    assertThat(closed.out().lines()).last().asString().matches("input: *0");
    Ended given = shell("printf abc | $0 demo");
    assertThat(given.out().lines()).last().asString().matches("input: *3");
  }

  @Test
  void closedOutputsDoNotHinder() throws Exception {
    assertThat(shell("$0 demo >&-").status()).isZero();
    assertThat(shell("$0 demo 2>&-").out()).startsWith("java ");
  }

  @Test
  void theDemoIsPlainIfItsErrorsGoIntoAFile() throws Exception {
    assertThat(shell("$0 demo load 5").out())
        .startsWith("java -Dselvage.demo.plain=true ")
        .contains(" -m io.selvage.examples/io.selvage.examples.Main load 5\n");
  }

  @Test
  void theStressRunGetsItsArgumentsAndTheToolsGetTheirs() throws Exception {
    Files.createDirectories(root.resolve("stress/target"));
    assertThat(shell("$0 stress --minutes 2 soak").out())
        .contains("java -Dselvage.stress.terminal=false ")
        .contains(" io.selvage.stress.run.StressRun --report ")
        .contains("/stress/target/stress-report.md --minutes 2 soak\n");
    assertThat(shell("$0 stress jcstress -t Gate").out())
        .contains("java -jar jcstress.jar -t Gate\n");
    assertThat(shell("$0 stress lincheck 20").out())
        .contains(" io.selvage.stress.lincheck.Linearizability 20\n");
  }

  @Test
  void mavenPrintsNoTerminalCodes() throws Exception {
    assertThat(shell("$0 test").out())
        .contains("mvn -B ", " -Dstyle.color=never ", " -Djansi.noreset=true ");
  }

  @Test
  void testSaysFirstWhatItDoesAndHowLongItTakes() throws Exception {
    Ended ended = shell("$0 test -pl selvage-core");
    assertThat(ended.status()).isZero();
    assertThat(ended.out()).contains(" verify -pl selvage-core\n");
    assertThat(ended.err())
        .startsWith("selvage: running every gate over all modules: ")
        .contains("about 12 minutes on 2 cores")
        .endsWith("selvage: all gates passed.\n");
  }

  @Test
  void newProjectsAreBuiltWithARepositoryThatHasOnlyTheLibraryJustBuilt() throws Exception {
    for (String command : List.of("test", "consumers")) {
      Ended ended = shell("$0 " + command);
      assertThat(ended.status()).as(ended.err()).isZero();
      assertThat(ended.out() + ended.err())
          .containsPattern("mvn .* install -Dmaven.repo.local=\\S+/repository ")
          .containsPattern("check \\S+/projects \\S+/repository\nio\nio/other\norg\n");
      assertThat(root.resolve("tmp")).isEmptyDirectory();
    }
    Ended some = shell("$0 test -pl selvage-core");
    assertThat(some.out() + some.err()).doesNotContain("check ");
    Ended failed = shell("$0 consumers", 7);
    assertThat(failed.status()).isEqualTo(1);
    assertThat(failed.err())
        .endsWith("selvage: the build of the library failed; see the messages above.\n");
    assertThat(root.resolve("tmp")).isEmptyDirectory();
  }

  @Test
  void aFailureIsOneAndControlCIsNone() throws Exception {
    Ended failed = shell("$0 test", 7);
    assertThat(failed.status()).isEqualTo(1);
    assertThat(failed.err()).endsWith("selvage: a gate failed; see the messages above.\n");
    Ended interrupted = shell("$0 test", 130);
    assertThat(interrupted.status()).isEqualTo(130);
    assertThat(interrupted.err()).endsWith("selvage: interrupted.\n");
    outOfDate();
    assertThat(shell("$0 demo", 130).status()).isEqualTo(130);
    assertThat(shell("$0 demo", 7).err())
        .endsWith("selvage: the build of examples failed; see the messages above.\n");
  }

  @Test
  void theStatusOfADemoIsThatOfTheLauncher() throws Exception {
    assertThat(shell("$0 demo", 130).status()).isEqualTo(130);
  }

  @Test
  void theSiteSaysWhatItLacksAndTakesNoArguments() throws Exception {
    script("bin/npm", "#!/bin/sh\n");
    script("bin/node", "#!/bin/sh\n[ $1 = -p ] && echo 18.20.4\n"); // it is too old: -e fails
    Ended old = shell("$0 site");
    assertThat(old.status()).isEqualTo(1);
    assertThat(old.out()).isEmpty();
    assertThat(old.err())
        .contains("Node.js 20.19 or newer with npm is missing: node is of version 18.20.4.")
        .contains("Install it ");
    Ended surplus = shell("$0 site here");
    assertThat(surplus.status()).isEqualTo(2);
    assertThat(surplus.err()).contains("'site' takes no arguments");
  }

  /** A file in place of the folder stands for one that cannot be written, also by root. */
  @Test
  void aCheckoutThatCannotBeWrittenRunsWhatIsBuiltAndSaysWhatElseIsMissing() throws Exception {
    Path target = root.resolve("selvage-core/target");
    Files.move(target, root.resolve("moved"));
    Files.writeString(target, "");
    for (String command :
        List.of("demo", "test", "consumers", "install", "api", "stress", "leak", "bench")) {
      Ended ended = shell("$0 " + command);
      assertThat(ended.status()).as(command).isEqualTo(1);
      assertThat(ended.out()).doesNotContain("mvn");
      assertThat(ended.err())
          .contains("cannot build: the folder ", "/selvage-core/target cannot be written.\n")
          .contains("Make it writable, or copy this checkout to a place of your own");
    }
    Files.delete(target);
    Files.move(root.resolve("moved"), target);
    assertThat(shell("$0 demo").out()).startsWith("java ");
  }
}
