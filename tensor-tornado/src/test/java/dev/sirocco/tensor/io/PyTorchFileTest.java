package dev.sirocco.tensor.io;

import static dev.sirocco.tensor.io.Golden.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PyTorchFileTest {

    private static final Path NAME = Path.of("test.pth");

    /** A tensor of a storage "0" of 6 floats; offset, size and strides in between. */
    private static final String TENSOR = "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\n"
            + "X\1\0\0\0000X\3\0\0\0cpuK\6tQ%s\u0089ccollections\nOrderedDict\n)RtR";

    // ---- reading ------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"zip.pth", "legacy.pth"})
    void whatPyTorchSaved(String name) {
        PyTorchFile file = PyTorchFile.open(Golden.path(name));
        Golden.assertHolds(Safetensors.open(Golden.path("pth.safetensors")), file);
        assertEquals(DType.BF16, file.get("model.bfloat16").dtype());
        assertEquals("I64", file.storedType("model.1.num_batches_tracked"));
        assertEquals(DType.I32, file.get("model.1.num_batches_tracked").dtype());
        assertEquals(Shape.of(5, 3, 4), file.shape("model.transposed"));
        assertEquals(5 * 3 * 4 * 4, file.storedBytes("model.transposed"));
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("epoch", 3L);
        metadata.put("steps", 1L << 40);
        metadata.put("negative", -(1L << 33));
        metadata.put("lr", 0.5);
        metadata.put("note", "Müsli");
        metadata.put("flags.0", true);
        metadata.put("flags.2.0", 1L);
        metadata.put("flags.2.1", -2L);
        metadata.put("flags.2.2", "x");
        metadata.put("flags.2.3", 70_000L);
        assertEquals(metadata, file.metadata());
    }

    /** Only what does not lie in one piece is copied. */
    @Test
    void piecesAreMapped() {
        PyTorchFile file = PyTorchFile.open(Golden.path("zip.pth"));
        assertTrue(file.get("model.row").segment().isMapped());
        assertTrue(file.get("model.row").segment().isReadOnly());
        assertFalse(file.get("model.columns").segment().isMapped());
    }

    @Test
    void aTensorAlone() {
        PyTorchFile file = open(tensor("K\1K\2K\2\u0086K\3K\1\u0086") + ".");
        assertArrayEquals(new float[] {1, 2, 4, 5}, file.get("").floats());
    }

    @Test
    void axesOfSizeOneMayHaveAnyStride() {
        PyTorchFile file = open(tensor("K\0K\1K\3\u0086K\0K\1\u0086") + ".");
        assertArrayEquals(new float[] {0, 1, 2}, file.get("").floats());
    }

    // ---- refusals ----------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"cos|system|X\\1\\0\\0\\0a\\x85R., 'os.system'", "cbuiltins|eval|., 'builtins.eval'",
        "ctorch._utils|_rebuild_tensor_v3|., 'torch._utils._rebuild_tensor_v3'",
        "cnumpy.core.multiarray|_reconstruct|., 'numpy.core.multiarray._reconstruct'",
        "(ios|system|., the opcode INST", ")\\x81., the opcode NEWOBJ", "\\x8c\\1a., the opcode SHORT_BINUNICODE",
        "\\x80\\4., protocol 4", "\\xff., the opcode 0xff", "Pid|., the opcode PERSID", "N0., the opcode POP",
        "ccollections|OrderedDict|]\\x85R., an OrderedDict with arguments"})
    void refusedByName(String pickle, String what) {
        assertRefused("its pickle uses " + what.replaceAll("^'?(.*?)'?$", what.contains(".") ? "'$1'" : "$1"),
                () -> open(unescaped(pickle)));
        assertRefused("which is refused; load it in PyTorch and save its state_dict", () -> open(unescaped(pickle)));
    }

    @ParameterizedTest
    @CsvSource({"., takes a value from an empty stack", "a., takes a value from an empty stack",
        "t., looks for a mark that is not there", "h\\0., recalls a value 0 that it never kept",
        "K\\1K\\2a., lacks a list where one is needed", ")K\\2a., lacks a list where one is needed",
        "]K\\1K\\2s., lacks a dictionary where one is needed", "}(K\\1u., has a key without a value",
        "}]K\\2s., has a key that is neither text nor number", "}K\\1K\\2sK\\1K\\3s., has the key '1' twice",
        "NR., lacks arguments where one is needed", "N)R., lacks a function where one is needed",
        "NQ., lacks the place of a storage", "(NNNNNtQ., 'has a storage without type, key, place and size'",
        "]Nb., lacks a dictionary to add attributes to where one is needed",
        "X\\xff\\xff\\xff\\x7fa., would take more memory than the file", "X\\5\\0\\0\\0a., it is cut short",
        "X\\1\\0\\0\\0\\xff., a text is not valid UTF-8", "K\\1, it is cut short", "'', it is cut short",
        "]q\\0h\\0a., its collections are more than 16 deep",
        "ctorch|FloatStorage|., '' is no value",
        "}X\\3\\0\\0\\0a.bK\\1sX\\1\\0\\0\\0a}X\\1\\0\\0\\0bK\\2ss., it has 'a.b' twice"})
    void damagedPickle(String pickle, String message) {
        assertRefused(message,
                () -> open(unescaped(pickle)));
    }

    @ParameterizedTest
    @CsvSource({"K\\1K\\6\\x85K\\1\\x85, 'a tensor of shape [6] reaches beyond its storage of 6 elements'",
        "K\\0K\\3K\\3\\x86K\\3K\\1\\x86, 'a tensor of shape [3, 3] reaches beyond its storage'",
        "K\\0K\\7\\x85K\\0\\x85, 'a tensor of shape [7] reaches beyond its storage'",
        "K\\0K\\2\\x85J\\xff\\xff\\xff\\xff\\x85, reaches beyond its storage",
        "J\\xff\\xff\\xff\\xffK\\2\\x85K\\1\\x85, without as many strides",
        "K\\0K\\2\\x85), without as many strides",
        "K\\0J\\xff\\xff\\xff\\xff\\x85K\\1\\x85, 'the shape [-1] of a tensor is not possible'",
        "K\\0K\\2\\x85\\x8a\\x08\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x7f\\x85, reaches beyond its storage",
        "\\x8a\\x08\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x7fK\\2\\x85K\\1\\x85, reaches beyond its storage",
        "K\\0NK\\1\\x85, lacks a shape where one is needed", "NK\\2\\x85K\\1\\x85, lacks an offset"})
    void tensorsOutsideTheirStorage(String offsetSizeStrides, String message) {
        assertRefused(message, () -> open(tensor(unescaped(offsetSizeStrides)) + "."));
    }

    /** A list of lists of lists …, each four times the one before: few bytes, but 4^14 values. */
    @Test
    void collectionsThatHoldEachOtherManyTimes() {
        StringBuilder pickle = new StringBuilder("]K\1aq\0");
        for (int i = 0; i < 14; i++) {
            pickle.append("](" + ("h" + (char) i).repeat(4) + "eq" + (char) (i + 1));
        }
        assertRefused("would take more memory than the file", () -> open(pickle + "."));
    }

    @Test
    void storagesThatAreNotThere() {
        String pickle = tensor("K\0K\6\u0085K\1\u0085") + ".";
        assertRefused("tensor '' has no storage '0' of 6 elements",
                () -> of(Archive.of(Map.of("t/data.pkl", latin(pickle)))));
        assertRefused("tensor '' has no storage '0' of 6 elements",
                () -> of(Archive.of(Map.of("t/data.pkl", latin(pickle), "t/data/0", new byte[23]))));
        assertEquals(6, of(Archive.of(Map.of("t/data.pkl", latin(pickle), "t/data/0", new byte[24]))).get("").numel());
    }

    @Test
    void otherArchives() {
        assertRefused("is an archive, but not of torch.save",
                () -> of(Archive.of(Map.of("word/document.xml", new byte[3]))));
        assertRefused("was saved on a big-endian machine",
                () -> of(Archive.of(Map.of("t/data.pkl", latin("N."), "t/byteorder", latin("big")))));
        assertTrue(of(Archive.of(Map.of("data.pkl", latin("N.")))).names().isEmpty());
    }

    @Test
    void compressedArchive() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            out.putNextEntry(new ZipEntry("t/data.pkl"));
            out.write(latin("N."));
        }
        assertRefused("'t/data.pkl' in the archive is compressed or encrypted", () -> of(bytes.toByteArray()));
    }

    /** A file in the list that lies within another. */
    @Test
    void overlappingFiles() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("t/data/0", Archive.of(Map.of("t/data.pkl", latin("N."))));
        files.put("t/data.pkl", latin("N."));
        byte[] archive = Archive.of(files);
        int listed = new String(archive, StandardCharsets.ISO_8859_1).lastIndexOf("PK\1\2");
        ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN).putInt(listed + 42, 30 + "t/data/0".length());
        assertRefused("'t/data.pkl' in the archive overlaps another", () -> of(archive));
    }

    @Test
    void archiveWhoseListLies() {
        byte[] sound = Archive.of(Map.of("t/data.pkl", latin("N.")));
        int listed = new String(sound, StandardCharsets.ISO_8859_1).lastIndexOf("PK\1\2");
        assertRefused("the archive is cut short: it has no list of files at its end",
                () -> of(Arrays.copyOf(sound, sound.length - 1)));
        assertRefused("does not end before the list of files",
                () -> of(with(with(sound, listed + 20, 99), listed + 24, 99)));
        assertRefused("does not begin where the list of files says", () -> of(with(sound, listed + 42, 1)));
        assertRefused("points to byte 4294967294 outside", () -> of(with(sound, listed + 42, -2)));
        assertRefused("has another name where it begins", () -> of(with(sound, 30, 'T')));
        assertRefused("the archive's list of files is broken", () -> of(with(sound, sound.length - 6, listed - 1)));
        assertRefused("is not where it should be", () -> of(with(sound, sound.length - 10, 200)));
    }

    /** As of an archive beyond 4 GB: sizes and place of the file are in a field of their own. */
    @Test
    void largeArchive() {
        byte[] small = Archive.of(Map.of("t/data.pkl", latin("N.")));
        int end = small.length - 22;
        int listed = new String(small, StandardCharsets.ISO_8859_1).lastIndexOf("PK\1\2");
        ByteBuffer large = ByteBuffer.allocate(small.length + 28).order(ByteOrder.LITTLE_ENDIAN);
        large.put(small, 0, end).putShort((short) 1).putShort((short) 24).putLong(2).putLong(2).putLong(0);
        large.put(small, end, 22);
        large.putInt(listed + 20, -1).putInt(listed + 24, -1).putInt(listed + 42, -1).putShort(listed + 30, (short) 28);
        large.putInt(end + 28 + 12, end + 28 - listed);
        assertTrue(of(large.array()).names().isEmpty());
        large.putLong(end + 4, Long.MAX_VALUE).putLong(end + 12, Long.MAX_VALUE);
        assertRefused("does not end before the list of files", () -> of(large.array()));
        large.putLong(end + 20, Long.MIN_VALUE);
        assertRefused("points to byte -9223372036854775808 outside", () -> of(large.array()));
    }

    private static byte[] with(byte[] bytes, int at, int value) {
        byte[] copy = bytes.clone();
        ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
        return copy;
    }

    // ---- files by hand -----------------------------------------------------------------------------------------

    private static String tensor(String offsetSizeStrides) {
        return TENSOR.formatted(offsetSizeStrides);
    }

    /** Line ends as |, other bytes as \7 or \xff. */
    private static String unescaped(String text) {
        String result = text.replace('|', '\n');
        for (int i = result.indexOf('\\'); i >= 0; i = result.indexOf('\\', i + 1)) {
            boolean isHex = result.charAt(i + 1) == 'x';
            int end = isHex ? i + 4 : i + 2;
            char c = (char) Integer.parseInt(result.substring(isHex ? i + 2 : i + 1, end), 16);
            result = result.substring(0, i) + c + result.substring(end);
        }
        return result;
    }

    private static PyTorchFile open(String pickle) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("t/data.pkl", latin(pickle));
        byte[] floats = new byte[24];
        MemorySegment.ofArray(floats).copyFrom(MemorySegment.ofArray(new float[] {0, 1, 2, 3, 4, 5}));
        files.put("t/data/0", floats);
        return of(Archive.of(files));
    }

    private static PyTorchFile of(byte[] bytes) {
        return PyTorchFile.of(NAME, MemorySegment.ofArray(bytes));
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
