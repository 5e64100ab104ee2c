package dev.sirocco.tensor.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files with random damage: read or refused in one line, but never anything else, and never with more memory than the
 * file takes. {@code -Dsirocco.fuzz=100000} is how many of each format, and prints what came of them.
 */
@Timeout(1800)
class FuzzTest {

    private static final Integer MANY = Integer.getInteger("sirocco.fuzz");
    private static final int FILES = MANY == null ? 1000 : MANY;
    /** Heap: parsers' buffers, and the message. */
    private static final long LITTLE = 1 << 19;
    /** Files after which all classes are loaded, which takes memory too. */
    private static final int WARM = 500;
    private static final Path NAME = Path.of("fuzz");

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void safetensors() throws IOException {
        byte[] file = Files.readAllBytes(Golden.path("pth.safetensors"));
        fuzz("safetensors", new Damage(List.of(file), "[", "]", "{", "}", ",", ":", "\"", "-1", "1e999", "0.5", "null",
                "9223372036854775807", "99999999999999999999999", "2147483648", "\\ud800", "\u0000", "\u00ff",
                "[[[[[[[[[[", "\"dtype\":", "\"F64\"", "\"BOOL\""),
                bytes -> Safetensors.of(NAME, MemorySegment.ofArray(bytes)));
    }

    @Test
    void shards(@TempDir Path dir) {
        Storage two = Storage.of(Shape.of(2), 1f, 2f);
        Safetensors.write(dir.resolve("m-1.safetensors"), Map.of("a", two), Map.of("k", "v"));
        Safetensors.write(dir.resolve("m-2.safetensors"), Map.of("b", Storage.of(Shape.of(1), 3f)), Map.of());
        Path index = dir.resolve("model.safetensors.index.json");
        byte[] json = """
                {"metadata":{"total_size":12},"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}}"""
                .getBytes(StandardCharsets.UTF_8);
        fuzz("index of shards", new Damage(List.of(json), "[", "]", "{", "}", ",", ":", "\"", "null", "../",
                "/etc/passwd", "\\u0000", ".", "m-2.safetensors", "\"a\":", "\"weight_map\":", "{\"a\":{\"a\":{\"a\":",
                "\u00ff"),
                bytes -> Safetensors.ofShards(index, ShardIndex.parse(index, bytes)));
    }

    @Test
    void gguf() throws IOException {
        byte[] file = Files.readAllBytes(Golden.path("all.gguf"));
        fuzz("GGUF", new Damage(List.of(file), "\u0009\0\0\0\u0009\0\0\0\u0001\0\0\0\0\0\0\0", "\u0008\0\0\0",
                "\u0009\0\0\0\u0008\0\0\0\u0002\0\0\0\0\0\0\0", "GGUF", "\0\0\0\0\0\0\0\u0001", "f32",
                "general.alignment"),
                bytes -> Gguf.of(NAME, MemorySegment.ofArray(bytes)));
    }

    @Test
    void archivesOfPyTorch() throws IOException {
        byte[] file = Files.readAllBytes(Golden.path("zip.pth"));
        fuzz("PyTorch", new Damage(List.of(file), PICKLES),
                bytes -> PyTorchFile.of(NAME, MemorySegment.ofArray(bytes)));
    }

    /** The archive around the damaged pickle is sound. */
    @Test
    void picklesOfPyTorch() throws IOException {
        byte[] file = Files.readAllBytes(Golden.path("zip.pth"));
        Map<String, byte[]> files = new LinkedHashMap<>();
        ZipDirectory.parse(NAME, MemorySegment.ofArray(file), new Budget(NAME, file.length)).files()
                .forEach((name, content) -> files.put(name, content.toArray(ValueLayout.JAVA_BYTE)));
        fuzz("pickle in PyTorch", new Damage(List.of(files.get("zip/data.pkl")), PICKLES), bytes -> {
            files.put("zip/data.pkl", bytes);
            return PyTorchFile.of(NAME, MemorySegment.ofArray(Archive.of(files)));
        });
    }

    @Test
    void oldFilesOfPyTorch() throws IOException {
        byte[] file = Files.readAllBytes(Golden.path("legacy.pth"));
        fuzz("PyTorch before 1.6", new Damage(List.of(file), PICKLES),
                bytes -> PyTorchFile.of(NAME, MemorySegment.ofArray(bytes)));
    }

    @Test
    void llama2c() throws IOException {
        List<byte[]> files = List.of(Files.readAllBytes(Golden.path("llama-v0.bin")),
                Files.readAllBytes(Golden.path("llama-v1.bin")), Files.readAllBytes(Golden.path("llama-v2.bin")));
        fuzz("llama2.c", new Damage(files, "24ka", "\u0001\0\0\0", "\u0002\0\0\0", "\0\0\0\u0001"),
                bytes -> TensorFile.of(NAME, MemorySegment.ofArray(bytes)));
    }

    private static final String[] PICKLES = {"(", "t", "u", "e", "s", "a", "}", "]", ")", "N", "R", "Q", "b", ".",
        "h\0", "h\u0003", "q\u0003", "\u0085", "\u0086", "\u0087", "J\u00ff\u00ff\u00ff\u00ff", "J\0\0\0\u007f",
        "\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f", "K\0", "X\u0001\0\0\0a", "cos\nsystem\n",
        "cbuiltins\neval\n", "ccollections\nOrderedDict\n", "ctorch\nFloatStorage\n",
        "ctorch._utils\n_rebuild_tensor_v2\n", "]h\u0001h\u0001e", "PK\u0001\u0002", "PK\u0003\u0004",
        "PK\u0005\u0006", "}}}}}}}}}}}}}}}}"};

    // ---- what every damaged file must do ----------------------------------------------------------------------------

    private void fuzz(String format, Damage damage, Function<byte[], TensorFile> reader) {
        int read = 0;
        long most = 0;
        long longest = 0;
        for (int i = 0; i < FILES; i++) {
            byte[] bytes = damage.next();
            long from = System.nanoTime();
            long before = threads.getCurrentThreadAllocatedBytes();
            TensorFile file = null;
            try {
                file = reader.apply(bytes);
            } catch (UserError e) {
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            } catch (RuntimeException | Error e) {
                throw new AssertionError(format + " file " + i + ": " + Base64.getEncoder().encodeToString(bytes), e);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            if (i >= WARM) {
                assertTrue(allocated < LITTLE + bytes.length, () -> allocated + " bytes to open " + bytes.length);
                most = Math.max(most, allocated);
            }
            if (file != null) {
                readAll(file, bytes.length);
                read++;
            }
            longest = Math.max(longest, System.nanoTime() - from);
        }
        int sound = read;
        assertTrue(sound > 0 && sound < FILES, () -> sound + " files were read");
        if (MANY != null) {
            System.out.printf("%s: %,d files, %,d read, at most %,d KB of heap to open and %,d ms%n",
                    format, FILES, read, most >> 10, longest / 1_000_000);
        }
    }

    /** Values of a few sizes fit into what a tensor took in the file, except for what unpacking it adds. */
    private static void readAll(TensorFile file, int fileBytes) {
        assertTrue(file.format().length() < 30 && file.metadata() != null);
        for (Object value : file.metadata().values()) {
            if (value instanceof GgufArray array) {
                tolerant(() -> assertEquals(array.size(), array.values().size()));
            }
        }
        for (String name : file.names()) {
            assertTrue(file.storedBytes(name) <= fileBytes + 8, name);
            tolerant(() -> {
                Storage tensor = file.get(name);
                assertEquals(file.shape(name), tensor.shape());
                assertTrue(tensor.bytes() <= 8 * file.storedBytes(name), file.storedType(name));
            });
        }
    }

    private static void tolerant(Runnable action) {
        try {
            action.run();
        } catch (UserError e) {
            assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        }
    }
}
