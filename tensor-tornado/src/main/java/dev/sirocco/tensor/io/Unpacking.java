package dev.sirocco.tensor.io;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * What the blocks of a quantised type mean, from
 * <a href="https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c">ggml-quants.c</a>.
 */
@FunctionalInterface
interface Unpacking {

    ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Unpacks the block at this byte into the first elements of {@code to}. */
    void unpack(MemorySegment data, long at, float[] to);

    /** How to unpack a type; empty if it cannot be. */
    static Optional<Unpacking> of(GgmlType type) {
        return Optional.ofNullable(switch (type) {
            case Q8_0 -> Unpacking::q8_0;
            case Q4_0 -> Unpacking::q4_0;
            case Q4_K -> Unpacking::q4_K;
            case Q6_K -> Unpacking::q6_K;
            default -> null;
        });
    }

    /** All of a tensor's blocks. */
    default Storage unpack(GgmlType type, MemorySegment data, Shape shape, DType dtype) {
        Storage unpacked = new Storage(dtype, shape);
        float[] block = new float[type.blockElements()];
        for (long b = 0; b < shape.numel() / block.length; b++) {
            unpack(data, b * type.blockBytes(), block);
            unpacked.set(b * block.length, block);
        }
        return unpacked;
    }

    /** Half d; 32 bytes q: d q. */
    private static void q8_0(MemorySegment data, long at, float[] to) {
        float d = half(data, at);
        for (int i = 0; i < 32; i++) {
            to[i] = d * data.get(ValueLayout.JAVA_BYTE, at + 2 + i);
        }
    }

    /** Half d; 16 bytes, in whose lower halves are q0 … q15, in the upper q16 … q31: d (q - 8). */
    private static void q4_0(MemorySegment data, long at, float[] to) {
        float d = half(data, at);
        for (int i = 0; i < 16; i++) {
            int q = u8(data, at + 2 + i);
            to[i] = d * ((q & 15) - 8);
            to[i + 16] = d * ((q >> 4) - 8);
        }
    }

    /**
     * Half d, half m; 12 bytes with a scale s and a minimum t of 6 bits for each of 8 groups of 32 elements; 128 bytes,
     * each 32 with one group's q in their lower and the next one's in their upper halves: d s q - m t.
     */
    private static void q4_K(MemorySegment data, long at, float[] to) {
        float d = half(data, at);
        float m = half(data, at + 2);
        for (int group = 0; group < 8; group++) {
            float scale = d * scale(data, at + 4, group);
            float minimum = m * minimum(data, at + 4, group);
            long q = at + 16 + group / 2 * 32;
            int shift = group % 2 * 4;
            for (int i = 0; i < 32; i++) {
                to[group * 32 + i] = scale * (u8(data, q + i) >> shift & 15) - minimum;
            }
        }
    }

    /** Groups 4 to 7 have their lower 4 bits in bytes 8 to 11, their upper 2 above the 6 of group 0 to 3. */
    private static int scale(MemorySegment data, long at, int group) {
        return group < 4 ? u8(data, at + group) & 63
                : u8(data, at + group + 4) & 15 | u8(data, at + group - 4) >> 6 << 4;
    }

    /** As the scales, from byte 4 on; the lower 4 bits of groups 4 to 7 are the upper halves of bytes 8 to 11. */
    private static int minimum(MemorySegment data, long at, int group) {
        return group < 4 ? u8(data, at + group + 4) & 63
                : u8(data, at + group + 4) >> 4 | u8(data, at + group) >> 6 << 4;
    }

    /**
     * 128 bytes with the lower 4 bits of q, 64 with the upper 2, a byte s for each 16 elements, half d: d s (q - 32).
     * Both kinds of bits are interleaved by runs of 32 elements, within each half of the block.
     */
    private static void q6_K(MemorySegment data, long at, float[] to) {
        float d = half(data, at + 208);
        for (int run = 0; run < 8; run++) {
            int inHalf = run % 4;
            long lower = at + run / 4 * 64 + inHalf % 2 * 32;
            long upper = at + 128 + run / 4 * 32;
            for (int i = 0; i < 32; i++) {
                int q = u8(data, lower + i) >> inHalf / 2 * 4 & 15 | (u8(data, upper + i) >> inHalf * 2 & 3) << 4;
                int s = data.get(ValueLayout.JAVA_BYTE, at + 192 + run * 2 + i / 16);
                to[run * 32 + i] = d * s * (q - 32);
            }
        }
    }

    private static float half(MemorySegment data, long at) {
        return Float.float16ToFloat(data.get(HALF, at));
    }

    private static int u8(MemorySegment data, long at) {
        return Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, at));
    }
}
