package dev.sirocco.tensor.io;

import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** The types of GGUF metadata, in the order of their numbers, and how each is read. */
enum GgufValue {
    UINT8(1), INT8(1), UINT16(2), INT16(2), UINT32(4), INT32(4), FLOAT32(4), BOOL(1), STRING(8), ARRAY(12), UINT64(8),
    INT64(8), FLOAT64(8);

    private static final int MAX_TEXT = 1 << 24;
    private static final int MAX_DEPTH = 4;

    private final int leastBytes;

    GgufValue(int leastBytes) {
        this.leastBytes = leastBytes;
    }

    static GgufValue next(Cursor in) {
        long id = in.u32();
        if (id >= values().length) {
            throw in.damaged("it has metadata of the unknown type " + id);
        }
        return values()[(int) id];
    }

    /** The next value: a Long, BigInteger (UINT64 beyond Long), Float, Double, Boolean, String or {@link GgufArray}. */
    Object read(Cursor in) {
        return switch (this) {
            case UINT8 -> (long) in.u8();
            case INT8 -> (long) in.i8();
            case UINT16 -> (long) in.u16();
            case INT16 -> (long) in.i16();
            case UINT32 -> in.u32();
            case INT32 -> (long) in.i32();
            case INT64 -> in.i64();
            case UINT64 -> unsigned(in.i64());
            case FLOAT32 -> in.f32();
            case FLOAT64 -> in.f64();
            case BOOL -> bool(in);
            case STRING -> new String(in.take(textBytes(in)).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
            case ARRAY -> GgufArray.next(in);
        };
    }

    /** Passes over so many values, checking their lengths. */
    void skip(Cursor in, long count, int depth) {
        if (count < 0 || count > in.left() / leastBytes) {
            throw in.damaged("it has an array of %s, longer than the file".formatted(Long.toUnsignedString(count)));
        }
        switch (this) {
            case STRING -> {
                for (long i = 0; i < count; i++) {
                    in.take(textBytes(in));
                }
            }
            case ARRAY -> {
                if (depth == MAX_DEPTH) {
                    throw in.damaged("it has arrays more than %d deep".formatted(MAX_DEPTH));
                }
                for (long i = 0; i < count; i++) {
                    next(in).skip(in, in.i64(), depth + 1);
                }
            }
            default -> in.take(count * leastBytes);
        }
    }

    private static Number unsigned(long bits) {
        return bits >= 0 ? bits : new BigInteger(Long.toUnsignedString(bits));
    }

    private static boolean bool(Cursor in) {
        int value = in.u8();
        if (value > 1) {
            throw in.damaged("it has the truth value " + value);
        }
        return value == 1;
    }

    private static long textBytes(Cursor in) {
        long length = in.i64();
        if (length < 0 || length > MAX_TEXT) {
            throw in.damaged("it has a text of %s bytes".formatted(Long.toUnsignedString(length)));
        }
        return length;
    }
}
