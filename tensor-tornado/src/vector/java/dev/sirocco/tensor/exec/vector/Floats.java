package dev.sirocco.tensor.exec.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vectors of floats, and of as many integers, at raw addresses. Whatever is computed here has the same bits whether it
 * is interpreted or compiled, which does not hold for {@code reduceLanes(ADD)} and {@code lanewise(EXP)}.
 */
final class Floats {

    static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    /** Integers, as many. */
    static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    static final int LANES = S.length();
    /** Bytes of a vector. */
    static final int VECTOR = 4 * LANES;

    private static final VectorShuffle<Float> SWAP8 = swap(8), SWAP4 = swap(4), SWAP2 = swap(2), SWAP1 = swap(1);

    private Floats() {}

    /** Exchanges neighbouring groups of {@code size} lanes. */
    private static VectorShuffle<Float> swap(int size) {
        return VectorShuffle.fromOp(S, lane -> (lane ^ size) % LANES);
    }

    static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(S, Memory.ALL, address, Memory.ORDER);
    }

    /** Floats that are not set are 0, and their memory is not touched. */
    static FloatVector load(long address, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(S, Memory.ALL, address, Memory.ORDER, mask);
    }

    static void store(long address, FloatVector value) {
        value.intoMemorySegment(Memory.ALL, address, Memory.ORDER);
    }

    static void store(long address, FloatVector value, VectorMask<Float> mask) {
        value.intoMemorySegment(Memory.ALL, address, Memory.ORDER, mask);
    }

    static IntVector loadInts(long address) {
        return IntVector.fromMemorySegment(INTS, Memory.ALL, address, Memory.ORDER);
    }

    static void store(long address, IntVector value) {
        value.intoMemorySegment(Memory.ALL, address, Memory.ORDER);
    }

    static FloatVector broadcast(float value) {
        return FloatVector.broadcast(S, value);
    }

    static FloatVector zeros() {
        return FloatVector.zero(S);
    }

    /** The lanes of a vector at element i of n that exist. */
    static VectorMask<Float> upTo(int i, int n) {
        return S.indexInRange(i, n);
    }

    /** The sum of the lanes. */
    static float sum(FloatVector v) {
        if (LANES > 8) {
            v = v.add(v.rearrange(SWAP8));
        }
        if (LANES > 4) {
            v = v.add(v.rearrange(SWAP4));
        }
        v = v.add(v.rearrange(SWAP2));
        return v.add(v.rearrange(SWAP1)).lane(0);
    }

    private static final float LOG2_E = 1.44269504f;
    /** ln 2 in two parts, the first with so few bits that its multiples are exact (Cody and Waite 1980). */
    private static final float LN2_HIGH = 0.693359375f, LN2_LOW = -2.12194440e-4f;
    /** Adding it rounds to an integer, which then stands in the lowest bits. */
    private static final float ROUND = 0x1.8p23f;
    private static final float SMALLEST = -87f;

    /**
     * exp(x) for x ≤ 88, to one unit in the last place; 0 below -87. The polynomial is that of Cephes' expf (Moshier
     * 1989). It is inlined, which the library's exp is not, and takes two thirds of its time.
     */
    static FloatVector exp(FloatVector x) {
        FloatVector rounded = x.fma(broadcast(LOG2_E), broadcast(ROUND));
        FloatVector n = rounded.sub(ROUND);
        FloatVector r = n.fma(broadcast(-LN2_LOW), n.fma(broadcast(-LN2_HIGH), x));
        FloatVector p = r.fma(broadcast(1.9875691500e-4f), broadcast(1.3981999507e-3f));
        p = p.fma(r, broadcast(8.3334519073e-3f));
        p = p.fma(r, broadcast(4.1665795894e-2f));
        p = p.fma(r, broadcast(1.6666665459e-1f));
        p = p.fma(r, broadcast(5.0000001201e-1f));
        p = p.fma(r.mul(r), r).add(1);
        return p.reinterpretAsInts().add(rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats().blend(0, x.lt(SMALLEST));
    }
}
