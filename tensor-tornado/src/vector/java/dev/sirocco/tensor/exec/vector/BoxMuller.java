package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.LANES;
import static dev.sirocco.tensor.exec.vector.Floats.S;
import static dev.sirocco.tensor.exec.vector.Floats.VECTOR;
import static dev.sirocco.tensor.exec.vector.Floats.broadcast;
import static dev.sirocco.tensor.exec.vector.Floats.load;
import static dev.sirocco.tensor.exec.vector.Floats.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Pairs of uniform numbers (u, u') in [0, 1), multiples of 2⁻²⁴, to pairs of normal ones (Box and Muller 1958):
 * √(-2 ln (u + 2⁻²⁴)) times cos 2πu' and sin 2πu'. In two passes, each with few enough live vectors; n is a multiple of
 * two vectors. The polynomials are those of Cephes' logf, sinf and cosf (Moshier 1989).
 */
final class BoxMuller {

    private static final VectorShuffle<Float> EVEN = VectorShuffle.makeUnzip(S, 0), ODD = VectorShuffle.makeUnzip(S, 1);
    private static final VectorShuffle<Float> FIRST = VectorShuffle.makeZip(S, 0), SECOND = VectorShuffle.makeZip(S, 1);

    private static final int SQRT_HALF_BITS = Float.floatToRawIntBits((float) Math.sqrt(0.5));

    private BoxMuller() {}

    /** Replaces the first of each pair by the radius √(-2 ln (u + 2⁻²⁴)). */
    static void radii(long x, int n) {
        for (int i = 0; i < n; i += 2 * LANES) {
            FloatVector a = load(x + 4L * i), b = load(x + 4L * i + VECTOR);
            FloatVector radius = log(a.rearrange(EVEN, b).add(0x1p-24f)).mul(-2).max(0).sqrt();
            FloatVector turn = a.rearrange(ODD, b);
            store(x + 4L * i, radius.rearrange(FIRST, turn));
            store(x + 4L * i + VECTOR, radius.rearrange(SECOND, turn));
        }
    }

    /** Replaces each pair (radius, turn) by (radius cos 2π turn, radius sin 2π turn). */
    static void turn(long x, int n) {
        for (int i = 0; i < n; i += 2 * LANES) {
            FloatVector a = load(x + 4L * i), b = load(x + 4L * i + VECTOR);
            FloatVector radius = a.rearrange(EVEN, b);
            FloatVector turn = a.rearrange(ODD, b);
            // the nearest quarter turn, whose number then stands in the lowest bits, and what is left of it
            FloatVector rounded = turn.fma(broadcast(4), broadcast(0x1.8p23f));
            IntVector quarter = rounded.reinterpretAsInts();
            FloatVector angle = turn.sub(rounded.sub(0x1.8p23f).mul(0.25f)).mul((float) (2 * Math.PI));
            FloatVector square = angle.mul(angle);
            FloatVector sin = sin(angle, square), cos = cos(square);
            var swapped = quarter.and(1).eq(1).cast(S);
            FloatVector c = signed(cos.blend(sin, swapped), quarter.add(1)).mul(radius);
            FloatVector s = signed(sin.blend(cos, swapped), quarter).mul(radius);
            store(x + 4L * i, c.rearrange(FIRST, s));
            store(x + 4L * i + VECTOR, c.rearrange(SECOND, s));
        }
    }

    /** -x where bit 1 of {@code quarter} is set. */
    private static FloatVector signed(FloatVector x, IntVector quarter) {
        return x.reinterpretAsInts().lanewise(VectorOperators.XOR, quarter.and(2).lanewise(VectorOperators.LSHL, 30))
                .reinterpretAsFloats();
    }

    /** ln x for positive normal numbers. */
    private static FloatVector log(FloatVector x) {
        IntVector bits = x.reinterpretAsInts();
        IntVector exponent = bits.sub(SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, 23);
        FloatVector f = bits.sub(exponent.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats().sub(1);
        FloatVector e = (FloatVector) exponent.convert(VectorOperators.I2F, 0);
        FloatVector square = f.mul(f);
        FloatVector p = f.fma(broadcast(7.0376836292e-2f), broadcast(-1.1514610310e-1f));
        p = p.fma(f, broadcast(1.1676998740e-1f));
        p = p.fma(f, broadcast(-1.2420140846e-1f));
        p = p.fma(f, broadcast(1.4249322787e-1f));
        p = p.fma(f, broadcast(-1.6668057665e-1f));
        p = p.fma(f, broadcast(2.0000714765e-1f));
        p = p.fma(f, broadcast(-2.4999993993e-1f));
        p = p.fma(f, broadcast(3.3333331174e-1f));
        p = e.fma(broadcast(-2.12194440e-4f), p.mul(f).mul(square));
        p = square.fma(broadcast(-0.5f), p);
        return e.fma(broadcast(0.693359375f), f.add(p));
    }

    /** sin x for |x| ≤ π/4. */
    private static FloatVector sin(FloatVector x, FloatVector square) {
        FloatVector p = square.fma(broadcast(-1.9515295891e-4f), broadcast(8.3321608736e-3f));
        p = p.fma(square, broadcast(-1.6666654611e-1f));
        return p.mul(square).fma(x, x);
    }

    /** cos x for |x| ≤ π/4. */
    private static FloatVector cos(FloatVector square) {
        FloatVector p = square.fma(broadcast(2.443315711809948e-5f), broadcast(-1.388731625493765e-3f));
        p = p.fma(square, broadcast(4.166664568298827e-2f));
        return p.mul(square).fma(square, square.fma(broadcast(-0.5f), broadcast(1)));
    }
}
