package dev.sirocco.tensor.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {

    /** Written by safetensors 0.8.0 for Python: a tensor of each type it shares with PyTorch, and metadata. */
    private static final String FROM_PYTHON = """
            qAIAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJtw7xzbGkiOiJhXCJiIiwiZm9ybWF0IjoicHQifSwiaTY0Ijp7ImR0eXBlIjoiSTY0
            Iiwic2hhcGUiOltdLCJkYXRhX29mZnNldHMiOlswLDhdfSwiZjY0Ijp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlsxXSwiZGF0YV9v
            ZmZzZXRzIjpbOCwxNl19LCJlbXB0eSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMCwzXSwiZGF0YV9vZmZzZXRzIjpbMTYsMTZd
            fSwiZjMyIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsxLDNdLCJkYXRhX29mZnNldHMiOlsxNiwyOF19LCJpMzIiOnsiZHR5cGUi
            OiJJMzIiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOlsyOCwzNl19LCJiZjE2Ijp7ImR0eXBlIjoiQkYxNiIsInNoYXBlIjpb
            Ml0sImRhdGFfb2Zmc2V0cyI6WzM2LDQwXX0sImYxNiI6eyJkdHlwZSI6IkYxNiIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6
            WzQwLDQ0XX0sImkxNiI6eyJkdHlwZSI6IkkxNiIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzQ0LDQ4XX0sImk4Ijp7ImR0
            eXBlIjoiSTgiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOls0OCw1MV19LCJ1OCI6eyJkdHlwZSI6IlU4Iiwic2hhcGUiOlsz
            XSwiZGF0YV9vZmZzZXRzIjpbNTEsNTRdfSwiYm9vbCI6eyJkdHlwZSI6IkJPT0wiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMi
            Ols1NCw1N119fSAgICkAAAAAAAAAmpmZmZmZuT8AAMA/AAAQwKabRDv5////////f4A/ScAAOP971P4sAYB/AwDI/wEAAQ==
            """;

    private static final String ONE = entry("w", "F32", "[2,3]", "[0,24]");

    @TempDir
    private Path dir;

    // ---- reading ----------------------------------------------------------------------------------------------

    @Test
    void readsWhatPythonWrote() throws IOException {
        Path path = Files.write(dir.resolve("python.safetensors"), Base64.getMimeDecoder().decode(FROM_PYTHON));
        Safetensors file = Safetensors.open(path);
        assertEquals(Map.of("format", "pt", "müsli", "a\"b"), file.metadata());
        assertEquals(List.of("i64", "f64", "empty", "f32", "i32", "bf16", "f16", "i16", "i8", "u8", "bool"),
                List.copyOf(file.names()));
        assertHolds(file, "f32", DType.F32, Shape.of(1, 3), 1.5f, -2.25f, 3e-3f);
        assertHolds(file, "bf16", DType.BF16, Shape.of(2), 1, -3.140625f);
        assertHolds(file, "f16", DType.F16, Shape.of(2), 0.5f, 65504);
        assertHolds(file, "i8", DType.I8, Shape.of(3), -128, 127, 3);
        assertHolds(file, "f64", DType.F32, Shape.of(1), 0.1f);
        assertHolds(file, "bool", DType.F32, Shape.of(3), 1, 0, 1);
        assertHolds(file, "i16", DType.I32, Shape.of(2), -300, 300);
        assertHolds(file, "u8", DType.I32, Shape.of(3), 0, 200, 255);
        assertHolds(file, "i64", DType.I32, Shape.SCALAR, 41);
        assertHolds(file, "empty", DType.F32, Shape.of(0, 3));
        assertArrayEquals(new int[] {-7, Integer.MAX_VALUE}, file.get("i32").ints());
        assertEquals("U8", file.storedType("u8"));
    }

    @Test
    void roundTripOfAllTypes() {
        Map<String, Storage> tensors = new LinkedHashMap<>();
        for (DType dtype : DType.values()) {
            for (int[] dims : new int[][] {{}, {0, 4}, {1}, {7}, {13, 17}, {4098}}) {
                Storage s = new Storage(dtype, Shape.of(dims));
                for (long i = 0; i < s.numel(); i++) {
                    s.set(i, (i % 251 - 125) * 0.37f);
                }
                tensors.put(dtype + " \"" + Shape.of(dims) + "\n", s);
            }
        }
        Path path = dir.resolve("all.safetensors");
        Safetensors.write(path, tensors, Map.of("step", "12", "ö", "\\"));
        Safetensors file = Safetensors.open(path);
        assertEquals(tensors.keySet(), file.names());
        assertEquals(Map.of("step", "12", "ö", "\\"), file.metadata());
        tensors.forEach((name, s) -> {
            Storage read = file.get(name);
            assertEquals(s.dtype(), read.dtype());
            assertEquals(s.shape(), read.shape());
            assertEquals(-1, s.segment().mismatch(read.segment()), name);
            assertEquals(0, read.segment().address() % s.dtype().bytes(), "alignment of " + name);
        });
    }

    @Test
    void dataBeginsAtACacheLine() throws IOException {
        Path path = dir.resolve("a.safetensors");
        for (String name : List.of("w", "a name of another length")) {
            Safetensors.write(path, Map.of(name, Storage.of(Shape.of(1), 1f)), Map.of());
            long header = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN).getLong();
            assertEquals(0, (8 + header) % 64);
            assertEquals(8 + header + 4, Files.size(path));
        }
    }

    @Test
    void tensorsThatAreMadeWhileTheyAreWritten() {
        Storage room = new Storage(DType.F32, Shape.of(2));
        List<String> made = new ArrayList<>();
        TensorSource ramp = new TensorSource("ramp", DType.F32, Shape.of(3, 2), () -> {
            made.add("ramp");
            return IntStream.range(0, 3).mapToObj(row -> {
                room.set(0, row);
                room.set(1, -row);
                return room;
            }).iterator();
        });
        Path path = dir.resolve("made.safetensors");
        Safetensors.write(path, List.of(TensorSource.of("half", new Storage(DType.F16, Shape.of(1))), ramp), Map.of());
        Safetensors file = Safetensors.open(path);
        assertEquals(List.of("ramp", "half"), List.copyOf(file.names()));
        assertHolds(file, "ramp", DType.F32, Shape.of(3, 2), 0, 0, 1, -1, 2, -2);
        assertEquals(List.of("ramp"), made);
    }

    @Test
    void sourcesThatFailLeaveTheOldFile() throws IOException {
        Path path = Files.writeString(dir.resolve("old.safetensors"), "old");
        Storage two = new Storage(DType.F32, Shape.of(2));
        Storage half = new Storage(DType.F16, Shape.of(4));
        for (Iterable<Storage> parts : List.<Iterable<Storage>>of(List.of(), List.of(two, two), List.of(half),
                () -> { throw new UserError("no such values"); })) {
            TensorSource source = new TensorSource("w", DType.F32, Shape.of(3), parts);
            assertThrows(RuntimeException.class, () -> Safetensors.write(path, List.of(source), Map.of()));
            assertEquals("old", Files.readString(path));
            try (Stream<Path> files = Files.list(dir)) {
                assertEquals(List.of(path), files.toList());
            }
        }
        TensorSource w = TensorSource.of("w", two);
        assertThrows(IllegalArgumentException.class, () -> Safetensors.write(path, List.of(w, w), Map.of()));
        assertThrows(IllegalArgumentException.class,
                () -> Safetensors.write(path, Map.of("__metadata__", two), Map.of()));
    }

    @Test
    void noTensorsAtAll() {
        Path path = dir.resolve("none.safetensors");
        Safetensors.write(path, Map.of(), Map.of());
        assertTrue(Safetensors.open(path).names().isEmpty());
    }

    @Test
    void missingTensor() {
        Path path = write("{" + ONE + "}", 24);
        assertFalse(Safetensors.open(path).contains("v"));
        assertRefused("has no tensor 'v' among its 1", () -> Safetensors.open(path).get("v"));
    }

    @Test
    void typesWithoutCounterpart() {
        Path path = write("{" + entry("w", "F8_E4M3", "[2]", "[0,2]") + "," + entry("i", "I64", "[1]", "[2,10]") + "}",
                new byte[] {0, 0, 0, 0, 0, 0, 1, 0, 0, 0});
        assertRefused("tensor 'w' has type F8_E4M3, which is not supported; convert it",
                () -> Safetensors.open(path).get("w"));
        assertRefused("tensor 'w' has type F8_E4M3", () -> Safetensors.open(path).dtype("w"));
        assertEquals(DType.I32, Safetensors.open(path).dtype("i"));
        assertRefused("tensor 'i' holds integers beyond 32 bits", () -> Safetensors.open(path).get("i"));
    }

    // ---- several files ----------------------------------------------------------------------------------------

    @Test
    void shards() throws IOException {
        Safetensors.write(dir.resolve("model-1.safetensors"), Map.of("a", Storage.of(Shape.of(1), 1f)),
                Map.of("format", "pt"));
        Safetensors.write(dir.resolve("model-2.safetensors"), Map.of("b", Storage.of(Shape.of(1), 2f)), Map.of());
        index("{\"metadata\":{\"total_size\":8},"
                + "\"weight_map\":{\"b\":\"model-2.safetensors\",\"a\":\"model-1.safetensors\"}}");
        Safetensors model = Safetensors.open(dir);
        assertEquals(List.of("b", "a"), List.copyOf(model.names()));
        assertEquals(Map.of("format", "pt"), model.metadata());
        assertEquals(1, model.get("a").scalar());
        assertEquals(2, model.get("b").scalar());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"weight_map\":{\"a\":\"model-3.safetensors\"}}       | model-3.safetensors",
        "{\"weight_map\":{\"a\":\"../model.safetensors\"}}      | '../model.safetensors' is not the name of",
        "{\"weight_map\":{\"a\":\"/etc/passwd\"}}               | '/etc/passwd' is not the name of",
        "{\"weight_map\":{\"a\":3}}                             | weight_map is not as it should be",
        "{\"weight_map\":{}}                                    | it has no weight_map",
        "[]                                                     | the index is not as it should be",
        "{\"weight_map\"                                        | its JSON is not valid"})
    void damagedIndex(String json, String message) throws IOException {
        index(json);
        assertRefused(message, () -> Safetensors.open(dir));
    }

    @Test
    void indexedButNotThere() throws IOException {
        Safetensors.write(dir.resolve("model-1.safetensors"), Map.of("a", Storage.of(Shape.of(1), 1f)), Map.of());
        index("{\"weight_map\":{\"b\":\"model-1.safetensors\"}}");
        assertRefused("model-1.safetensors has no tensor 'b'", () -> Safetensors.open(dir));
    }

    @Test
    void sameNameInTwoShards() throws IOException {
        Map<String, Storage> both = Map.of("a", Storage.of(Shape.of(1), 1f), "b", Storage.of(Shape.of(1), 2f));
        Safetensors.write(dir.resolve("model-1.safetensors"), both, Map.of());
        Safetensors.write(dir.resolve("model-2.safetensors"), Map.of("b", Storage.of(Shape.of(1), 3f)), Map.of());
        index("{\"weight_map\":{\"a\":\"model-1.safetensors\",\"b\":\"model-2.safetensors\"}}");
        assertRefused("tensor 'b' is in model-1.safetensors too, not only in model-2.safetensors",
                () -> Safetensors.open(dir));
    }

    /** A shard is a file; a directory with an index of its own could lead anywhere, back here too. */
    @Test
    void directoryAsShard() throws IOException {
        Files.createSymbolicLink(dir.resolve("model-1.safetensors"), dir);
        index("{\"weight_map\":{\"a\":\"model-1.safetensors\"}}");
        assertRefused("model-1.safetensors: it is not a file", () -> Safetensors.open(dir));
    }

    @Test
    void noCheckpointInTheDirectory() {
        assertRefused("cannot read " + dir.resolve("model.safetensors.index.json"), () -> Safetensors.open(dir));
    }

    // ---- damage -----------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "F32 | [2,3]                   | [0,20]  | 20 | of F32 [2, 3] does not have the size of its data_offsets [0, 20]",
        "F32 | [2,3]                   | [24,0]  | 24 | does not have the size of its data_offsets",
        "F32 | [2,3]                   | [4,28]  | 28 | tensor 'w' begins at byte 4 of the data, where byte 0 was",
        "F32 | [2,3]                   | [0,24]  | 23 | it is cut short, with 23 of 24 bytes of data",
        "F32 | [2,3]                   | [0,24]  | 25 | 1 bytes follow the last tensor",
        "F32 | [-2,3]                  | [0,24]  | 24 | the shape of tensor 'w' has something other than numbers from 0 on",
        "F32 | [2.0,3]                 | [0,24]  | 24 | the shape of tensor 'w' has something other than numbers from 0 on",
        "F32 | [99999999999999999999]  | [0,24]  | 24 | or too large a one",
        "F32 | [3000000000]            | [0,24]  | 24 | the shape [3000000000] of tensor 'w' is too large",
        "F32 | [2000000000,2000000000,2000000000,0] | [0,0] | 0 | of tensor 'w' is too large",
        "F32 | [4611686018427387904]   | [0,0]   | 0  | of tensor 'w' is too large",
        "F32 | [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1] | [0,4] | 4 | has more than 32 numbers",
        "F32 | 6                       | [0,24]  | 24 | the shape of tensor 'w' is not as it should be",
        "F32 | [2,3]                   | [0]     | 24 | lacks its dtype, shape or two data_offsets",
        "F32 | [2,3]                   | [0,12,24] | 24 | has more than 2 numbers",
        "F32 | [2,3]                   | [-24,0] | 24 | data_offsets of tensor 'w' has something other than numbers from 0 on",
        "F33 | [2,3]                   | [0,24]  | 24 | tensor 'w' has the unknown dtype 'F33'"})
    void damagedEntry(String dtype, String shape, String offsets, int bytes, String message) {
        Path path = write("{" + entry("w", dtype, shape, offsets) + "}", bytes);
        assertRefused(message, () -> Safetensors.open(path));
        assertRefused(path + " is damaged: ", () -> Safetensors.open(path));
        assertRefused("; fetch or convert it again", () -> Safetensors.open(path));
    }

    @Test
    void damagedHeader() {
        assertDamaged("its JSON is not valid (Duplicate field 'w'", "{" + ONE + "," + ONE + "}", 24);
        assertDamaged("tensor 'v' begins at byte 20 of the data, where byte 24", "{" + ONE + ","
                + entry("v", "F32", "[2]", "[20,28]") + "}", 28);
        assertDamaged("tensor 'v' begins at byte 28 of the data, where byte 24", "{" + ONE + ","
                + entry("v", "F32", "[2]", "[28,36]") + "}", 36);
        assertDamaged("tensor 'w' lacks its dtype", "{\"w\":{\"dtype\":\"F32\",\"shape\":[]}}", 4);
        assertDamaged("tensor 'w' is not as it should be", "{\"w\":[]}", 4);
        assertDamaged("__metadata__ is not as it should be", "{\"__metadata__\":{\"a\":1}," + ONE + "}", 24);
        assertDamaged("its JSON is not valid", "{" + ONE + "          ", 24);
        assertDamaged("what follows its header's JSON", "{" + ONE + "} {}", 24);
        assertDamaged("its JSON is not valid", "{" + ONE + "}\0\0", 24);
        assertDamaged("its JSON is not valid", "{\"w\":{\"x\":" + "[".repeat(100) + "]".repeat(100) + "}}", 24);
        assertDamaged("tensor 'a?b' lacks", "{\"a\\u0007b\":{}}", 0);
        assertDamaged("tensor '" + "x".repeat(120) + "…' lacks", "{\"" + "x".repeat(5000) + "\":{}}", 0);
        Path invalid = write(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}', ' '}, new byte[0]);
        assertRefused("its JSON is not valid", () -> Safetensors.open(invalid));
    }

    /** Entries without elements are short in the file, but not in memory. */
    @Test
    void manyEntriesForLittleFile() {
        StringBuilder header = new StringBuilder("{\"a\":" + ONE.substring(4));
        for (int i = 0; i < 150_000; i++) {
            header.append(",\"").append(i).append("\":{\"dtype\":\"I8\",\"shape\":[0],\"data_offsets\":[0,0]}");
        }
        assertDamaged("what it holds besides tensors would take more memory than the file", header + "}", 24);
    }

    @Test
    void unknownKeysOfAnEntryAreIgnored() {
        Path path = write("{" + ONE.replace("{", "{\"note\":{\"a\":[1]},") + "}", 24);
        assertEquals(Shape.of(2, 3), Safetensors.open(path).shape("w"));
    }

    @Test
    void otherFiles() throws IOException {
        assertOther("is empty", new byte[0]);
        assertOther("is not a safetensors file, or is cut short", new byte[7]);
        assertOther("is not a safetensors file, or is cut short", "<!DOCTYPE html><title>404</title>".getBytes());
        assertOther("run `git lfs pull`", "version https://git-lfs.github.com/spec/v1\noid".getBytes());
        assertOther("is a GGUF file", "GGUF\3\0\0\0\0\0\0\0\0\0".getBytes());
        assertOther("is a PyTorch checkpoint", "PK\3\4\0\0\0\0\0\0\0\0\0".getBytes());
        byte[] hugeHeader = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(Long.MAX_VALUE)
                .put("{}      ".getBytes()).array();
        assertOther("is not a safetensors file, or is cut short", hugeHeader);
        assertRefused("cannot read " + dir.resolve("absent"), () -> Safetensors.open(dir.resolve("absent")));
    }

    /** Every length of a file that is cut off. */
    @Test
    void cutShort() throws IOException {
        byte[] whole = Files.readAllBytes(write("{" + ONE + "}", 24));
        Path path = dir.resolve("cut.safetensors");
        for (int length = 0; length < whole.length; length++) {
            Files.write(path, Arrays.copyOf(whole, length));
            assertThrows(UserError.class, () -> Safetensors.open(path), "cut to " + length + " bytes");
        }
    }

    // ---- files by hand ---------------------------------------------------------------------------------------

    private void assertDamaged(String message, String header, int dataBytes) {
        assertRefused(message, () -> Safetensors.open(write(header, dataBytes)));
    }

    private void assertOther(String message, byte[] content) throws IOException {
        Path path = Files.write(dir.resolve("other"), content);
        assertRefused(path + " ", () -> Safetensors.open(path));
        assertRefused(message, () -> Safetensors.open(path));
    }

    private static void assertRefused(String part, Runnable action) {
        String message = assertThrows(UserError.class, action::run).getMessage();
        assertTrue(message.contains(part), "\"" + message + "\" should contain \"" + part + "\"");
        assertEquals(1, message.lines().count(), message);
    }

    private static void assertHolds(Safetensors file, String name, DType dtype, Shape shape, float... values) {
        Storage s = file.get(name);
        assertEquals(dtype, s.dtype(), name);
        assertEquals(shape, s.shape(), name);
        assertEquals(shape, file.shape(name), name);
        assertArrayEquals(values, s.floats(), name);
    }

    private static String entry(String name, String dtype, String shape, String offsets) {
        return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}".formatted(name, dtype, shape, offsets);
    }

    private void index(String json) throws IOException {
        Files.writeString(dir.resolve("model.safetensors.index.json"), json);
    }

    private Path write(String header, int dataBytes) {
        return write(header, new byte[dataBytes]);
    }

    private Path write(String header, byte[] data) {
        return write(header.getBytes(StandardCharsets.UTF_8), data);
    }

    private Path write(byte[] header, byte[] data) {
        ByteBuffer file = ByteBuffer.allocate(8 + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(header.length).put(header).put(data);
        try {
            return Files.write(dir.resolve("test.safetensors"), file.array());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
