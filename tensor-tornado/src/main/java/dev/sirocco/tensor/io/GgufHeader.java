package dev.sirocco.tensor.io;

import dev.sirocco.tensor.ir.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What stands in front of a GGUF file's data, checked so that every entry can be read without further questions.
 *
 * @param entries the tensors by name, in the header's order
 * @param dataAt the byte of the file where the data begins
 */
record GgufHeader(int version, Map<String, Object> metadata, Map<String, Entry> entries, long dataAt) {

    static final String MAGIC = "GGUF";

    private static final int MAX_ENTRIES = 1 << 16;
    private static final int MAX_NAME = (1 << 16) - 1;
    private static final int MAX_RANK = 4;
    private static final int MAX_ALIGNMENT = 1 << 16;

    /** A tensor in bytes {@code begin} (inclusive) to {@code end} (exclusive) of the data. */
    record Entry(String name, GgmlType type, Shape shape, long begin, long end) {

        /** Its bytes. */
        MemorySegment in(MemorySegment data) {
            return data.asSlice(begin, end - begin);
        }
    }

    /** Reads and checks a header; the cursor stands behind the magic letters. */
    static GgufHeader parse(Cursor in) {
        int version = in.i32();
        if (version != 2 && version != 3) {
            throw in.damaged(version == Integer.reverseBytes(3) ? "its numbers are big-endian, which is not supported"
                    : "its version of GGUF is " + Integer.toUnsignedString(version) + ", not 2 or 3");
        }
        int tensors = count(in, "tensors");
        int texts = count(in, "metadata");
        Map<String, Object> metadata = new LinkedHashMap<>();
        for (int i = 0; i < texts; i++) {
            String key = in.name(in.i64(), MAX_NAME, "a key of its metadata");
            if (metadata.put(key, GgufValue.next(in).read(in)) != null) {
                throw in.damaged("it has metadata '" + TensorFileJson.shorten(key) + "' twice");
            }
        }
        long alignment = alignment(in, metadata);
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (int i = 0; i < tensors; i++) {
            Entry entry = entry(in, alignment);
            if (entries.put(entry.name(), entry) != null) {
                throw in.damaged("it has tensor '" + TensorFileJson.shorten(entry.name()) + "' twice");
            }
        }
        long padding = Math.min(Math.floorMod(-in.at(), alignment), in.left());
        requireDisjoint(in, entries.values().stream().toList(), in.left() - padding);
        return new GgufHeader(version, metadata, entries, in.at() + padding);
    }

    private static int count(Cursor in, String what) {
        long count = in.i64();
        if (count < 0 || count > MAX_ENTRIES) {
            throw in.damaged("%s entries of %s are too many".formatted(Long.toUnsignedString(count), what));
        }
        return (int) count;
    }

    private static long alignment(Cursor in, Map<String, Object> metadata) {
        Object value = metadata.getOrDefault("general.alignment", 32L);
        if (!(value instanceof Long alignment) || Long.bitCount(alignment) != 1 || alignment < 1
                || alignment > MAX_ALIGNMENT) {
            throw in.damaged("its general.alignment is not a power of two up to " + MAX_ALIGNMENT);
        }
        return alignment;
    }

    private static Entry entry(Cursor in, long alignment) {
        String name = in.name(in.i64(), MAX_NAME, "a tensor's name");
        String tensor = "tensor '" + TensorFileJson.shorten(name) + "'";
        long rank = in.u32();
        if (rank > MAX_RANK) {
            throw in.damaged("%s has %d axes, more than %d".formatted(tensor, rank, MAX_RANK));
        }
        // The file has the innermost axis first.
        long[] dims = new long[(int) rank];
        for (int i = dims.length - 1; i >= 0; i--) {
            dims[i] = in.i64();
        }
        Shape shape = in.shape(dims, tensor);
        int id = in.i32();
        GgmlType type = GgmlType.of(id).orElseThrow(
                () -> in.damaged(tensor + " has the unknown type " + Integer.toUnsignedString(id)));
        if (type.isQuantised() && (rank == 0 || shape.dim(-1) % type.blockElements() != 0)) {
            throw in.damaged("%s has rows of %s that are not blocks of %d"
                    .formatted(tensor, type, type.blockElements()));
        }
        long begin = in.i64();
        long bytes = type.bytes(shape.numel());
        if (begin < 0 || begin % alignment != 0 || begin > Long.MAX_VALUE - bytes) {
            throw in.damaged("%s begins at byte %s of the data, no multiple of %d"
                    .formatted(tensor, Long.toUnsignedString(begin), alignment));
        }
        return new Entry(name, type, shape, begin, begin + bytes);
    }

    private static void requireDisjoint(Cursor in, List<Entry> entries, long dataBytes) {
        long end = 0;
        for (Entry e : entries.stream()
                .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end)).toList()) {
            String tensor = "tensor '" + TensorFileJson.shorten(e.name()) + "'";
            if (e.end() > dataBytes) {
                throw in.damaged("it is cut short: %s ends at byte %,d of %,d bytes of data"
                        .formatted(tensor, e.end(), dataBytes));
            }
            if (e.begin() < end && e.begin() < e.end()) {
                throw in.damaged("%s overlaps another".formatted(tensor));
            }
            end = Math.max(end, e.end());
        }
    }
}
