package dev.sirocco.tensor.io;

import static dev.sirocco.tensor.io.Golden.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GgufTest {

    private static final int F32 = 0;
    private static final int Q8_0 = 8;
    private static final int UINT8 = 0;
    private static final int UINT32 = 4;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    // ---- reading ------------------------------------------------------------------------------------------------

    @Test
    void tensorsAreWhatPythonMakesOfThem() {
        Gguf file = Gguf.open(Golden.path("all.gguf"));
        Golden.assertHolds(Safetensors.open(Golden.path("all.gguf.safetensors")), file);
        assertEquals(List.of("f32", "f16", "bf16", "i32", "q8_0", "q4_0", "q4_k", "q6_k"), List.copyOf(file.names()));
        assertEquals(DType.F32, file.get("q6_k").dtype());
        assertEquals(DType.BF16, file.get("bf16").dtype());
        assertEquals(DType.I32, file.get("i32").dtype());
    }

    @Test
    void blocksAreReachable() {
        Gguf file = Gguf.open(Golden.path("all.gguf"));
        assertEquals(GgmlType.Q4_K, file.type("q4_k"));
        assertEquals(Shape.of(3, 512), file.shape("q4_k"));
        assertEquals(3 * 512 / 256 * 144, file.blocks("q4_k").byteSize());
        assertEquals(file.storedBytes("q4_k"), file.blocks("q4_k").byteSize());
        assertTrue(file.blocks("q4_k").isReadOnly());
        assertTrue(file.type("q4_k").isQuantised() && !file.type("f16").isQuantised());
        assertRefused("has no tensor 'q5_k' among its 8", () -> file.blocks("q5_k"));
    }

    @Test
    void whatProductsAreComputedWithStaysAsItIsStored() {
        Gguf file = Gguf.open(Golden.path("all.gguf"));
        for (String name : List.of("q8_0", "q4_0")) {
            Storage stored = file.stored(name);
            assertEquals(DType.I8, stored.dtype());
            assertEquals(file.shape(name).dim(0), stored.shape().dim(0));
            assertEquals(-1, stored.segment().mismatch(file.blocks(name)));
        }
        assertEquals(file.get("f16").segment(), file.stored("f16").segment());
        for (String name : List.of("q4_k", "q6_k")) {
            Storage stored = file.stored(name);
            assertEquals(DType.BF16, stored.dtype());
            assertArrayEquals(file.get(name).to(DType.BF16).floats(), stored.floats());
        }
    }

    @Test
    void metadata() {
        Gguf file = Gguf.open(Golden.path("all.gguf"));
        assertEquals(254, file.integer("a.uint8"));
        assertEquals(-127, file.integer("a.int8"));
        assertEquals(65_534, file.integer("a.uint16"));
        assertEquals(-32_767, file.integer("a.int16"));
        assertEquals(4_294_967_294L, file.integer("a.uint32"));
        assertEquals(-2_147_483_647, file.integer("a.int32"));
        assertEquals(Long.MIN_VALUE + 1, file.integer("a.int64"));
        assertEquals(new BigInteger("18446744073709551614"), file.metadata().get("a.uint64"));
        assertEquals(0.1f, file.number("a.float32"));
        assertEquals(0.1, file.metadata().get("a.float64"));
        assertEquals(true, file.metadata().get("a.bool"));
        assertEquals("Müsli ▁🥣", file.text("a.string"));
        assertArrayEquals(new int[] {1, -2, 3}, file.array("a.ints").ints());
        assertArrayEquals(new float[] {0.5f, -1.5f}, file.array("a.floats").floats());
        assertEquals(List.of(0.5f, -1.5f), file.array("a.floats").values());
        List<List<Object>> nested = file.array("a.nested").values().stream()
                .map(a -> ((GgufArray) a).values()).toList();
        assertEquals(List.of(List.of(1L, 2L), List.of(3L)), nested);
        assertEquals(List.of("<unk>", "▁once", "ü"), file.array("tokenizer.ggml.tokens").strings());
        assertArrayEquals(new float[] {0, -1, -2.5f}, file.array("tokenizer.ggml.scores").floats());
        assertArrayEquals(new int[] {2, 1, 1}, file.array("tokenizer.ggml.token_type").ints());
        assertEquals("STRING[3]", file.array("tokenizer.ggml.tokens").toString());
    }

    @Test
    void otherMetadataThanExpected() {
        Gguf file = Gguf.open(Golden.path("all.gguf"));
        assertRefused("has no metadata 'llama.block_count'; is it", () -> file.integer("llama.block_count"));
        assertRefused("has another type than Long for the metadata 'a.string'", () -> file.integer("a.string"));
        assertRefused("an array of FLOAT32 was found where one of STRING was expected",
                () -> file.array("a.floats").strings());
    }

    @Test
    void versionTwo() {
        Gguf file = header(2, 1, 0).tensor("w", F32, 0, 2).data(8).open();
        assertEquals("GGUF v2", file.format());
        assertEquals(Shape.of(2), file.shape("w"));
    }

    @Test
    void alignmentOfItsOwn() {
        Gguf file = header(3, 2, 1).text("general.alignment", UINT32).i32(128).tensor("a", F32, 0, 1)
                .tensor("b", F32, 128, 1).align(128).i32(Float.floatToIntBits(1)).align(128)
                .i32(Float.floatToIntBits(2)).open();
        assertEquals(1, file.get("a").scalar());
        assertEquals(2, file.get("b").scalar());
    }

    @Test
    void nothingInIt() {
        Gguf file = header(3, 0, 0).open();
        assertTrue(file.names().isEmpty() && file.metadata().isEmpty());
    }

    @Test
    void quantisedTypesThatAreNotUnpacked() {
        Gguf file = header(3, 1, 0).tensor("w", 11, 0, 256).data(110).open();
        assertEquals("Q3_K", file.storedType("w"));
        assertFalse(file.type("w").isReadable());
        assertRefused("tensor 'w' has type Q3_K, which is not supported", () -> file.get("w"));
    }

    // ---- damage -------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"1, 'its version of GGUF is 1, not 2 or 3'", "4, 'its version of GGUF is 4'",
        "50331648, its numbers are big-endian"})
    void otherVersions(int version, String message) {
        assertRefused(message, () -> header(version, 0, 0).open());
    }

    @Test
    void impossibleCounts() {
        assertRefused("9223372036854775807 entries of tensors are too many", () -> header(3, Long.MAX_VALUE, 0).open());
        assertRefused("18446744073709551615 entries of metadata are too many", () -> header(3, 0, -1).open());
        assertRefused("it is cut short", () -> header(3, 60_000, 0).open());
    }

    @Test
    void damagedMetadata() {
        assertRefused("metadata of the unknown type 13", () -> header(3, 0, 1).text("k", 13).open());
        assertRefused("metadata 'k' twice", () -> header(3, 0, 2).text("k", BOOL).i8(1).text("k", BOOL).i8(1).open());
        assertRefused("the truth value 2", () -> header(3, 0, 1).text("k", BOOL).i8(2).open());
        assertRefused("a text of 9223372036854775807 bytes",
                () -> header(3, 0, 1).text("k", STRING).i64(Long.MAX_VALUE).open());
        assertRefused("a text of 18446744073709551615 bytes", () -> header(3, 0, 1).text("k", STRING).i64(-1).open());
        assertRefused("it is cut short, or lies about a length",
                () -> header(3, 0, 1).text("k", STRING).i64(9).i64(0).open());
        assertRefused("a key of its metadata of 65536 bytes is too long", () -> header(3, 0, 1).i64(65_536).open());
        assertRefused("a key of its metadata is not valid UTF-8", () -> header(3, 0, 1).i64(1).i8(0xff).open());
        assertRefused("an array of 4611686018427387904, longer than the file",
                () -> header(3, 0, 1).text("k", ARRAY).i32(UINT32).i64(1L << 62).i64(0).open());
        assertRefused("an array of 9, longer than the file",
                () -> header(3, 0, 1).text("k", ARRAY).i32(UINT8).i64(9).i64(0).open());
        assertRefused("its general.alignment is not a power of two",
                () -> header(3, 0, 1).text("general.alignment", UINT32).i32(24).open());
        assertRefused("its general.alignment is not a power of two",
                () -> header(3, 0, 1).text("general.alignment", STRING).i64(0).open());
    }

    @Test
    void arraysInArrays() {
        Bytes deep = header(3, 0, 1).text("k", ARRAY);
        for (int i = 0; i < 3; i++) {
            deep.i32(ARRAY).i64(1);
        }
        byte[] sound = deep.i32(UINT8).i64(1).i8(7).bytes();
        assertEquals("ARRAY[1]", of(sound).array("k").toString());
        Bytes deeper = header(3, 0, 1).text("k", ARRAY);
        for (int i = 0; i < 10_000; i++) {
            deeper.i32(ARRAY).i64(1);
        }
        assertRefused("arrays more than 4 deep", () -> deeper.i64(0).i64(0).open());
    }

    @ParameterizedTest
    @CsvSource({
        "0, -1, 2, tensor 'w' begins at byte 18446744073709551615 of the data",
        "0, 4, 2, 'tensor ''w'' begins at byte 4 of the data, no multiple of 32'",
        "0, 9223372036854775776, 9, tensor 'w' begins at byte 9223372036854775776",
        "0, 64, 2, it is cut short: tensor 'w' ends at byte 72 of 32 bytes of data",
        "0, 0, 9, it is cut short: tensor 'w' ends at byte 36 of 32 bytes of data",
        "0, 0, -1, 'the shape [-1] of tensor ''w'' is not possible'",
        "0, 0, 4294967296, 'the shape [4294967296] of tensor ''w'' is not possible'",
        "4, 0, 2, tensor 'w' has the unknown type 4",
        "-1, 0, 2, tensor 'w' has the unknown type 4294967295",
        "8, 0, 33, tensor 'w' has rows of Q8_0 that are not blocks of 32"})
    void damagedTensor(int type, long at, long dim, String message) {
        assertRefused(message, () -> header(3, 1, 0).tensor("w", type, at, dim).data(32).open());
    }

    @Test
    void damagedTensors() {
        assertRefused("tensor 'w' twice",
                () -> header(3, 2, 0).tensor("w", F32, 0, 1).tensor("w", F32, 32, 1).data(64).open());
        assertRefused("tensor 'b' overlaps another",
                () -> header(3, 2, 0).tensor("a", F32, 0, 9).tensor("b", F32, 32, 1).data(64).open());
        assertRefused("tensor 'w' has 5 axes, more than 4",
                () -> header(3, 1, 0).tensor("w", F32, 0, 1, 1, 1, 1, 1).data(4).open());
        assertRefused("the shape [2147483647, 2147483647] of tensor 'w' is too large",
                () -> header(3, 1, 0).tensor("w", F32, 0, Integer.MAX_VALUE, Integer.MAX_VALUE).data(4).open());
        assertRefused("rows of Q8_0 that are not blocks", () -> header(3, 1, 0).tensor("w", Q8_0, 0).data(34).open());
    }

    // ---- files by hand ------------------------------------------------------------------------------------------

    private static Bytes header(int version, long tensors, long metadata) {
        Bytes file = new Bytes();
        file.out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        return file.i32(version).i64(tensors).i64(metadata);
    }

    private static Gguf of(byte[] bytes) {
        return Gguf.of(Path.of("test.gguf"), MemorySegment.ofArray(bytes));
    }

    private static final class Bytes {

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        private Bytes i8(int value) {
            out.write(value);
            return this;
        }

        private Bytes i32(int value) {
            out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
            return this;
        }

        private Bytes i64(long value) {
            out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
            return this;
        }

        private Bytes text(String text) {
            i64(text.length());
            out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
            return this;
        }

        /** A key and the type of its value, which comes next. */
        private Bytes text(String key, int type) {
            return text(key).i32(type);
        }

        /** An entry; the innermost axis first. */
        private Bytes tensor(String name, int type, long at, long... dims) {
            text(name).i32(dims.length);
            for (long d : dims) {
                i64(d);
            }
            return i32(type).i64(at);
        }

        private Bytes align(int alignment) {
            while (out.size() % alignment != 0) {
                out.write(0);
            }
            return this;
        }

        private Bytes data(int bytes) {
            align(32).out.writeBytes(new byte[bytes]);
            return this;
        }

        private byte[] bytes() {
            return out.toByteArray();
        }

        private Gguf open() {
            return of(bytes());
        }
    }
}
