package dev.sirocco.tensor.ir;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The elements of a tensor, contiguous in off-heap memory that starts on a 64-byte boundary (one cache line, one
 * AVX-512 register), or anywhere if it is a view of a mapped file. It is freed when nothing refers to it any more.
 */
public final class Storage {

    /** Bytes left free in front, so that a device runtime can lay its array header there without a copy. */
    private static final int ROOM_IN_FRONT = 64;

    /** Elements that are converted at a time. */
    private static final int BLOCK = 4096;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private final DType dtype;
    private final Shape shape;
    private final MemorySegment segment;

    /** Zeros. */
    public Storage(DType dtype, Shape shape) {
        this(dtype, shape, allocate(shape.numel() * dtype.bytes()));
    }

    private Storage(DType dtype, Shape shape, MemorySegment segment) {
        this.dtype = dtype;
        this.shape = shape;
        this.segment = segment;
    }

    /** A view of memory that somebody else owns; it must hold the shape's elements, or more. */
    public static Storage over(DType dtype, Shape shape, MemorySegment memory) {
        return new Storage(dtype, shape, memory.asSlice(0, shape.numel() * dtype.bytes()));
    }

    public static Storage of(Shape shape, float... values) {
        Storage s = new Storage(DType.F32, shape);
        s.set(values);
        return s;
    }

    public static Storage of(Shape shape, int... values) {
        Storage s = new Storage(DType.I32, shape);
        s.set(values);
        return s;
    }

    /** Zeroed, 64-byte aligned memory. */
    public static MemorySegment allocate(long bytes) {
        try {
            return Arena.ofAuto().allocate(bytes + ROOM_IN_FRONT, 64).asSlice(ROOM_IN_FRONT);
        } catch (OutOfMemoryError e) {
            throw new UserError(
                    "out of memory: %,d bytes more were needed; close other programs or choose smaller sizes"
                    .formatted(bytes), e);
        }
    }

    public DType dtype() {
        return dtype;
    }

    public Shape shape() {
        return shape;
    }

    public long numel() {
        return shape.numel();
    }

    public long bytes() {
        return segment.byteSize();
    }

    public MemorySegment segment() {
        return segment;
    }

    /** One element as a float, whatever the type. */
    public float get(long index) {
        return switch (dtype) {
            case F32 -> segment.get(FLOAT, index * 4);
            case I32 -> segment.get(INT, index * 4);
            case BF16 -> Float.intBitsToFloat(segment.get(SHORT, index * 2) << 16);
            case F16 -> Float.float16ToFloat(segment.get(SHORT, index * 2));
            case I8 -> segment.get(ValueLayout.JAVA_BYTE, index);
        };
    }

    /** Sets one element, rounded to nearest even (I32, I8: towards zero) if the type is narrower. */
    public void set(long index, float value) {
        switch (dtype) {
            case F32 -> segment.set(FLOAT, index * 4, value);
            case I32 -> segment.set(INT, index * 4, (int) value);
            case BF16 -> segment.set(SHORT, index * 2, bfloat16(value));
            case F16 -> segment.set(SHORT, index * 2, Float.floatToFloat16(value));
            case I8 -> segment.set(ValueLayout.JAVA_BYTE, index, (byte) value);
        }
    }

    public void set(float... values) {
        checkLength(values.length);
        write(0, values, values.length);
    }

    /** Sets the elements from an index on. */
    public void set(long from, float[] values) {
        write(from, values, values.length);
    }

    public void set(int... values) {
        checkLength(values.length);
        if (dtype == DType.I32) {
            MemorySegment.copy(values, 0, segment, INT, 0, values.length);
        } else {
            for (int i = 0; i < values.length; i++) {
                set(i, values[i]);
            }
        }
    }

    /** Copies another storage of the same number of elements, converting the type. */
    public void set(Storage other) {
        checkLength(other.numel());
        if (other.dtype == dtype) {
            segment.copyFrom(other.segment);
        } else {
            float[] block = new float[(int) Math.min(BLOCK, numel())];
            for (long from = 0; from < numel(); from += BLOCK) {
                int n = (int) Math.min(BLOCK, numel() - from);
                other.read(from, block, n);
                write(from, block, n);
            }
        }
    }

    /** The {@code n} elements from an index on, as {@link #get} gives them. */
    private void read(long from, float[] values, int n) {
        MemorySegment s = segment.asSlice(from * dtype.bytes(), (long) n * dtype.bytes());
        switch (dtype) {
            case F32 -> MemorySegment.copy(s, FLOAT, 0, values, 0, n);
            case I32 -> {
                for (int i = 0; i < n; i++) {
                    values[i] = s.get(INT, i * 4L);
                }
            }
            case BF16, F16 -> {
                short[] halves = new short[n];                               // an array is fast before it is compiled
                MemorySegment.copy(s, SHORT, 0, halves, 0, n);
                for (int i = 0; i < n; i++) {
                    values[i] = dtype == DType.BF16 ? Float.intBitsToFloat(halves[i] << 16)
                            : Float.float16ToFloat(halves[i]);
                }
            }
            case I8 -> {
                for (int i = 0; i < n; i++) {
                    values[i] = s.get(ValueLayout.JAVA_BYTE, i);
                }
            }
        }
    }

    /** Sets the {@code n} elements from an index on, as {@link #set(long, float)} does. */
    private void write(long from, float[] values, int n) {
        MemorySegment s = segment.asSlice(from * dtype.bytes(), (long) n * dtype.bytes());
        switch (dtype) {
            case F32 -> MemorySegment.copy(values, 0, s, FLOAT, 0, n);
            case I32 -> {
                for (int i = 0; i < n; i++) {
                    s.set(INT, i * 4L, (int) values[i]);
                }
            }
            case BF16 -> {
                for (int i = 0; i < n; i++) {
                    s.set(SHORT, i * 2L, bfloat16(values[i]));
                }
            }
            case F16 -> {
                for (int i = 0; i < n; i++) {
                    s.set(SHORT, i * 2L, Float.floatToFloat16(values[i]));
                }
            }
            case I8 -> {
                for (int i = 0; i < n; i++) {
                    s.set(ValueLayout.JAVA_BYTE, i, (byte) values[i]);
                }
            }
        }
    }

    public void fill(float value) {
        if (value == 0) {
            segment.fill((byte) 0);
        } else {
            for (long i = 0; i < numel(); i++) {
                set(i, value);
            }
        }
    }

    public float[] floats() {
        float[] values = new float[Math.toIntExact(numel())];
        read(0, values, values.length);
        return values;
    }

    public int[] ints() {
        int[] values = new int[Math.toIntExact(numel())];
        if (dtype == DType.I32) {
            MemorySegment.copy(segment, INT, 0, values, 0, values.length);
        } else {
            for (int i = 0; i < values.length; i++) {
                values[i] = (int) get(i);
            }
        }
        return values;
    }

    /** The only element. */
    public float scalar() {
        checkLength(1);
        return get(0);
    }

    /** A copy of its own in another type. */
    public Storage to(DType other) {
        Storage copy = new Storage(other, shape);
        copy.set(this);
        return copy;
    }

    /** The upper half of a float, rounded to nearest even; NaN stays NaN. */
    public static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    private void checkLength(long length) {
        if (length != numel()) {
            throw new ShapeError("%,d values for a tensor of shape %s, which has %,d"
                    .formatted(length, shape, numel()));
        }
    }

    @Override
    public String toString() {
        String head = numel() <= 8 ? Arrays.toString(floats()) : "";
        return dtype.name().toLowerCase() + shape + head;
    }
}
