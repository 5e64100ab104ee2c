package dev.sirocco.apps;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script, with JDKs whose java prints its arguments, and a build that is up to date. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs bash")
class LauncherTest {

    private static final String ECHO = "#!/bin/sh\necho \"from $0\"\nfor a; do echo \"[$a]\"; done\ncat\n"
            + "echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2\necho 'another warning' >&2\nexit 7\n";

    @TempDir
    private Path folder;
    private Path home;
    private Path jdks;

    @BeforeEach
    void makeHome() throws IOException {
        home = Files.createDirectories(folder.resolve("home of sirocco"));
        jdks = Files.createDirectories(folder.resolve("jdks"));
        // Surefire runs in the module's folder.
        executable(home.resolve("sirocco"), Files.readString(Path.of("..", "sirocco")));
        Files.writeString(home.resolve("pom.xml"), "<project/>");
        Files.createDirectories(home.resolve("target/app"));
        Files.createFile(home.resolve("target/app/sirocco.jar"));
    }

    private static void executable(Path file, String script) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path jdk(String name, String version) throws IOException {
        Path jdk = jdks.resolve(name);
        executable(jdk.resolve("bin/java"), ECHO);
        executable(jdk.resolve("bin/javac"), ECHO);
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_RUNTIME_VERSION=\"" + version
                + "+1\"\nJAVA_VERSION=\"" + version + "\"\n");
        return jdk;
    }

    private record Result(int code, String out, String err) {}

    private Result launch(Path script, String javaHome, String... args) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of("bash", script.toString()), Stream.of(args))
                .toList());
        builder.environment().keySet().removeIf(name -> name.startsWith("JAVA") || name.startsWith("SIROCCO"));
        builder.environment().put("PATH", "/usr/bin:/bin");
        builder.environment().put("SIROCCO_JDKS", jdks.toString());
        builder.environment().put("SIROCCO_NO_AOT", "1");
        builder.environment().put("TORNADOVM_HOME", folder.resolve("sdk").toString());
        builder.environment().put("SDKMAN_DIR", folder.resolve("sdkman").toString());
        if (javaHome != null) {
            builder.environment().put("JAVA_HOME", javaHome);
        }
        Path err = folder.resolve("err.txt");
        Process process = builder.directory(folder.toFile()).redirectError(err.toFile()).start();
        process.getOutputStream().write("from stdin\n".getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), out, Files.readString(err));
    }

    @Test
    void theFirstJdkThatIsNewEnoughIsTaken() throws IOException, InterruptedException {
        jdk("a-17", "17.0.15");
        jdk("b-9", "9");
        Path good = jdk("c-25", "25.0.1");
        String out = launch(home.resolve("sirocco"), jdks.resolve("a-17").toString()).out;
        assertTrue(out.startsWith("from " + good.resolve("bin/java")), out);
    }

    @Test
    void javaHomeComesFirst() throws IOException, InterruptedException {
        jdk("a-25", "25");
        Path own = jdk("z-26", "26-ea");
        String out = launch(home.resolve("sirocco"), own.toString()).out;
        assertTrue(out.startsWith("from " + own), out);
    }

    @Test
    void argumentsStdinAndExitCodePassThrough() throws IOException, InterruptedException {
        jdk("25", "25.0.1");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("home of sirocco/sirocco"));
        Result result = launch(link, null, "write", "two words", "", "*");
        assertEquals(7, result.code);
        List<String> lines = result.out.lines().toList();
        assertTrue(lines.containsAll(List.of("[jdk.incubator.vector]", "[--enable-native-access=ALL-UNNAMED]",
                "[-Dsirocco.home=" + home.toRealPath() + "]")), result.out);
        assertEquals(List.of("[write]", "[two words]", "[]", "[*]", "from stdin"),
                lines.subList(lines.size() - 5, lines.size()));
    }

    @Test
    void anSdkOfTornadoVmIsUsedWhereItsDevicesAre() throws IOException, InterruptedException {
        jdk("25", "25.0.1");
        String argfile = "@" + home.toRealPath().resolve("target/app/tornado-argfile");
        assertFalse(launch(home.resolve("sirocco"), null, "write", "--device", "tornado").out.contains(argfile),
                "there is no SDK");
        Files.createDirectory(folder.resolve("sdk"));
        Files.writeString(folder.resolve("sdk/tornado-argfile"), "--module-path .:/sdk/modules\n");
        for (String[] args : new String[][] {{"write", "--device", "tornado"}, {"write", "--device=tornado:0:1"},
                {"devices"}}) {
            String out = launch(home.resolve("sirocco"), null, args).out;
            assertTrue(out.contains("[" + argfile + "]\n") && out.contains("[-Dtornado.recover.bailout=False]\n"), out);
        }
        assertEquals("--module-path /sdk/modules\n", Files.readString(home.resolve("target/app/tornado-argfile")),
                "a jar in the working directory would be on the module path");
        for (String[] args : new String[][] {{"write", "--device", "cpu"}, {"write"}, {"--help"}}) {
            assertFalse(launch(home.resolve("sirocco"), null, args).out.contains(argfile), "it has no GPU");
        }
    }

    @Test
    void withoutAJdkOneLineSaysWhereToGetIt() throws IOException, InterruptedException {
        jdk("17", "17.0.15");
        Result result = launch(home.resolve("sirocco"), null, "doctor");
        assertEquals(2, result.code);
        assertEquals(1, result.err.lines().count(), result.err);
        assertTrue(result.err.contains("no JDK 25") && result.err.contains("adoptium"), result.err);
    }

    @Test
    void aStaleBuildWithoutMavenIsOneLine() throws IOException, InterruptedException {
        jdk("25", "25.0.1");
        Files.delete(home.resolve("target/app/sirocco.jar"));
        ProcessBuilder bare = new ProcessBuilder("/bin/bash", home.resolve("sirocco").toString());
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool : List.of("dirname", "readlink", "mkdir", "cat", "rm", "find", "touch", "cp", "mv")) {
            Path found = Stream.of("/usr/bin", "/bin").map(bin -> Path.of(bin, tool)).filter(Files::exists).findFirst()
                    .orElseThrow();
            executable(tools.resolve(tool), "#!/bin/bash\nexec " + found + " \"$@\"\n");
        }
        bare.environment().clear();
        bare.environment().put("PATH", tools.toString());
        bare.environment().put("SIROCCO_JDKS", jdks.toString());
        Path err = folder.resolve("err.txt");
        Process process = bare.redirectError(err.toFile()).start();
        assertEquals(2, process.waitFor());
        String said = Files.readString(err);
        assertEquals(1, said.lines().count(), said);
        assertTrue(said.contains("Maven"), said);
        assertEquals(false, Files.exists(home.resolve("target/lock")), "the lock was left");
    }
}
