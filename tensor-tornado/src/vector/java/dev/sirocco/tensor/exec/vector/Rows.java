package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.LANES;
import static dev.sirocco.tensor.exec.vector.Floats.VECTOR;
import static dev.sirocco.tensor.exec.vector.Floats.broadcast;
import static dev.sirocco.tensor.exec.vector.Floats.exp;
import static dev.sirocco.tensor.exec.vector.Floats.load;
import static dev.sirocco.tensor.exec.vector.Floats.store;
import static dev.sirocco.tensor.exec.vector.Floats.upTo;
import static dev.sirocco.tensor.exec.vector.Floats.zeros;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The loops over a row of n floats that normalisations, softmaxes and attention share. Sums run in two vectors, in an
 * order that depends on n alone.
 */
final class Rows {

    private static final int TWO = 2 * LANES;

    private Rows() {}

    /** Σ x. */
    static float sum(long x, int n) {
        FloatVector s0 = zeros(), s1 = zeros();
        int i = 0;
        for (; i <= n - TWO; i += TWO) {
            long at = x + 4L * i;
            s0 = s0.add(load(at));
            s1 = s1.add(load(at + VECTOR));
        }
        for (; i < n; i += LANES) {
            s0 = s0.add(load(x + 4L * i, upTo(i, n)));
        }
        return Floats.sum(s0.add(s1));
    }

    /** max x, -∞ of nothing. */
    static float max(long x, int n) {
        FloatVector s0 = broadcast(Float.NEGATIVE_INFINITY), s1 = broadcast(Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i <= n - TWO; i += TWO) {
            long at = x + 4L * i;
            s0 = s0.max(load(at));
            s1 = s1.max(load(at + VECTOR));
        }
        for (; i < n; i += LANES) {
            VectorMask<Float> rest = upTo(i, n);
            s0 = s0.blend(s0.max(load(x + 4L * i, rest)), rest);
        }
        return s0.max(s1).reduceLanes(VectorOperators.MAX);
    }

    /** Σ (x - a) (y - b). */
    static float dot(long x, float a, long y, float b, int n) {
        FloatVector va = broadcast(a), vb = broadcast(b);
        FloatVector s0 = zeros(), s1 = zeros();
        int i = 0;
        for (; i <= n - TWO; i += TWO) {
            long j = 4L * i;
            s0 = load(x + j).sub(va).fma(load(y + j).sub(vb), s0);
            s1 = load(x + j + VECTOR).sub(va).fma(load(y + j + VECTOR).sub(vb), s1);
        }
        for (; i < n; i += LANES) {
            VectorMask<Float> rest = upTo(i, n);
            long j = 4L * i;
            FloatVector product = load(x + j, rest).sub(va).mul(load(y + j, rest).sub(vb));
            s0 = s0.add(zeros().blend(product, rest));
        }
        return Floats.sum(s0.add(s1));
    }

    /** Σ exp(x - shift). */
    static float expSum(long x, float shift, int n) {
        FloatVector s = zeros(), vs = broadcast(shift);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            s = s.add(exp(load(x + 4L * i).sub(vs)));
        }
        if (i < n) {
            VectorMask<Float> rest = upTo(i, n);
            s = s.add(zeros().blend(exp(load(x + 4L * i, rest).sub(vs)), rest));
        }
        return Floats.sum(s);
    }

    /** y = scale exp(x - shift); x and y may be the same. */
    static void scaledExp(long x, float shift, float scale, long y, int n) {
        FloatVector vs = broadcast(shift), vScale = broadcast(scale);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            store(y + 4L * i, exp(load(x + 4L * i).sub(vs)).mul(vScale));
        }
        if (i < n) {
            VectorMask<Float> rest = upTo(i, n);
            store(y + 4L * i, exp(load(x + 4L * i, rest).sub(vs)).mul(vScale), rest);
        }
    }

    /** y = (x - shift) scale + bias; x and y may be the same. */
    static void affine(long x, float shift, float scale, float bias, long y, int n) {
        FloatVector vs = broadcast(shift), vScale = broadcast(scale), vb = broadcast(bias);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).sub(vs).fma(vScale, vb));
        }
        if (i < n) {
            VectorMask<Float> rest = upTo(i, n);
            store(y + 4L * i, load(x + 4L * i, rest).sub(vs).fma(vScale, vb), rest);
        }
    }

    /** z = x (y - shift). */
    static void product(long x, long y, float shift, long z, int n) {
        FloatVector vs = broadcast(shift);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            long j = 4L * i;
            store(z + j, load(y + j).sub(vs).mul(load(x + j)));
        }
        if (i < n) {
            VectorMask<Float> rest = upTo(i, n);
            long j = 4L * i;
            store(z + j, load(y + j, rest).sub(vs).mul(load(x + j, rest)), rest);
        }
    }

    /** y += x. */
    static void add(long x, long y, int n) {
        addScaled(1, x, y, n);
    }

    /** y += a x. */
    static void addScaled(float a, long x, long y, int n) {
        FloatVector va = broadcast(a);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            store(y + 4L * i, load(x + 4L * i).fma(va, load(y + 4L * i)));
        }
        if (i < n) {
            VectorMask<Float> rest = upTo(i, n);
            store(y + 4L * i, load(x + 4L * i, rest).fma(va, load(y + 4L * i, rest)), rest);
        }
    }

    /** y = a (x - shift) + b z + c. */
    static void combine(float a, long x, float shift, float b, long z, float c, long y, int n) {
        FloatVector va = broadcast(a), vs = broadcast(shift), vb = broadcast(b), vc = broadcast(c);
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            long j = 4L * i;
            store(y + j, load(x + j).sub(vs).fma(va, load(z + j).fma(vb, vc)));
        }
        if (i < n) {
            VectorMask<Float> rest = upTo(i, n);
            long j = 4L * i;
            store(y + j, load(x + j, rest).sub(vs).fma(va, load(z + j, rest).fma(vb, vc)), rest);
        }
    }

    /** Bytes from one address to another. */
    static void copy(long source, long target, long bytes) {
        MemorySegment.copy(Memory.ALL, source, Memory.ALL, target, bytes);
    }

    /** x = 0. By vectors, since {@code MemorySegment.fill} takes several times as long for a row. */
    static void clear(long x, int n) {
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            store(x + 4L * i, zeros());
        }
        if (i < n) {
            store(x + 4L * i, zeros(), upTo(i, n));
        }
    }
}
