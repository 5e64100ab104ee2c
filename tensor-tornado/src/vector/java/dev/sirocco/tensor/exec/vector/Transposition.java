package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.INTS;
import static dev.sirocco.tensor.exec.vector.Floats.LANES;
import static dev.sirocco.tensor.exec.vector.Floats.S;
import static dev.sirocco.tensor.exec.vector.Panel.HALVES;

import dev.sirocco.tensor.exec.vector.Gemm.Storage;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Rows of memory to columns of an array.
 *
 * @param scratch holds {@link #SCRATCH} intermediate values from {@code square} on
 */
record Transposition(float[] scratch, int square) {

    static final int SCRATCH = LANES * LANES;

    private static final IntVector FIRST8 = first(8), FIRST4 = first(4), FIRST2 = first(2), FIRST1 = first(1);
    private static final IntVector SECOND8 = second(8), SECOND4 = second(4), SECOND2 = second(2), SECOND1 = second(1);

    /** Of two vectors, the first of every two groups of {@code size} lanes, those of the one beside the other's. */
    private static IntVector first(int size) {
        return lanes(lane -> (lane & size) == 0 ? lane : LANES + lane - size);
    }

    /** Of two vectors, the second of every two groups of {@code size} lanes, those of the one beside the other's. */
    private static IntVector second(int size) {
        return lanes(lane -> (lane & size) == 0 ? lane + size : LANES + lane);
    }

    private static IntVector lanes(IntUnaryOperator index) {
        return IntVector.fromArray(INTS, IntStream.range(0, LANES).map(index).toArray(), 0);
    }

    /**
     * Packs a strip at most one vector wide: element (p, lane) goes to target + p step + lane. Lanes
     * from {@code count} on hold anything: what is computed from them is dropped. In ascending order,
     * since the end of a vector may lie in the next step.
     */
    void pack(Storage storage, long source, long laneStride, long kStride,
                      int count, int k, float[] to, int target, int step) {
        if (kStride == storage.bytes && k >= LANES) {
            for (int p = 0; p < k; p += LANES) {
                int q = Math.min(p, k - LANES);
                transpose(storage, source + q * kStride, laneStride, count, to, target + q * step, step);
            }
        } else {
            copyScalars(storage, source, laneStride, kStride, count, k, to, target, step);
        }
    }

    private static void copyScalars(Storage storage, long source, long laneStride, long kStride,
                                    int count, int k, float[] to, int target, int step) {
        for (int p = 0; p < k; p++) {
            for (int lane = 0; lane < count; lane++) {
                to[target + p * step + lane] = Panel.scalar(storage, source + p * kStride + lane * laneStride);
            }
        }
    }

    /**
     * Transposes a square of vectors, one from each row, by exchanging ever smaller off-diagonal squares; the last row
     * stands in for missing ones.
     */
    private void transpose(Storage storage, long source, long stride, int rows, float[] to, int target, int step) {
        if (LANES == 16) {
            exchange16(storage, source, stride, rows - 1, scratch, square);
        } else {
            for (int row = 0; row < LANES; row++) {
                put(bits(storage, source + Math.min(row, rows - 1) * stride), scratch, square + row * LANES);
            }
            if (LANES == 8) {
                exchange8(scratch, square);
            }
        }
        exchange4(scratch, square, to, target, step);
    }

    /** Exchanges squares of 8 rows and, within them, of 4. No vectors are handed to methods that C2 may not inline. */
    private static void exchange16(Storage storage, long source, long stride, int last, float[] m, int target) {
        for (int row = 0; row < 4; row++) {
            IntVector w = bits(storage, source + Math.min(row, last) * stride);
            IntVector x = bits(storage, source + Math.min(row + 4, last) * stride);
            IntVector y = bits(storage, source + Math.min(row + 8, last) * stride);
            IntVector z = bits(storage, source + Math.min(row + 12, last) * stride);
            IntVector wy = FIRST8.selectFrom(w, y), xz = FIRST8.selectFrom(x, z);
            put(FIRST4.selectFrom(wy, xz), m, target);
            put(SECOND4.selectFrom(wy, xz), m, target + 4 * LANES);
            IntVector yw = SECOND8.selectFrom(w, y), zx = SECOND8.selectFrom(x, z);
            put(FIRST4.selectFrom(yw, zx), m, target + 8 * LANES);
            put(SECOND4.selectFrom(yw, zx), m, target + 12 * LANES);
            target += LANES;
        }
    }

    /** Exchanges squares of 4 rows. */
    private static void exchange8(float[] m, int from) {
        for (int i = from; i < from + 4 * LANES; i += LANES) {
            IntVector x = bits(m, i), y = bits(m, i + 4 * LANES);
            put(FIRST4.selectFrom(x, y), m, i);
            put(SECOND4.selectFrom(x, y), m, i + 4 * LANES);
        }
    }

    /** Exchanges squares of 2 rows and, within them, of 1. */
    private static void exchange4(float[] m, int from, float[] to, int target, int step) {
        for (int row = 0; row < LANES; row += 4) {
            IntVector w = bits(m, from), x = bits(m, from + LANES);
            IntVector y = bits(m, from + 2 * LANES), z = bits(m, from + 3 * LANES);
            IntVector wy = FIRST2.selectFrom(w, y), xz = FIRST2.selectFrom(x, z);
            put(FIRST1.selectFrom(wy, xz), to, target);
            put(SECOND1.selectFrom(wy, xz), to, target + step);
            IntVector yw = SECOND2.selectFrom(w, y), zx = SECOND2.selectFrom(x, z);
            put(FIRST1.selectFrom(yw, zx), to, target + 2 * step);
            put(SECOND1.selectFrom(yw, zx), to, target + 3 * step);
            from += 4 * LANES;
            target += 4 * step;
        }
    }

    private static IntVector bits(Storage storage, long address) {
        return (storage == Storage.F32 ? Floats.load(address) : Panel.widen(address, HALVES.maskAll(true)))
                .reinterpretAsInts();
    }

    private static IntVector bits(float[] m, int at) {
        return FloatVector.fromArray(S, m, at).reinterpretAsInts();
    }

    private static void put(IntVector bits, float[] m, int at) {
        bits.reinterpretAsFloats().intoArray(m, at);
    }
}
