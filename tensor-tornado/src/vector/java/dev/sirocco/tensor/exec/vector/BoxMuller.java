package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.LANES;
import static dev.sirocco.tensor.exec.vector.Floats.S;
import static dev.sirocco.tensor.exec.vector.Floats.VECTOR;
import static dev.sirocco.tensor.exec.vector.Floats.broadcast;
import static dev.sirocco.tensor.exec.vector.Floats.load;
import static dev.sirocco.tensor.exec.vector.Floats.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Pairs of uniform numbers (u, u') in [0, 1), multiples of 2⁻²⁴, to pairs of normal ones (Box and Muller 1958):
 * √(-2 ln (u + 2⁻²⁴)) times cos 2πu' and sin 2πu'. In two passes, each with few enough live vectors; n is a multiple of
 * two vectors.
 */
final class BoxMuller {

    private static final VectorShuffle<Float> EVEN = VectorShuffle.makeUnzip(S, 0), ODD = VectorShuffle.makeUnzip(S, 1);
    private static final VectorShuffle<Float> FIRST = VectorShuffle.makeZip(S, 0), SECOND = VectorShuffle.makeZip(S, 1);

    private BoxMuller() {}

    /** Replaces the first of each pair by the radius √(-2 ln (u + 2⁻²⁴)). */
    static void radii(long x, int n) {
        for (int i = 0; i < n; i += 2 * LANES) {
            FloatVector a = load(x + 4L * i), b = load(x + 4L * i + VECTOR);
            FloatVector radius = Functions.logOfNormal(a.rearrange(EVEN, b).add(0x1p-24f)).mul(-2).max(0).sqrt();
            FloatVector turn = a.rearrange(ODD, b);
            store(x + 4L * i, radius.rearrange(FIRST, turn));
            store(x + 4L * i + VECTOR, radius.rearrange(SECOND, turn));
        }
    }

    /**
     * Replaces each pair (radius, turn) by (radius cos 2π turn, radius sin 2π turn): with t = turn - 1/2 these are
     * 2 sin² πt - 1 and -2 sin πt cos πt.
     */
    static void turn(long x, int n) {
        for (int i = 0; i < n; i += 2 * LANES) {
            FloatVector a = load(x + 4L * i), b = load(x + 4L * i + VECTOR);
            FloatVector radius = a.rearrange(EVEN, b);
            FloatVector t = a.rearrange(ODD, b).sub(0.5f);
            FloatVector square = t.mul(t);
            FloatVector sin = sin(square).mul(t);
            FloatVector c = sin.mul(sin).fma(broadcast(2), broadcast(-1)).mul(radius);
            FloatVector s = sin.mul(-2).mul(cos(square)).mul(radius);
            store(x + 4L * i, c.rearrange(FIRST, s));
            store(x + 4L * i + VECTOR, c.rearrange(SECOND, s));
        }
    }

    // both fitted at Chebyshev nodes, to 1e-8

    /** sin(πt) / t from t², for |t| ≤ 1/2. */
    private static FloatVector sin(FloatVector square) {
        FloatVector p = square.fma(broadcast(7.765766030e-2f), broadcast(-5.982912856e-1f));
        p = p.fma(square, broadcast(2.550077523f));
        p = p.fma(square, broadcast(-5.167710084f));
        return p.fma(square, broadcast(3.141592640f));
    }

    /** cos(πt) from t², for |t| ≤ 1/2. */
    private static FloatVector cos(FloatVector square) {
        FloatVector p = square.fma(broadcast(-2.439632435e-2f), broadcast(2.349373138e-1f));
        p = p.fma(square, broadcast(-1.335212003f));
        p = p.fma(square, broadcast(4.058709160f));
        p = p.fma(square, broadcast(-4.934802137f));
        return p.fma(square, broadcast(1));
    }
}
