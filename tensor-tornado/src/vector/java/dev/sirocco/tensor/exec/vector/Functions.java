package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.broadcast;
import static dev.sirocco.tensor.exec.vector.Floats.zeros;

import java.util.function.DoubleUnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The transcendental functions of element-wise ops, over the whole range of floats. They are written out since those of
 * the library give other bits while a loop is still interpreted, and a resumed training run must repeat the first one.
 * Polynomials are those of Cephes' single-precision library (Moshier 1989) unless said otherwise.
 */
final class Functions {

    private static final float SQRT_HALF = (float) Math.sqrt(0.5);
    private static final float SQRT_TWO_OVER_PI = (float) Math.sqrt(2 / Math.PI);
    private static final float LARGEST_EXPONENT = 88.72283f;
    /** From here on erf is 1, and from there on GELU's slope, but for the last place. */
    private static final float ERF_END = 3.7f, GELU_END = 5.8f;
    private static final int SQRT_HALF_BITS = Float.floatToRawIntBits(SQRT_HALF);
    /** Beyond it the argument of sine and cosine is no longer reduced exactly enough. */
    private static final float LARGEST_ANGLE = 8192;
    /** Adding it rounds to an integer, which then stands in the lowest bits. */
    private static final float ROUND = 0x1.8p23f;

    private Functions() {}

    /** Within one unit in the last place; 0 below -87. */
    static FloatVector exp(FloatVector x) {
        FloatVector e = Floats.exp(x.min(LARGEST_EXPONENT));
        FloatVector y = e.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, LARGEST_EXPONENT));
        return y.blend(x, x.test(VectorOperators.IS_NAN));
    }

    /** ln x; -∞ at 0, NaN below. */
    static FloatVector log(FloatVector x) {
        VectorMask<Float> tiny = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
        FloatVector y = logOfNormal(x.blend(x.mul(0x1p24f), tiny)).sub(zeros().blend(24 * (float) Math.log(2), tiny));
        return y.blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY))
                .blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0))
                .blend(Float.NaN, x.compare(VectorOperators.GE, 0).not());
    }

    /** ln x for positive normal numbers. */
    static FloatVector logOfNormal(FloatVector x) {
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

    /** Near 0 a polynomial, else 1 - 2 / (e + 1) with the sign of x, where e = {@linkplain #expOfTwice exp 2|x|}. */
    static FloatVector tanh(FloatVector x, FloatVector e) {
        FloatVector size = x.abs();
        FloatVector large = broadcast(1).sub(broadcast(2).div(e.add(1)));
        FloatVector y = withSign(large, x).blend(tanhOfSmall(x), size.compare(VectorOperators.LT, 0.625f));
        return y.blend(x, x.test(VectorOperators.IS_NAN));
    }

    /** exp 2|x|, |x| being at most 20. */
    static FloatVector expOfTwice(FloatVector x) {
        return Floats.exp(x.abs().min(20).mul(2));
    }

    private static FloatVector tanhOfSmall(FloatVector x) {
        FloatVector z = x.mul(x);
        FloatVector p = z.fma(broadcast(-5.70498872745e-3f), broadcast(2.06390887954e-2f));
        p = p.fma(z, broadcast(-5.37397155531e-2f));
        p = p.fma(z, broadcast(1.33314422036e-1f));
        p = p.fma(z, broadcast(-3.33332819422e-1f));
        return p.mul(z).fma(x, x);
    }

    private static FloatVector withSign(FloatVector size, FloatVector x) {
        return size.blend(size.neg(), x.compare(VectorOperators.LT, 0));
    }

    static FloatVector sin(FloatVector x) {
        return x.abs().compare(VectorOperators.LE, LARGEST_ANGLE).allTrue() ? quarters(x, 0) : eachLane(x, Math::sin);
    }

    static FloatVector cos(FloatVector x) {
        return x.abs().compare(VectorOperators.LE, LARGEST_ANGLE).allTrue() ? quarters(x, 1) : eachLane(x, Math::cos);
    }

    /** sin(x + π/2 · quarter): x less the nearest multiple of π/2, then sine or cosine of the rest. */
    private static FloatVector quarters(FloatVector x, int quarter) {
        FloatVector rounded = x.fma(broadcast((float) (2 / Math.PI)), broadcast(ROUND));
        FloatVector n = rounded.sub(ROUND);
        FloatVector r = n.fma(broadcast(-1.5703125f), x);
        r = n.fma(broadcast(-4.837512969970703125e-4f), r);
        r = n.fma(broadcast(-7.549789954891882e-8f), r);
        IntVector quadrant = rounded.reinterpretAsInts().add(quarter);
        FloatVector y = sinOfSmall(r).blend(cosOfSmall(r), odd(quadrant));
        return y.blend(y.neg(), odd(quadrant.lanewise(VectorOperators.LSHR, 1)));
    }

    private static VectorMask<Float> odd(IntVector n) {
        return n.and(1).compare(VectorOperators.NE, 0).cast(Floats.S);
    }

    private static FloatVector sinOfSmall(FloatVector x) {
        FloatVector z = x.mul(x);
        FloatVector p = z.fma(broadcast(-1.9515295891e-4f), broadcast(8.3321608736e-3f));
        p = p.fma(z, broadcast(-1.6666654611e-1f));
        return p.mul(z).fma(x, x);
    }

    private static FloatVector cosOfSmall(FloatVector x) {
        FloatVector z = x.mul(x);
        FloatVector p = z.fma(broadcast(2.443315711809948e-5f), broadcast(-1.388731625493765e-3f));
        p = p.fma(z, broadcast(4.166664568298827e-2f));
        return p.mul(z).mul(z).add(z.fma(broadcast(-0.5f), broadcast(1)));
    }

    private static FloatVector eachLane(FloatVector x, DoubleUnaryOperator f) {
        float[] lanes = x.toArray();
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = (float) f.applyAsDouble(lanes[i]);
        }
        return FloatVector.fromArray(Floats.S, lanes, 0);
    }

    static FloatVector sigmoid(FloatVector x) {
        return broadcast(1).div(exp(x.neg()).add(1));
    }

    /**
     * erf x: x times a polynomial in x², both held at what they are where erf is 1 in single precision. The argument of
     * the polynomial is laid on -1 … 1, where it is well conditioned; it is fitted for the least largest error, which
     * is 2e-7.
     */
    static FloatVector erf(FloatVector x) {
        FloatVector z = within(x, ERF_END);
        FloatVector v = squareLaid(z, ERF_END);
        FloatVector p = broadcast(-0.000257200038f).fma(v, broadcast(0.000743872137f));
        p = p.fma(v, broadcast(-0.000847700692f));
        p = p.fma(v, broadcast(0.00147797528f));
        p = p.fma(v, broadcast(-0.00417171651f));
        p = p.fma(v, broadcast(0.00837930851f));
        p = p.fma(v, broadcast(-0.0141031528f));
        p = p.fma(v, broadcast(0.0231387317f));
        p = p.fma(v, broadcast(-0.0360762104f));
        p = p.fma(v, broadcast(0.0521273986f));
        p = p.fma(v, broadcast(-0.0704928786f));
        p = p.fma(v, broadcast(0.0905246362f));
        p = p.fma(v, broadcast(-0.112637565f));
        p = p.fma(v, broadcast(0.140795276f));
        p = p.fma(v, broadcast(-0.190468028f));
        p = p.fma(v, broadcast(0.382137477f));
        return z.mul(p);
    }

    private static FloatVector within(FloatVector x, float end) {
        return x.blend(end, x.compare(VectorOperators.GT, end)).blend(-end, x.compare(VectorOperators.LT, -end));
    }

    /** z², of numbers from -end to end, laid on -1 … 1. */
    private static FloatVector squareLaid(FloatVector z, float end) {
        return z.mul(z).fma(broadcast(2 / (end * end)), broadcast(-1));
    }

    /** x Φ(x), Φ being the normal distribution: 0 for large negative x. */
    static FloatVector gelu(FloatVector x) {
        FloatVector cumulative = erf(x.mul(SQRT_HALF)).fma(broadcast(0.5f), broadcast(0.5f));
        return cumulative.blend(0, x.compare(VectorOperators.LT, -GELU_END)).mul(x);
    }

    /** Φ(x) + x φ(x) = 1/2 + x times a polynomial in x², as {@linkplain #erf erf} has one; within 3e-7. */
    static FloatVector geluSlope(FloatVector x) {
        FloatVector z = within(x, GELU_END);
        FloatVector v = squareLaid(z, GELU_END);
        FloatVector p = broadcast(-0.00292558433f).fma(v, broadcast(0.00733479951f));
        p = p.fma(v, broadcast(-0.00294304965f));
        p = p.fma(v, broadcast(0.000364959065f));
        p = p.fma(v, broadcast(-0.017852379f));
        p = p.fma(v, broadcast(0.0349682234f));
        p = p.fma(v, broadcast(-0.0365713686f));
        p = p.fma(v, broadcast(0.0437325351f));
        p = p.fma(v, broadcast(-0.06029718f));
        p = p.fma(v, broadcast(0.0697623044f));
        p = p.fma(v, broadcast(-0.0696792379f));
        p = p.fma(v, broadcast(0.0650876015f));
        p = p.fma(v, broadcast(-0.057715416f));
        p = p.fma(v, broadcast(0.0501604937f));
        p = p.fma(v, broadcast(-0.0461970381f));
        p = p.fma(v, broadcast(0.0486359559f));
        p = p.fma(v, broadcast(-0.0616574697f));
        p = p.fma(v, broadcast(0.121998772f));
        return z.fma(p, broadcast(0.5f));
    }

    /** g = σ(2 u), u = √(2/π) (x + 0.044715 x³): 0.5 x (1 + tanh u) is x g. */
    static FloatVector geluGate(FloatVector x) {
        return sigmoid(tanhArgument(x));
    }

    static FloatVector geluTanhSlope(FloatVector x, FloatVector gate) {
        FloatVector slope = x.mul(x).mul(6 * 0.044715f * SQRT_TWO_OVER_PI).add(2 * SQRT_TWO_OVER_PI);
        return gate.add(x.mul(gate).mul(gate.neg().add(1)).mul(slope));
    }

    private static FloatVector tanhArgument(FloatVector x) {
        return x.mul(x).mul(0.044715f).add(1).mul(x).mul(2 * SQRT_TWO_OVER_PI);
    }

    static FloatVector silu(FloatVector x) {
        return x.mul(sigmoid(x));
    }

    /** σ(x) (1 + x (1 - σ(x))). */
    static FloatVector siluSlope(FloatVector x) {
        FloatVector s = sigmoid(x);
        return s.mul(x.mul(s.neg().add(1)).add(1));
    }
}
