package dev.sirocco.tensor.exec.tornado;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * What element-wise ops compute from one element of each operand, called by generated kernels and inlined into them.
 * Written for TornadoVM's compiler: no bits of floats, no {@code >>>}, minima and maxima spelled out so that NaN
 * stays, and no two conditions that lead to one value: TornadoVM 5.2 joins them by an "or" and forgets what was
 * negated.
 */
public final class Scalars {

    /** π/2 in two parts, the first with so few bits that its multiples are exact (Cody and Waite 1980). */
    private static final double HALF_PI_HIGH = 1.5707963267341256, HALF_PI_LOW = 6.077100506506192e-11;

    private Scalars() {}

    public static float sign(float x) {
        return x > 0 ? 1f : x < 0 ? -1f : x;
    }

    public static int sign(int x) {
        return x > 0 ? 1 : x < 0 ? -1 : 0;
    }

    public static float abs(float x) {
        return TornadoMath.abs(x);
    }

    public static int abs(int x) {
        return x < 0 ? -x : x;
    }

    public static float floor(float x) {
        return TornadoMath.floor(x);
    }

    /** TornadoVM 5.2 makes a sum of twice the same out of 2 x, and then trips over it if x is a product. */
    public static float twice(float x) {
        return x + TornadoMath.max(x, x);
    }

    public static float exp(float x) {
        return TornadoMath.exp(x);
    }

    public static float log(float x) {
        return TornadoMath.log(x);
    }

    public static float sqrt(float x) {
        return TornadoMath.sqrt(x);
    }

    public static float rsqrt(float x) {
        return 1f / TornadoMath.sqrt(x);
    }

    public static float reciprocal(float x) {
        return 1f / x;
    }

    public static float sin(float x) {
        return ofQuarters(x, 0);
    }

    public static float cos(float x) {
        return ofQuarters(x, 1);
    }

    /**
     * sin(x + π/2 · quarter): x less the nearest multiple of π/2, in double precision and good up to 1e9, then sine or
     * cosine of the rest. PoCL's own functions are wrong for large angles.
     */
    private static float ofQuarters(float x, int quarter) {
        double quarters = x * (2 / Math.PI);
        long n = (long) (quarters + (quarters < 0 ? -0.5 : 0.5));
        float rest = (float) (x - n * HALF_PI_HIGH - n * HALF_PI_LOW);
        int quadrant = (int) (n + quarter);
        float size = (quadrant & 1) == 0 ? TornadoMath.sin(rest) : TornadoMath.cos(rest);
        return size * (1 - (quadrant & 2));
    }

    public static float tanh(float x) {
        return TornadoMath.tanh(x);
    }

    public static float sigmoid(float x) {
        return 1f / (1f + TornadoMath.exp(-x));
    }

    /**
     * Below 1 an odd polynomial, above it 1 - t-polynomial · exp(-x²) with t = 1 / (1 + 0.3275911 x), the form of
     * Abramowitz and Stegun 7.1.26 with coefficients fitted for this range. Absolute error below 1e-7.
     */
    public static float erf(float x) {
        float size = TornadoMath.abs(x);
        float u = x * x;
        float small = -5.6541059e-4f * u + 4.9232775e-3f;
        small = small * u - 0.026716385f;
        small = small * u + 0.11280365f;
        small = small * u - 0.37612349f;
        small = small * u + 1.1283791f;
        float t = 1f / (size * 0.3275911f + 1f);
        float p = 0.33037400f * t - 0.14383049f;
        p = p * t + 0.31290891f;
        p = p * t + 0.12270805f;
        p = p * t + 0.19457560f;
        p = p * t + 0.18388991f;
        p = p * t + 3.3629847e-5f;
        float large = 1f - p * TornadoMath.exp(-u);
        return size < 1f ? small * x : x < 0 ? -large : large;
    }

    public static float pow(float x, float y) {
        float power = TornadoMath.pow(x, y);
        return TornadoMath.abs(x) == 1f ? power + (y - y) : power;         // Java has no power of 1 to infinity
    }

    /**
     * x Φ(x) = x - x Q(|x|) for positive x and x Q(|x|) for negative, Q = 1 - Φ being the normal distribution's tail.
     */
    public static float gelu(float x) {
        float tail = min(x, 40f) * tailOverDensity(x) * density(x);         // Q is 0 there, x may be infinite
        return x > 0 ? x - tail : tail;
    }

    /** (Φ(x) + x φ(x)) dy. */
    public static float geluBackward(float x, float dy) {
        float density = density(x);
        float tail = tailOverDensity(x) * density;
        return ((x > 0 ? 1f - tail : tail) + x * density) * dy;
    }

    /** φ(x) = exp(-x² / 2) / √2π. */
    private static float density(float x) {
        return TornadoMath.exp(x * x * -0.5f) * 0.3989423f;
    }

    /** Q(|x|) / φ(x) as a polynomial in t = 1 / (1 + 0.3275911 |x| / √2), the form of Abramowitz and Stegun 7.1.26. */
    private static float tailOverDensity(float x) {
        float t = 1f / (TornadoMath.abs(x) * 0.23164189f + 1f);
        float p = -0.18499549f * t + 0.65859118f;
        p = p * t - 0.57624157f;
        p = p * t + 0.63727428f;
        p = p * t - 0.01053843f;
        p = p * t + 0.27391572f;
        p = p * t + 0.22296812f;
        p = p * t + 0.23236251f;
        return p * t - 2.2329146e-05f;
    }

    /** x σ(2 u), u = √(2/π) (x + 0.044715 x³), which is 0.5 x (1 + tanh u). */
    public static float geluTanh(float x) {
        return x * sigmoid(tanhArgument(x));
    }

    public static float geluTanhBackward(float x, float dy) {
        float s = sigmoid(tanhArgument(x));
        float slope = x * x * 0.21406445f + 1.5957691f;
        return (s + x * s * (1f - s) * slope) * dy;
    }

    private static float tanhArgument(float x) {
        return (x * x * 0.044715f + 1f) * x * 1.5957691f;
    }

    public static float silu(float x) {
        return x * sigmoid(x);
    }

    /** σ(x) (1 + x (1 - σ(x))) dy. */
    public static float siluBackward(float x, float dy) {
        float s = sigmoid(x);
        return s * (x * (1f - s) + 1f) * dy;
    }

    public static float max(float a, float b) {
        float larger = a > b ? a : b;
        return a == a ? larger : twice(a);
    }

    public static float min(float a, float b) {
        float smaller = a < b ? a : b;
        return a == a ? smaller : twice(a);
    }

    public static int max(int a, int b) {
        return a > b ? a : b;
    }

    public static int min(int a, int b) {
        return a < b ? a : b;
    }

    public static float less(float a, float b) {
        return a < b ? 1f : 0f;
    }

    /** TornadoVM writes {@code a <= b} as "not b < a", which is so for NaN. */
    public static float lessEqual(float a, float b) {
        return (a < b ? 1f : 0f) + (a == b ? 1f : 0f);
    }

    public static float equal(float a, float b) {
        return a == b ? 1f : 0f;
    }

    public static float less(int a, int b) {
        return a < b ? 1f : 0f;
    }

    public static float lessEqual(int a, int b) {
        return a <= b ? 1f : 0f;
    }

    public static float equal(int a, int b) {
        return a == b ? 1f : 0f;
    }

    public static float where(float condition, float yes, float no) {
        return condition != 0f ? yes : no;
    }

    public static int where(float condition, int yes, int no) {
        return condition != 0f ? yes : no;
    }

    /** Towards zero; NaN gives 0, what is too large the nearest end of the range. */
    public static int toInt(float x) {
        return x != x ? 0 : x >= 2147483648f ? Integer.MAX_VALUE : x <= -2147483648f ? Integer.MIN_VALUE : (int) x;
    }

    /** As a cast to {@code byte} by way of {@code int} has it. */
    public static int toByte(float x) {
        return (toInt(x) << 24) >> 24;
    }

    public static float toFloat(int x) {
        return (float) x;
    }

    /** 1 if x, the i-th, goes before y, the j-th, in descending order: NaN first, lower indices first among equals. */
    public static int before(float x, int i, float y, int j) {
        int xIsNan = x != x ? 1 : 0;
        int yIsNan = y != y ? 1 : 0;
        int isMore = (x > y ? 1 : 0) + xIsNan * (1 - yIsNan);
        int isEqual = (x == y ? 1 : 0) + xIsNan * yIsNan;
        return isMore + isEqual * (i < j ? 1 : 0);
    }

    public static int before(int x, int i, int y, int j) {
        return (x > y ? 1 : 0) + (x == y ? 1 : 0) * (i < j ? 1 : 0);
    }
}
