package dev.sirocco.tensor.io;

import com.fasterxml.jackson.core.JsonToken;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON in front of a safetensors file's data, checked so that every entry can be read without further questions.
 *
 * @param entries the tensors by name, in the header's order
 */
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {

    static final String METADATA = "__metadata__";

    private static final int MAX_RANK = 32;
    /** What a tensor or a text of the metadata takes in memory besides its name. */
    private static final int ENTRY_MEMORY = 300;

    /** A tensor in bytes {@code begin} (inclusive) to {@code end} (exclusive) of the data. */
    record Entry(String name, StoredType type, Shape shape, long begin, long end) {}

    /**
     * Reads and checks a header.
     *
     * @param dataBytes how many bytes follow it in the file
     * @throws UserError if it is not a header, or the tensors do not fill the data exactly, one after another
     */
    static SafetensorsHeader parse(Path file, byte[] json, long dataBytes) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        Budget budget = new Budget(file, json.length + dataBytes);
        try (TensorFileJson in = new TensorFileJson(file, json)) {
            in.expect(JsonToken.START_OBJECT, "its header");
            for (String name = in.nextName(); name != null; name = in.nextName()) {
                if (name.equals(METADATA)) {
                    readMetadata(in, metadata, budget);
                } else {
                    budget.charge(ENTRY_MEMORY + name.length());
                    entries.put(name, readEntry(in, name));
                }
            }
            in.expect(null, "what follows its header's JSON");
        }
        requireNoGaps(file, entries.values().stream().toList(), dataBytes);
        return new SafetensorsHeader(entries, metadata);
    }

    private static void readMetadata(TensorFileJson in, Map<String, String> metadata, Budget budget) {
        in.expect(JsonToken.START_OBJECT, METADATA);
        for (String key = in.nextName(); key != null; key = in.nextName()) {
            budget.charge(ENTRY_MEMORY + key.length());
            metadata.put(key, in.nextString(METADATA));
        }
    }

    private static Entry readEntry(TensorFileJson in, String name) {
        String tensor = "tensor '" + TensorFileJson.shorten(name) + "'";
        StoredType type = null;
        int[] dims = null;
        long[] offsets = null;
        in.expect(JsonToken.START_OBJECT, tensor);
        for (String key = in.nextName(); key != null; key = in.nextName()) {
            switch (key) {
                case "dtype" -> type = type(in, in.nextString("the dtype of " + tensor), tensor);
                case "shape" -> dims = dims(in, tensor);
                case "data_offsets" -> offsets = naturals(in, "data_offsets of " + tensor, 2);
                default -> in.skip();
            }
        }
        if (type == null || dims == null || offsets == null || offsets.length != 2) {
            throw in.damaged(tensor + " lacks its dtype, shape or two data_offsets");
        }
        if (offsets[1] < offsets[0] || offsets[1] - offsets[0] != bytes(in, type, dims, tensor)) {
            throw in.damaged("%s of %s %s does not have the size of its data_offsets %s"
                    .formatted(tensor, type, Arrays.toString(dims), Arrays.toString(offsets)));
        }
        return new Entry(name, type, Shape.of(dims), offsets[0], offsets[1]);
    }

    private static StoredType type(TensorFileJson in, String name, String tensor) {
        return Arrays.stream(StoredType.values()).filter(t -> t.name().equals(name)).findFirst().orElseThrow(
                () -> in.damaged(tensor + " has the unknown dtype '" + TensorFileJson.shorten(name) + "'"));
    }

    private static int[] dims(TensorFileJson in, String tensor) {
        long[] dims = naturals(in, "the shape of " + tensor, MAX_RANK);
        if (Arrays.stream(dims).anyMatch(d -> d > Integer.MAX_VALUE)) {
            throw in.damaged("the shape " + Arrays.toString(dims) + " of " + tensor + " is too large");
        }
        return Arrays.stream(dims).mapToInt(d -> (int) d).toArray();
    }

    private static long[] naturals(TensorFileJson in, String what, int most) {
        in.expect(JsonToken.START_ARRAY, what);
        List<Long> numbers = new ArrayList<>();
        for (long n = in.nextNatural(what); n >= 0; n = in.nextNatural(what)) {
            if (numbers.size() == most) {
                throw in.damaged(what + " has more than " + most + " numbers");
            }
            numbers.add(n);
        }
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    private static long bytes(TensorFileJson in, StoredType type, int[] dims, String tensor) {
        try {
            return Math.multiplyExact(Shape.of(dims).numel(), (long) type.bytes());
        } catch (ArithmeticException _) {
            throw in.damaged("the shape " + Arrays.toString(dims) + " of " + tensor + " is too large");
        }
    }

    private static void requireNoGaps(Path file, List<Entry> entries, long dataBytes) {
        long end = 0;
        for (Entry e : entries.stream()
                .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end)).toList()) {
            if (e.begin() != end) {
                throw TensorFileJson.damaged(file, "tensor '%s' begins at byte %d of the data, where byte %d was expected"
                        .formatted(TensorFileJson.shorten(e.name()), e.begin(), end));
            }
            end = e.end();
        }
        if (end > dataBytes) {
            throw TensorFileJson.damaged(file, "it is cut short, with %,d of %,d bytes of data".formatted(dataBytes, end));
        }
        if (end < dataBytes) {
            throw TensorFileJson.damaged(file, "%,d bytes follow the last tensor".formatted(dataBytes - end));
        }
    }
}
