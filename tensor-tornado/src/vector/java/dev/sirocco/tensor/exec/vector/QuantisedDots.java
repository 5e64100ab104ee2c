package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.INTS;
import static dev.sirocco.tensor.exec.vector.Floats.LANES;
import static dev.sirocco.tensor.exec.vector.Floats.S;
import static dev.sirocco.tensor.exec.vector.Floats.store;
import static dev.sirocco.tensor.exec.vector.Floats.zeros;

import dev.sirocco.tensor.fast.QuantisedMatMul;
import dev.sirocco.tensor.fast.QuantisedMatMul.Format;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Dot products with rows of blocks of few bits, widened in registers: bound by memory, or nearly. A worker reads rows
 * in {@link #STREAMS} streams at once, each from front to back.
 *
 * @param k elements of a row
 */
record QuantisedDots(Format format, int k) {

    private static final int STREAMS = 4;
    private static final int BLOCK = Format.ELEMENTS;
    private static final int SCALE_BYTES = 2;
    private static final int HALF = BLOCK / 2;
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, S.vectorBitSize() / 4)));

    /** By their bits: a load is cheaper here than the conversion, which takes the ports that widening needs. */
    private static final float[] HALVES = QuantisedMatMul.halves();

    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(S.vectorBitSize() / 2));

    long rowBytes() {
        return format.rowBytes(k);
    }

    /** y (m, n) of x (m, k) and the rows (n). */
    void run(Workers workers, long x, int m, long rows, int n, long y) {
        int parts = Math.clamp(Math.ceilDiv((long) n * k, 1 << 15), 1, workers.shares());
        int share = Math.ceilDiv(n, parts);
        workers.run(Math.ceilDiv(n, share), (part, worker) -> {
            int first = part * share;
            int count = Math.min(share, n - first);
            float[] own = workers.floats(worker, STREAMS * LANES + k + k / 2);
            for (int row = 0; row < m; row++) {
                take(x + 4L * row * k, own);
                dots(own, rows + first * rowBytes(), count, y + 4L * ((long) row * n + first));
            }
        });
    }

    /**
     * A row of x. For Q4_0 the upper half of each block is divided by 16, since what it is multiplied with is not
     * shifted; and behind it are half as many numbers, of which each block's add up to -8 times the sum of the block,
     * for the numbers' middle.
     */
    private void take(long x, float[] own) {
        int at = STREAMS * LANES;
        MemorySegment.copy(Memory.ALL, Memory.FLOAT, x, own, at, k);
        if (format == Format.Q4_0) {
            Arrays.fill(own, at + k, at + k + k / 2, 0);
            for (int block = 0; block < k / BLOCK; block++) {
                for (int i = block * BLOCK; i < (block + 1) * BLOCK; i++) {
                    own[at + k + block * HALF] -= 8 * own[at + i];
                    own[at + i] /= i % BLOCK < HALF ? 1 : 16;
                }
            }
        }
    }

    private void dots(float[] own, long rows, int count, long y) {
        int length = count / STREAMS;
        for (int i = 0; i < length; i++) {
            dots(own, rows + i * rowBytes(), length * rowBytes(), STREAMS, y + 4L * i, 4L * length);
        }
        int done = STREAMS * length;
        dots(own, rows + done * rowBytes(), rowBytes(), count - done, y + 4L * done, 4);
    }

    /** Up to {@link #STREAMS} products; the last row stands in for missing ones. */
    private void dots(float[] own, long row, long stride, int count, long y, long step) {
        if (count == 0) {
            return;
        }
        int x = STREAMS * LANES;
        int last = count - 1;
        if (format == Format.Q8_0) {
            dotsQ8(k / BLOCK, own, x, row, row + Math.min(1, last) * stride, row + Math.min(2, last) * stride,
                    row + Math.min(3, last) * stride);
        } else {
            for (int i = 0; i < STREAMS; i += 2) {                           // 4 would be more nodes than C2 inlines
                long row0 = row + Math.min(i, last) * stride;
                long row1 = row + Math.min(i + 1, last) * stride;
                if (format == Format.F16) {
                    dotsF16(k, own, x, row0, row1, i * LANES);
                } else {
                    dotsQ4(k / 2, own, x, x + k, row0, row1, i * LANES);
                }
            }
        }
        for (int i = 0; i < count; i++) {
            Memory.f32(y + i * step, Floats.sum(FloatVector.fromArray(S, own, i * LANES)));
        }
    }

    /** The lanes' sums of 2 products are left in m, from {@code to} on. */
    private static void dotsF16(int k, float[] m, int x, long row0, long row1, int to) {
        FloatVector s0 = zeros(), s1 = zeros();
        for (int i = 0; i < k; i += LANES) {
            FloatVector v = FloatVector.fromArray(S, m, x + i);
            s0 = v.fma(halves(row0 + 2L * i), s0);
            s1 = v.fma(halves(row1 + 2L * i), s1);
        }
        s0.intoArray(m, to);
        s1.intoArray(m, to + LANES);
    }

    /** The lanes' sums of 4 products are left at the start of m. */
    private static void dotsQ8(int blocks, float[] m, int x, long row0, long row1, long row2, long row3) {
        FloatVector s0 = zeros(), s1 = zeros(), s2 = zeros(), s3 = zeros();
        for (int block = 0; block < blocks; block++) {
            long at = (long) block * Format.Q8_0.bytes();
            FloatVector p0 = zeros(), p1 = zeros(), p2 = zeros(), p3 = zeros();
            for (int i = 0; i < BLOCK; i += LANES) {
                FloatVector v = FloatVector.fromArray(S, m, x + block * BLOCK + i);
                long q = at + SCALE_BYTES + i;
                p0 = v.fma(bytes(row0 + q), p0);
                p1 = v.fma(bytes(row1 + q), p1);
                p2 = v.fma(bytes(row2 + q), p2);
                p3 = v.fma(bytes(row3 + q), p3);
            }
            s0 = p0.fma(scale(row0 + at), s0);
            s1 = p1.fma(scale(row1 + at), s1);
            s2 = p2.fma(scale(row2 + at), s2);
            s3 = p3.fma(scale(row3 + at), s3);
        }
        s0.intoArray(m, 0);
        s1.intoArray(m, LANES);
        s2.intoArray(m, 2 * LANES);
        s3.intoArray(m, 3 * LANES);
    }

    /**
     * The lanes' sums of 2 products are left in m, from {@code to} on.
     *
     * @param middles what {@link #take} leaves behind x
     */
    private static void dotsQ4(int halves, float[] m, int x, int middles, long row0, long row1, int to) {
        FloatVector s0 = zeros(), s1 = zeros();
        for (int i = 0; i < halves; i += LANES) {
            int block = i / HALF;
            int at = x + block * HALF + i;                                   // in the block's lower half
            FloatVector lower = FloatVector.fromArray(S, m, at);
            FloatVector upper = FloatVector.fromArray(S, m, at + HALF);
            FloatVector middle = FloatVector.fromArray(S, m, middles + i);
            long scale = (long) block * Format.Q4_0.bytes();
            long q = scale + SCALE_BYTES + i % HALF;
            IntVector q0 = ints(row0 + q);
            s0 = lower.fma(floats(q0.and(15)), upper.fma(floats(q0.and(0xF0)), middle)).fma(scale(row0 + scale), s0);
            IntVector q1 = ints(row1 + q);
            s1 = lower.fma(floats(q1.and(15)), upper.fma(floats(q1.and(0xF0)), middle)).fma(scale(row1 + scale), s1);
        }
        s0.intoArray(m, to);
        s1.intoArray(m, to + LANES);
    }

    private static FloatVector floats(IntVector q) {
        return (FloatVector) q.convertShape(VectorOperators.I2F, S, 0);
    }

    private static FloatVector scale(long address) {
        return Floats.broadcast(half(address));
    }

    private static float half(long address) {
        return HALVES[Short.toUnsignedInt(Memory.ALL.get(Memory.SHORT, address))];
    }

    /**
     * Numbers of 16-bit floating point: their bits in the places of a float's, and a larger exponent. Subnormal ones
     * get a leading 1, which is subtracted again: they would be subnormal floats, and slow.
     */
    private static FloatVector halves(long address) {
        IntVector bits = ((IntVector) ShortVector.fromMemorySegment(SHORTS, Memory.ALL, address, Memory.ORDER)
                .convertShape(VectorOperators.S2I, INTS, 0)).lanewise(VectorOperators.LSHL, 13).and(0x8FFF_E000);
        VectorMask<Integer> isSmall = bits.and(0x0F80_0000).eq(0);
        FloatVector one = bits.and(0x8000_0000).or(0x3880_0000).reinterpretAsFloats();
        return bits.add(0x3800_0000).add(0x0080_0000, isSmall).reinterpretAsFloats().sub(one, isSmall.cast(S));
    }

    private static IntVector ints(long address) {
        return (IntVector) ByteVector.fromMemorySegment(BYTES, Memory.ALL, address, Memory.ORDER)
                .convertShape(VectorOperators.B2I, INTS, 0);
    }

    private static FloatVector bytes(long address) {
        return (FloatVector) ByteVector.fromMemorySegment(BYTES, Memory.ALL, address, Memory.ORDER)
                .convertShape(VectorOperators.B2F, S, 0);
    }

    /** A row's numbers, k floats. */
    void unpack(long row, long to) {
        for (int block = 0; block < k / BLOCK; block++) {
            long at = row + (long) block * format.bytes();
            long target = to + 4L * block * BLOCK;
            switch (format) {
                case F16 -> unpackF16(at, target);
                case Q8_0 -> unpackQ8(at, target);
                case Q4_0 -> unpackQ4(at, target);
            }
        }
    }

    private static void unpackF16(long block, long to) {
        for (int i = 0; i < BLOCK; i += LANES) {
            store(to + 4L * i, halves(block + 2L * i));
        }
    }

    private static void unpackQ8(long block, long to) {
        FloatVector scale = scale(block);
        for (int i = 0; i < BLOCK; i += LANES) {
            store(to + 4L * i, bytes(block + SCALE_BYTES + i).mul(scale));
        }
    }

    private static void unpackQ4(long block, long to) {
        FloatVector scale = scale(block);
        for (int i = 0; i < HALF; i += LANES) {
            IntVector q = ints(block + SCALE_BYTES + i);
            store(to + 4L * i, floats(q.and(15).sub(8)).mul(scale));
            store(to + 4L * (HALF + i), floats(q.lanewise(VectorOperators.LSHR, 4).and(15).sub(8)).mul(scale));
        }
    }
}
