package dev.sirocco.tensor.exec.vector;

import jdk.incubator.vector.FloatVector;

/**
 * The transforms of F(4×4, 3×3), with 36 instead of 144 multiplications for a tile of 4×4 places (Lavin and Gray,
 * "Fast Algorithms for Convolutional Neural Networks", 2016, §4.3): Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A, and what follows for
 * the gradient of g: Gᵀ[(A dY Aᵀ) ⊙ (Bᵀ d B)]G. A vector of channels at a time, first down the columns, then along
 * the rows.
 */
final class Winograd {

    /** Places of a tile along an axis, the elements that they see, and the products that take their part. */
    static final int TILE = 4;
    static final int SEEN = 6;
    static final int POINTS = SEEN * SEEN;
    static final long WORK_BYTES = (long) POINTS * Lanes.BYTES;

    private static final long V = Lanes.BYTES;

    private Winograd() {}

    /** Whether it is faster than the direct method. */
    static boolean suits(ConvolutionShape s) {
        int tiles = s.n() * Math.ceilDiv(s.out().h(), TILE) * Math.ceilDiv(s.out().w(), TILE);
        boolean form = s.groups() == 1 && s.kernel().equals(new ConvolutionShape.Spatial(1, 3, 3)) && s.stride().all(1)
                && s.dilation().all(1) && s.in().d() == 1 && s.out().d() == 1 && s.pad().h() <= 2 && s.pad().w() <= 2;
        boolean worth = s.channels() >= 16 && s.outputs() >= 16 && tiles >= 16
                && s.n() * s.out().volume() * 9L >= 2L * tiles * POINTS;
        return form && worth;
    }

    /** Bᵀ d B of the element at {@code source} and its 6×6 neighbours; the result's points lie {@code point} bytes apart. */
    static void input(long source, long line, long pixel, long target, long point, long work) {
        for (int j = 0; j < SEEN; j++) {
            inputLine(source + j * pixel, line, work + j * V, SEEN * V);
        }
        for (int i = 0; i < SEEN; i++) {
            inputLine(work + i * SEEN * V, V, target + i * SEEN * point, point);
        }
    }

    private static void inputLine(long d, long step, long t, long toStep) {
        FloatVector d0 = Lanes.floats(d), d1 = Lanes.floats(d + step), d2 = Lanes.floats(d + 2 * step);
        FloatVector d3 = Lanes.floats(d + 3 * step), d4 = Lanes.floats(d + 4 * step), d5 = Lanes.floats(d + 5 * step);
        FloatVector four = FloatVector.broadcast(Lanes.F32, 4f);
        FloatVector minusFive = FloatVector.broadcast(Lanes.F32, -5f);
        FloatVector even = four.neg().fma(d2, d4), odd = four.neg().fma(d1, d3);
        FloatVector outer = d4.sub(d2), inner = d3.sub(d1);
        inner = inner.add(inner);
        Lanes.put(t, four.fma(d0, minusFive.fma(d2, d4)));
        Lanes.put(t + toStep, even.add(odd));
        Lanes.put(t + 2 * toStep, even.sub(odd));
        Lanes.put(t + 3 * toStep, outer.add(inner));
        Lanes.put(t + 4 * toStep, outer.sub(inner));
        Lanes.put(t + 5 * toStep, four.fma(d1, minusFive.fma(d3, d5)));
    }

    /** Aᵀ m A: 4×4 places from 6×6 products. */
    static void output(long source, long point, long target, long work) {
        for (int j = 0; j < SEEN; j++) {
            outputLine(source + j * point, SEEN * point, work + j * V, SEEN * V);
        }
        for (int i = 0; i < TILE; i++) {
            outputLine(work + i * SEEN * V, V, target + i * TILE * V, V);
        }
    }

    private static void outputLine(long m, long step, long y, long toStep) {
        FloatVector m1 = Lanes.floats(m + step), m2 = Lanes.floats(m + 2 * step);
        FloatVector m3 = Lanes.floats(m + 3 * step), m4 = Lanes.floats(m + 4 * step);
        FloatVector even = m1.add(m2), odd = m1.sub(m2), even2 = m3.add(m4), odd2 = m3.sub(m4);
        Lanes.put(y, Lanes.floats(m).add(even).add(even2));
        Lanes.put(y + toStep, FloatVector.broadcast(Lanes.F32, 2f).fma(odd2, odd));
        Lanes.put(y + 2 * toStep, FloatVector.broadcast(Lanes.F32, 4f).fma(even2, even));
        Lanes.put(y + 3 * toStep, FloatVector.broadcast(Lanes.F32, 8f).fma(odd2, odd).add(Lanes.floats(m + 5 * step)));
    }

    /** A dY Aᵀ: the adjoint of {@link #output}. */
    static void outputAdjoint(long source, long line, long pixel, long target, long point, long work) {
        for (int j = 0; j < TILE; j++) {
            outputAdjointLine(source + j * pixel, line, work + j * V, TILE * V);
        }
        for (int i = 0; i < SEEN; i++) {
            outputAdjointLine(work + i * TILE * V, V, target + i * SEEN * point, point);
        }
    }

    private static void outputAdjointLine(long y, long step, long m, long toStep) {
        FloatVector y0 = Lanes.floats(y), y1 = Lanes.floats(y + step), y2 = Lanes.floats(y + 2 * step), y3 = Lanes.floats(y + 3 * step);
        FloatVector even = y0.add(y2), odd = y1.add(y3);
        FloatVector even2 = FloatVector.broadcast(Lanes.F32, 4f).fma(y2, y0);
        FloatVector odd2 = FloatVector.broadcast(Lanes.F32, 8f).fma(y3, y1.add(y1));
        Lanes.put(m, y0);
        Lanes.put(m + toStep, even.add(odd));
        Lanes.put(m + 2 * toStep, even.sub(odd));
        Lanes.put(m + 3 * toStep, even2.add(odd2));
        Lanes.put(m + 4 * toStep, even2.sub(odd2));
        Lanes.put(m + 5 * toStep, y3);
    }

    /** G g Gᵀ of nine vectors. */
    static void kernel(long source, long target, long point, long work) {
        for (int j = 0; j < 3; j++) {
            kernelLine(source + j * V, 3 * V, work + j * V, 3 * V);
        }
        for (int i = 0; i < SEEN; i++) {
            kernelLine(work + i * 3 * V, V, target + i * SEEN * point, point);
        }
    }

    private static void kernelLine(long g, long step, long u, long toStep) {
        FloatVector g0 = Lanes.floats(g), g1 = Lanes.floats(g + step), g2 = Lanes.floats(g + 2 * step);
        FloatVector outer = g0.add(g2).mul(-1f / 6);
        FloatVector outer2 = FloatVector.broadcast(Lanes.F32, 4f).fma(g2, g0).mul(1f / 24);
        FloatVector inner = g1.mul(1f / 6);
        FloatVector inner2 = g1.mul(1f / 12);
        Lanes.put(u, g0.mul(0.25f));
        Lanes.put(u + toStep, outer.sub(inner));
        Lanes.put(u + 2 * toStep, outer.add(inner));
        Lanes.put(u + 3 * toStep, outer2.add(inner2));
        Lanes.put(u + 4 * toStep, outer2.sub(inner2));
        Lanes.put(u + 5 * toStep, g2);
    }

    /** Gᵀ m G: the adjoint of {@link #kernel}, nine vectors. */
    static void kernelAdjoint(long source, long point, long target, long work) {
        for (int j = 0; j < SEEN; j++) {
            kernelAdjointLine(source + j * point, SEEN * point, work + j * V, SEEN * V);
        }
        for (int i = 0; i < 3; i++) {
            kernelAdjointLine(work + i * SEEN * V, V, target + i * 3 * V, V);
        }
    }

    private static void kernelAdjointLine(long m, long step, long g, long toStep) {
        FloatVector m1 = Lanes.floats(m + step), m2 = Lanes.floats(m + 2 * step);
        FloatVector m3 = Lanes.floats(m + 3 * step), m4 = Lanes.floats(m + 4 * step);
        FloatVector sum = m1.add(m2).mul(-1f / 6), sum2 = m3.add(m4).mul(1f / 24);
        Lanes.put(g, FloatVector.broadcast(Lanes.F32, 0.25f).fma(Lanes.floats(m), sum.add(sum2)));
        Lanes.put(g + toStep, FloatVector.broadcast(Lanes.F32, 1f / 12).fma(m3.sub(m4), m2.sub(m1).mul(1f / 6)));
        Lanes.put(g + 2 * toStep, FloatVector.broadcast(Lanes.F32, 4f).fma(sum2, sum).add(Lanes.floats(m + 5 * step)));
    }
}
