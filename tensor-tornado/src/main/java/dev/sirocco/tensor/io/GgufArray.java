package dev.sirocco.tensor.io;

import dev.sirocco.tensor.ir.UserError;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An array in a GGUF file's metadata, such as a tokeniser's words: checked, but decoded only when asked for. */
public final class GgufArray {

    private final GgufValue type;
    private final int size;
    private final Path file;
    private final MemorySegment bytes;

    private GgufArray(GgufValue type, int size, Path file, MemorySegment bytes) {
        this.type = type;
        this.size = size;
        this.file = file;
        this.bytes = bytes;
    }

    /** The array that comes next: type and number of its elements, then they themselves. */
    static GgufArray next(Cursor in) {
        GgufValue type = GgufValue.next(in);
        long size = in.i64();
        Cursor elements = in.fork();
        type.skip(in, size, 1);
        if (size > Integer.MAX_VALUE - 8) {
            throw in.damaged("it has an array of %,d".formatted(size));
        }
        return new GgufArray(type, (int) size, in.file(), elements.take(in.at() - elements.at()));
    }

    public int size() {
        return size;
    }

    /** The elements' type by the format's own name, such as {@code STRING} or {@code FLOAT32}. */
    public String type() {
        return type.name();
    }

    /** The elements: Long, Float, Double, Boolean, String, GgufArray; BigInteger beyond a long. */
    public List<Object> values() {
        Cursor in = new Cursor(file, bytes);
        List<Object> values = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            values.add(type.read(in));
        }
        return values;
    }

    /** @throws UserError if it is an array of something else */
    public List<String> strings() {
        require(GgufValue.STRING);
        return values().stream().map(String.class::cast).toList();
    }

    /** @throws UserError if it is an array of something else */
    public float[] floats() {
        require(GgufValue.FLOAT32);
        Cursor in = new Cursor(file, bytes);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = in.f32();
        }
        return values;
    }

    /** @throws UserError if it is an array of something else */
    public int[] ints() {
        require(GgufValue.INT32, GgufValue.UINT32);
        Cursor in = new Cursor(file, bytes);
        int[] values = new int[size];
        for (int i = 0; i < size; i++) {
            values[i] = in.i32();
        }
        return values;
    }

    private void require(GgufValue... types) {
        if (!Arrays.asList(types).contains(type)) {
            throw new UserError(("%s: an array of %s was found where one of %s was expected; "
                    + "is it the file of another model?").formatted(file, type, types[0]));
        }
    }

    @Override
    public String toString() {
        return type + "[" + size + "]";
    }
}
