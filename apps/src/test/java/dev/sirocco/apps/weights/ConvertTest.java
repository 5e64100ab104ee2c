package dev.sirocco.apps.weights;

import static dev.sirocco.apps.Printed.assertRefused;
import static dev.sirocco.apps.Printed.wellBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.io.TensorFile;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvertTest {

    /** More than is converted at a time. */
    private static final int MANY = (2 << 20) + 13;

    @TempDir
    private Path folder;

    private Path in;
    private Path out;

    @BeforeEach
    void names() {
        in = folder.resolve("in.safetensors");
        out = folder.resolve("out.safetensors");
    }

    private String convert(String... options) {
        return wellBy(Stream.concat(Stream.of("convert", in.toString(), out.toString()), Stream.of(options))
                .toArray(String[]::new));
    }

    private void assertOnlyHere(Path... files) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            assertEquals(List.of(files), all.sorted().toList());
        }
    }

    private static Storage ramp(DType type, Shape shape) {
        Storage storage = new Storage(type, shape);
        for (long i = 0; i < storage.numel(); i++) {
            storage.set(i, (i % 1009 - 500) / 64f);
        }
        return storage;
    }

    private static Storage as(DType type, Storage storage) {
        Storage other = new Storage(type, storage.shape());
        other.set(storage);
        return other;
    }

    private static void assertSame(Storage expected, Storage actual) {
        assertEquals(expected.dtype(), actual.dtype());
        assertEquals(expected.shape(), actual.shape());
        assertEquals(-1, expected.segment().mismatch(actual.segment()));
    }

    @Test
    void keepsWhatNeedsNoChange() throws IOException {
        Map<String, Storage> tensors = new LinkedHashMap<>();
        tensors.put("half", ramp(DType.F16, Shape.of(7)));
        tensors.put("many", ramp(DType.F32, Shape.of(1, MANY)));
        tensors.put("brain", ramp(DType.BF16, Shape.of(13, 17)));
        tensors.put("bytes", ramp(DType.I8, Shape.of(1)));
        tensors.put("whole", ramp(DType.I32, Shape.SCALAR));
        tensors.put("none", ramp(DType.F32, Shape.of(0, 8)));
        Safetensors.write(in, tensors, Map.of("format", "tf", "a", "b\n\"ü"));
        String said = convert();
        assertTrue(said.endsWith("out.safetensors: 6 tensors, 8.4 MB" + System.lineSeparator()), said);
        Safetensors made = Safetensors.open(out);
        assertEquals(tensors.keySet(), made.names());
        tensors.forEach((name, tensor) -> assertSame(tensor, made.get(name)));
        assertEquals(Map.of("format", "tf", "a", "b\n\"ü"), made.metadata());
        assertOnlyHere(in, out);
    }

    @Test
    void changesTheTypeOfAllButIntegers() {
        Storage many = ramp(DType.F32, Shape.of(MANY));
        Storage half = ramp(DType.F16, Shape.of(7));
        Storage integers = ramp(DType.I32, Shape.of(13));
        for (DType type : List.of(DType.BF16, DType.F16, DType.F32)) {
            Safetensors.write(in, Map.of("many", many, "half", half, "n", integers), Map.of());
            convert("--type", type.name().toLowerCase(Locale.ROOT));
            Safetensors made = Safetensors.open(out);
            assertSame(as(type, many), made.get("many"));
            assertSame(as(type, half), made.get("half"));
            assertSame(integers, made.get("n"));
        }
    }

    @Test
    void typesThatAreNotOursBecomeSome() throws IOException {
        SampleFiles.safetensors(in, """
                {"d": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]},
                 "l": {"dtype": "I64", "shape": [1], "data_offsets": [8, 16]},
                 "s": {"dtype": "I16", "shape": [1], "data_offsets": [16, 18]},
                 "u": {"dtype": "U8", "shape": [1], "data_offsets": [18, 19]},
                 "b": {"dtype": "BOOL", "shape": [1], "data_offsets": [19, 20]}}""",
                ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN).putDouble(0.5).putLong(-(1L << 30))
                        .putShort((short) -7).put((byte) 200).put((byte) 1).array());
        convert();
        Safetensors made = Safetensors.open(out);
        assertSame(Storage.of(Shape.of(1), 0.5f), made.get("d"));
        assertSame(Storage.of(Shape.of(1), -(1 << 30)), made.get("l"));
        assertSame(Storage.of(Shape.of(1), -7), made.get("s"));
        assertSame(Storage.of(Shape.of(1), 200), made.get("u"));
        assertSame(Storage.of(Shape.of(1), 1f), made.get("b"));
    }

    @Test
    void unpacksWhatIsQuantised() throws IOException {
        in = SampleFiles.gguf(folder.resolve("in.gguf"));
        assertTrue(convert().contains("left out, since safetensors has no lists: tokens"));
        Safetensors made = Safetensors.open(out);
        Storage expected = new Storage(DType.F32, Shape.of(2, 32));
        for (int i = 0; i < 32; i++) {
            expected.set(i, 0.5f * i);
            expected.set(32 + i, -i);
        }
        assertSame(expected, made.get("blk.0.w"));
        assertEquals(Map.of("general.architecture", "llama", "llama.block_count", "5", "format", "pt"),
                made.metadata());
    }

    @Test
    void joinsShards() throws IOException {
        in = Files.createDirectory(folder.resolve("shards"));
        Safetensors.write(in.resolve("a.safetensors"), Map.of("x", ramp(DType.F32, Shape.of(3))), Map.of());
        Safetensors.write(in.resolve("b.safetensors"), Map.of("y", ramp(DType.F16, Shape.of(5))), Map.of());
        Files.writeString(in.resolve("model.safetensors.index.json"),
                "{\"weight_map\": {\"x\": \"a.safetensors\", \"y\": \"b.safetensors\"}}");
        convert("--type", "bf16");
        assertEquals(List.of("x", "y"), Safetensors.open(out).names().stream().sorted().toList());
    }

    @Test
    void mayTakeThePlaceOfItsInput() throws IOException {
        Safetensors.write(in, Map.of("x", ramp(DType.F32, Shape.of(MANY))), Map.of());
        out = in;
        convert("--type", "bf16");
        assertEquals("BF16", Safetensors.open(in).storedType("x"));
        assertOnlyHere(in);
    }

    // ---- what is refused ------------------------------------------------------------------------------------------

    private void assertRefusedAndNothingIsLeft(String[] args, String... texts) throws IOException {
        Files.writeString(out, "older");
        assertRefused(args, texts);
        assertEquals("older", Files.readString(out));
        assertOnlyHere(in, out);
    }

    private String[] converting(String... options) {
        return Stream.concat(Stream.of("convert", in.toString(), out.toString()), Stream.of(options))
                .toArray(String[]::new);
    }

    @Test
    void whatIsTooLargeForF16IsRefused() throws IOException {
        Storage large = ramp(DType.BF16, Shape.of(MANY));
        large.set(MANY - 1, -70_000);
        Safetensors.write(in, Map.of("large", large), Map.of());
        assertRefusedAndNothingIsLeft(converting("--type", "f16"), "'large'", "-70144", "bf16");
        large.set(MANY - 1, Float.NEGATIVE_INFINITY);
        Safetensors.write(in, Map.of("large", large), Map.of());
        convert("--type", "f16");
    }

    @Test
    void typesWithoutACounterpartAreRefused() throws IOException {
        SampleFiles.safetensors(in, """
                {"good": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
                 "bad": {"dtype": "U16", "shape": [1], "data_offsets": [4, 6]}}""", new byte[6]);
        assertThrows(UserError.class, new ConvertedTensors(
                TensorFile.open(in), DType.F32, new ByteProgress(System.err))::sources);
        assertRefusedAndNothingIsLeft(converting(), "'bad'", "U16");
    }

    @Test
    void integersThatDoNotFitAreRefused() throws IOException {
        SampleFiles.safetensors(in, "{\"l\": {\"dtype\": \"I64\", \"shape\": [1], \"data_offsets\": [0, 8]}}",
                new byte[] {0, 0, 0, 0, 0, 0, 0, 1});
        assertRefusedAndNothingIsLeft(converting(), "'l'", "32 bits");
    }

    @Test
    void aBrokenFileIsRefused() throws IOException {
        Files.writeString(in, "<html>");
        assertRefusedAndNothingIsLeft(converting(), "in.safetensors");
    }

    @Test
    void mistakesInTheCommandAreRefused() throws IOException {
        Safetensors.write(in, Map.of("x", ramp(DType.F32, Shape.of(3))), Map.of());
        assertRefusedAndNothingIsLeft(converting("--type", "i32"), "f32, bf16 or f16");
        assertRefusedAndNothingIsLeft(converting("--type", "q4"), "--type");
        assertRefusedAndNothingIsLeft(new String[] {"convert", in.toString(), folder.resolve("out.gguf").toString()},
                ".safetensors");
        assertRefusedAndNothingIsLeft(
                new String[] {"convert", in.toString(), folder.resolve("no/out.safetensors").toString()}, "no folder");
        assertRefusedAndNothingIsLeft(
                new String[] {"convert", folder.resolve("no").toString(), out.toString()}, "cannot read");
    }
}
