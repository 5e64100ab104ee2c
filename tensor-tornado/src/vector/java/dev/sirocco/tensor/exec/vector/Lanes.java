package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.DType;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of the machine's width: loads, stores and the functions that {@link VectorOperators} does not have. */
final class Lanes {

    static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> I32 = IntVector.SPECIES_PREFERRED;
    /** Elements in a vector. */
    static final int COUNT = F32.length();
    /** Bytes from one vector of F32 or I32 to the next. */
    static final long BYTES = COUNT * 4L;

    private static final ByteOrder ORDER = Memory.ORDER;
    private static final float SQRT_HALF = (float) Math.sqrt(0.5);
    private static final float SQRT_TWO_OVER_PI = (float) Math.sqrt(2 / Math.PI);
    private static final float ONE_OVER_SQRT_TWO_PI = (float) (1 / Math.sqrt(2 * Math.PI));

    private Lanes() {}

    static FloatVector floats(long address) {
        return FloatVector.fromMemorySegment(F32, Memory.ALL, address, ORDER);
    }

    static IntVector ints(long address) {
        return IntVector.fromMemorySegment(I32, Memory.ALL, address, ORDER);
    }

    static void put(long address, FloatVector v) {
        v.intoMemorySegment(Memory.ALL, address, ORDER);
    }

    static void put(long address, IntVector v) {
        v.intoMemorySegment(Memory.ALL, address, ORDER);
    }

    /** Copies fewer elements than a vector has, of 4 bytes or less. */
    static void copyTail(long to, long from, int elements, DType dtype) {
        switch (dtype.bytes()) {
            case 4 -> {
                VectorMask<Integer> tail = I32.indexInRange(0, elements);
                IntVector.fromMemorySegment(I32, Memory.ALL, from, ORDER, tail)
                        .intoMemorySegment(Memory.ALL, to, ORDER, tail);
            }
            case 2 -> {
                for (int i = 0; i < elements; i++) {
                    Memory.ALL.set(Memory.SHORT, to + 2L * i, Memory.ALL.get(Memory.SHORT, from + 2L * i));
                }
            }
            default -> {
                for (int i = 0; i < elements; i++) {
                    Memory.ALL.set(Memory.BYTE, to + i, Memory.ALL.get(Memory.BYTE, from + i));
                }
            }
        }
    }

    static FloatVector sigmoid(FloatVector x) {
        return FloatVector.broadcast(F32, 1).div(x.neg().lanewise(VectorOperators.EXP).add(1));
    }

    /**
     * erf(x) where e = exp(-x²): below 1 an odd polynomial, above it 1 - t-polynomial · e with t = 1 / (1 + 0.3275911 x),
     * the form of Abramowitz and Stegun 7.1.26 with coefficients fitted for this range. Absolute error below 1e-7.
     */
    static FloatVector erf(FloatVector x, FloatVector e) {
        FloatVector size = x.abs();
        FloatVector large = erfOfLarge(size, e);
        FloatVector signed = large.blend(large.neg(), x.compare(VectorOperators.LT, 0));
        return signed.blend(erfOfSmall(x), size.compare(VectorOperators.LT, 1));
    }

    private static FloatVector erfOfLarge(FloatVector size, FloatVector e) {
        FloatVector one = FloatVector.broadcast(F32, 1);
        FloatVector t = one.div(size.fma(FloatVector.broadcast(F32, 0.3275911f), one));
        FloatVector p = FloatVector.broadcast(F32, 0.33037400f);
        p = p.fma(t, FloatVector.broadcast(F32, -0.14383049f));
        p = p.fma(t, FloatVector.broadcast(F32, 0.31290891f));
        p = p.fma(t, FloatVector.broadcast(F32, 0.12270805f));
        p = p.fma(t, FloatVector.broadcast(F32, 0.19457560f));
        p = p.fma(t, FloatVector.broadcast(F32, 0.18388991f));
        p = p.fma(t, FloatVector.broadcast(F32, 3.3629847e-5f));
        return one.sub(p.mul(e));
    }

    private static FloatVector erfOfSmall(FloatVector x) {
        FloatVector u = x.mul(x);
        FloatVector p = FloatVector.broadcast(F32, -5.6541059e-4f);
        p = p.fma(u, FloatVector.broadcast(F32, 4.9232775e-3f));
        p = p.fma(u, FloatVector.broadcast(F32, -0.026716385f));
        p = p.fma(u, FloatVector.broadcast(F32, 0.11280365f));
        p = p.fma(u, FloatVector.broadcast(F32, -0.37612349f));
        p = p.fma(u, FloatVector.broadcast(F32, 1.1283791f));
        return p.mul(x);
    }

    static FloatVector expOfMinusSquare(FloatVector x) {
        return x.mul(x).neg().lanewise(VectorOperators.EXP);
    }

    /** x Φ(x). */
    static FloatVector gelu(FloatVector x) {
        FloatVector z = x.mul(SQRT_HALF);
        return erf(z, expOfMinusSquare(z)).add(1).mul(x).mul(0.5f);
    }

    /** Φ(x) + x φ(x), the density φ taking its exponential from Φ's. */
    static FloatVector geluSlope(FloatVector x) {
        FloatVector z = x.mul(SQRT_HALF);
        FloatVector e = expOfMinusSquare(z);
        return erf(z, e).add(1).mul(0.5f).add(x.mul(e).mul(ONE_OVER_SQRT_TWO_PI));
    }

    /** x σ(2 u), u = √(2/π) (x + 0.044715 x³), which is 0.5 x (1 + tanh u). */
    static FloatVector geluTanh(FloatVector x) {
        return x.mul(sigmoid(tanhArgument(x)));
    }

    static FloatVector geluTanhSlope(FloatVector x) {
        FloatVector s = sigmoid(tanhArgument(x));
        FloatVector slope = x.mul(x).mul(6 * 0.044715f * SQRT_TWO_OVER_PI).add(2 * SQRT_TWO_OVER_PI);
        return s.add(x.mul(s).mul(s.neg().add(1)).mul(slope));
    }

    private static FloatVector tanhArgument(FloatVector x) {
        return x.mul(x).mul(0.044715f).add(1).mul(x).mul(2 * SQRT_TWO_OVER_PI);
    }

    /** σ(x) (1 + x (1 - σ(x))). */
    static FloatVector siluSlope(FloatVector x) {
        FloatVector s = sigmoid(x);
        return s.mul(x.mul(s.neg().add(1)).add(1));
    }
}
