package dev.sirocco.tensor.io;

import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.UserError;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Little-endian values one after another, from a file that nobody vouches for. Whatever does not fit in is a
 * {@link UserError} that names the file.
 */
final class Cursor {

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);

    private final Path file;
    private final MemorySegment bytes;
    private long at;

    Cursor(Path file, MemorySegment bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    Path file() {
        return file;
    }

    /** Another cursor at the same place. */
    Cursor fork() {
        Cursor other = new Cursor(file, bytes);
        other.at = at;
        return other;
    }

    long at() {
        return at;
    }

    /** Goes to a byte. */
    void seek(long to) {
        if (to < 0 || to > bytes.byteSize()) {
            throw damaged("it is cut short, or points to byte %d outside".formatted(to));
        }
        at = to;
    }

    long left() {
        return bytes.byteSize() - at;
    }

    /** The next so many bytes. */
    MemorySegment take(long n) {
        return bytes.asSlice(advance(n), n);
    }

    /** Passes over so many bytes and says where they began. */
    private long advance(long n) {
        if (n < 0 || n > left()) {
            throw damaged("it is cut short, or lies about a length at byte " + at);
        }
        long from = at;
        at += n;
        return from;
    }

    int u8() {
        return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, advance(1)));
    }

    byte i8() {
        return bytes.get(ValueLayout.JAVA_BYTE, advance(1));
    }

    int u16() {
        return Short.toUnsignedInt(i16());
    }

    short i16() {
        return bytes.get(SHORT, advance(2));
    }

    long u32() {
        return Integer.toUnsignedLong(i32());
    }

    int i32() {
        return bytes.get(INT, advance(4));
    }

    long i64() {
        return bytes.get(LONG, advance(8));
    }

    float f32() {
        return Float.intBitsToFloat(i32());
    }

    double f64() {
        return Double.longBitsToDouble(i64());
    }

    /** A name of so many bytes: strict UTF-8, as it is looked up and printed. */
    String name(long length, int most, String what) {
        if (length < 0 || length > most) {
            throw damaged("%s of %s bytes is too long".formatted(what, Long.toUnsignedString(length)));
        }
        byte[] utf8 = take(length).toArray(ValueLayout.JAVA_BYTE);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
        } catch (CharacterCodingException _) {
            throw damaged(what + " is not valid UTF-8");
        }
    }

    /** A shape whose elements are few enough to count. */
    Shape shape(long[] dims, String tensor) {
        if (Arrays.stream(dims).anyMatch(d -> d < 0 || d > Integer.MAX_VALUE)) {
            throw damaged("the shape " + Arrays.toString(dims) + " of " + tensor + " is not possible");
        }
        Shape shape = Shape.of(Arrays.stream(dims).mapToInt(d -> (int) d).toArray());
        try {
            Math.multiplyExact(shape.numel(), (long) Long.BYTES);
        } catch (ArithmeticException _) {
            throw damaged("the shape " + shape + " of " + tensor + " is too large");
        }
        return shape;
    }

    UserError damaged(String what) {
        return TensorFileJson.damaged(file, what);
    }
}
