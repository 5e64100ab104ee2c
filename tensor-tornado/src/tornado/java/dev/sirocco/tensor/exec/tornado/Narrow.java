package dev.sirocco.tensor.exec.tornado;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * Floats of 16 bits, to and from F32 by exact arithmetic: TornadoVM has no way to look at a float's bits. A number is
 * (mantissa + hidden bit) · 2^exponent, and multiplying by powers of two rounds nothing.
 */
public final class Narrow {

    private Narrow() {}

    /** A bfloat16: 8 bits of exponent, 7 of mantissa. */
    public static float fromBf16(int bits) {
        return decode(bits, (bits >> 7) & 0xff, bits & 0x7f, 128, 255, -134);
    }

    /** An IEEE half: 5 bits of exponent, 10 of mantissa. */
    public static float fromF16(int bits) {
        return decode(bits, (bits >> 10) & 0x1f, bits & 0x3ff, 1024, 31, -25);
    }

    private static float decode(int bits, int exponent, int mantissa, int hidden, int largest, int bias) {
        float size = exponent == 0 ? scale((float) mantissa, bias + 1)
                : scale((float) (mantissa + hidden), exponent + bias);
        if (exponent == largest) {
            // The root of a negative number is NaN, for which TornadoVM writes a word that OpenCL does not know.
            size = mantissa == 0 ? Float.POSITIVE_INFINITY : TornadoMath.sqrt((float) -mantissa);
        }
        return (bits & 0x8000) != 0 ? -size : size;
    }

    /** To nearest even. */
    public static int toBf16(float x) {
        return encode(x, 7, -126, 255);
    }

    /** To nearest even. */
    public static int toF16(float x) {
        return encode(x, 10, -14, 31);
    }

    /**
     * @param least the exponent of the smallest normal number
     * @param largest the exponent's bits of infinity
     */
    private static int encode(float x, int mantissaBits, int least, int largest) {
        int sign = ((x < 0f ? 1 : 0) | (1f / x < 0f ? 1 : 0)) << 15;       // the zeros have signs, too
        float size = x < 0f ? -x : x;
        int exponent = exponentOf(size);
        exponent = exponent < least ? least : exponent;
        // Mantissa and hidden bit before the point. Halves stay below 2^128, which TornadoVM's compiler knows, and it
        // stumbles over branches that are never taken.
        float scaled = mantissaBits == 7 ? scale(size, mantissaBits - exponent)
                : scaleLess(size, mantissaBits - exponent);
        scaled = scaled < 4096f ? scaled : 4096f;                           // infinity, and NaN
        int whole = (int) scaled;
        float rest = scaled - (float) whole;
        whole += rest > 0.5f ? 1 : rest == 0.5f ? whole & 1 : 0;
        // A carry out of the mantissa adds one to the exponent, and a missing hidden bit takes one away.
        int bits = ((exponent - least) << mantissaBits) + whole;
        int infinity = largest << mantissaBits;
        bits = bits < infinity ? bits : infinity;
        bits = x != x ? infinity | (1 << (mantissaBits - 1)) : bits;
        return sign | bits;
    }

    /** The largest e with 2^e ≤ x, between -127 and 128. */
    private static int exponentOf(float x) {
        int e = 0;
        float y = x;
        if (y >= 1f) {
            if (y >= 0x1p64f) { y *= 0x1p-64f; e += 64; }
            if (y >= 0x1p32f) { y *= 0x1p-32f; e += 32; }
            if (y >= 0x1p16f) { y *= 0x1p-16f; e += 16; }
            if (y >= 0x1p8f) { y *= 0x1p-8f; e += 8; }
            if (y >= 0x1p4f) { y *= 0x1p-4f; e += 4; }
            if (y >= 0x1p2f) { y *= 0x1p-2f; e += 2; }
            if (y >= 0x1p1f) { y *= 0x1p-1f; e += 1; }
            if (y >= 0x1p1f) { e += 1; }                                 // only infinity is left
        } else {
            if (y < 0x1p-63f) { y *= 0x1p64f; e -= 64; }
            if (y < 0x1p-31f) { y *= 0x1p32f; e -= 32; }
            if (y < 0x1p-15f) { y *= 0x1p16f; e -= 16; }
            if (y < 0x1p-7f) { y *= 0x1p8f; e -= 8; }
            if (y < 0x1p-3f) { y *= 0x1p4f; e -= 4; }
            if (y < 0x1p-1f) { y *= 0x1p2f; e -= 2; }
            if (y < 1f) { e -= 1; }
        }
        return e;
    }

    /** x · 2^e for |e| < 256. */
    private static float scale(float x, int e) {
        float y = x;
        if (((e < 0 ? -e : e) & 128) != 0) {
            y *= e >= 0 ? 0x1p64f : 0x1p-64f;
            y *= e >= 0 ? 0x1p64f : 0x1p-64f;
        }
        return scaleLess(y, e);
    }

    /** x · 2^(e % 128), in steps that neither overflow nor lose bits before they must. */
    private static float scaleLess(float x, int e) {
        float y = x;
        int n = e < 0 ? -e : e;
        boolean isUp = e >= 0;
        if ((n & 64) != 0) { y *= isUp ? 0x1p64f : 0x1p-64f; }
        if ((n & 32) != 0) { y *= isUp ? 0x1p32f : 0x1p-32f; }
        if ((n & 16) != 0) { y *= isUp ? 0x1p16f : 0x1p-16f; }
        if ((n & 8) != 0) { y *= isUp ? 0x1p8f : 0x1p-8f; }
        if ((n & 4) != 0) { y *= isUp ? 0x1p4f : 0x1p-4f; }
        if ((n & 2) != 0) { y *= isUp ? 0x1p2f : 0x1p-2f; }
        if ((n & 1) != 0) { y *= isUp ? 0x1p1f : 0x1p-1f; }
        return y;
    }
}
