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
    /** Elements of a transform's intermediate values. */
    static final int WORK = POINTS * Floats.LANES;

    private static final int V = Floats.LANES;
    /** Tiles below which transforming the kernels takes longer than it saves; half of it if those stay in the cache. */
    private static final int FEW_TILES = 16;
    private static final long CACHED_KERNELS = 1 << 16;

    private Winograd() {}

    /** Whether it is faster than the direct method. */
    static boolean suits(ConvolutionShape s) {
        int tiles = s.n() * Math.ceilDiv(s.out().h(), TILE) * Math.ceilDiv(s.out().w(), TILE);
        boolean form = s.groups() == 1 && s.kernel().equals(new ConvolutionShape.Spatial(1, 3, 3)) && s.stride().all(1)
                && s.dilation().all(1) && s.in().d() == 1 && s.out().d() == 1 && s.pad().h() <= 2 && s.pad().w() <= 2;
        int least = (long) s.channels() * s.outputs() <= CACHED_KERNELS ? FEW_TILES / 2 : FEW_TILES;
        boolean worth = s.channels() >= 16 && s.outputs() >= 16 && tiles >= least
                && s.n() * s.out().volume() * 9L >= 2L * tiles * POINTS;
        return form && worth;
    }

    /**
     * Bᵀ d B of the element at {@code source} and its 6×6 neighbours; the result's points lie {@code point} elements
     * apart.
     */
    static void input(float[] from, int source, int line, int pixel, float[] to, int target, int point, int work) {
        for (int j = 0; j < SEEN; j++) {
            inputLine(from, source + j * pixel, line, from, work + j * V, SEEN * V);
        }
        for (int i = 0; i < SEEN; i++) {
            inputLine(from, work + i * SEEN * V, V, to, target + i * SEEN * point, point);
        }
    }

    private static void inputLine(float[] from, int d, int step, float[] to, int t, int toStep) {
        FloatVector d0 = RowTiles.at(from, d), d1 = RowTiles.at(from, d + step), d2 = RowTiles.at(from, d + 2 * step);
        FloatVector d3 = RowTiles.at(from, d + 3 * step), d4 = RowTiles.at(from, d + 4 * step),
                d5 = RowTiles.at(from, d + 5 * step);
        FloatVector four = FloatVector.broadcast(Floats.S, 4f);
        FloatVector minusFive = FloatVector.broadcast(Floats.S, -5f);
        FloatVector even = four.neg().fma(d2, d4), odd = four.neg().fma(d1, d3);
        FloatVector outer = d4.sub(d2), inner = d3.sub(d1);
        inner = inner.add(inner);
        four.fma(d0, minusFive.fma(d2, d4)).intoArray(to, t);
        even.add(odd).intoArray(to, t + toStep);
        even.sub(odd).intoArray(to, t + 2 * toStep);
        outer.add(inner).intoArray(to, t + 3 * toStep);
        outer.sub(inner).intoArray(to, t + 4 * toStep);
        four.fma(d1, minusFive.fma(d3, d5)).intoArray(to, t + 5 * toStep);
    }

    /** Aᵀ m A: 4×4 places from 6×6 products. */
    static void output(float[] m, int source, int point, int target, int work) {
        for (int j = 0; j < SEEN; j++) {
            outputLine(m, source + j * point, SEEN * point, m, work + j * V, SEEN * V);
        }
        for (int i = 0; i < TILE; i++) {
            outputLine(m, work + i * SEEN * V, V, m, target + i * TILE * V, V);
        }
    }

    private static void outputLine(float[] from, int m, int step, float[] to, int y, int toStep) {
        FloatVector m1 = RowTiles.at(from, m + step), m2 = RowTiles.at(from, m + 2 * step);
        FloatVector m3 = RowTiles.at(from, m + 3 * step), m4 = RowTiles.at(from, m + 4 * step);
        FloatVector even = m1.add(m2), odd = m1.sub(m2), even2 = m3.add(m4), odd2 = m3.sub(m4);
        RowTiles.at(from, m).add(even).add(even2).intoArray(to, y);
        FloatVector.broadcast(Floats.S, 2f).fma(odd2, odd).intoArray(to, y + toStep);
        FloatVector.broadcast(Floats.S, 4f).fma(even2, even).intoArray(to, y + 2 * toStep);
        FloatVector.broadcast(Floats.S, 8f).fma(odd2, odd).add(RowTiles.at(from, m + 5 * step))
                .intoArray(to, y + 3 * toStep);
    }

    /** A dY Aᵀ: the adjoint of {@link #output}. */
    static void outputAdjoint(float[] from, int source, int line, int pixel, float[] to, int target, int point,
            int work) {
        for (int j = 0; j < TILE; j++) {
            outputAdjointLine(from, source + j * pixel, line, from, work + j * V, TILE * V);
        }
        for (int i = 0; i < SEEN; i++) {
            outputAdjointLine(from, work + i * TILE * V, V, to, target + i * SEEN * point, point);
        }
    }

    private static void outputAdjointLine(float[] from, int y, int step, float[] to, int m, int toStep) {
        FloatVector y0 = RowTiles.at(from, y), y1 = RowTiles.at(from, y + step), y2 = RowTiles.at(from, y + 2 * step),
                y3 = RowTiles.at(from, y + 3 * step);
        FloatVector even = y0.add(y2), odd = y1.add(y3);
        FloatVector even2 = FloatVector.broadcast(Floats.S, 4f).fma(y2, y0);
        FloatVector odd2 = FloatVector.broadcast(Floats.S, 8f).fma(y3, y1.add(y1));
        y0.intoArray(to, m);
        even.add(odd).intoArray(to, m + toStep);
        even.sub(odd).intoArray(to, m + 2 * toStep);
        even2.add(odd2).intoArray(to, m + 3 * toStep);
        even2.sub(odd2).intoArray(to, m + 4 * toStep);
        y3.intoArray(to, m + 5 * toStep);
    }

    /** G g Gᵀ of nine vectors. */
    static void kernel(float[] from, int source, float[] to, int target, int point, int work) {
        for (int j = 0; j < 3; j++) {
            kernelLine(from, source + j * V, 3 * V, from, work + j * V, 3 * V);
        }
        for (int i = 0; i < SEEN; i++) {
            kernelLine(from, work + i * 3 * V, V, to, target + i * SEEN * point, point);
        }
    }

    private static void kernelLine(float[] from, int g, int step, float[] to, int u, int toStep) {
        FloatVector g0 = RowTiles.at(from, g), g1 = RowTiles.at(from, g + step), g2 = RowTiles.at(from, g + 2 * step);
        FloatVector outer = g0.add(g2).mul(-1f / 6);
        FloatVector outer2 = FloatVector.broadcast(Floats.S, 4f).fma(g2, g0).mul(1f / 24);
        FloatVector inner = g1.mul(1f / 6);
        FloatVector inner2 = g1.mul(1f / 12);
        g0.mul(0.25f).intoArray(to, u);
        outer.sub(inner).intoArray(to, u + toStep);
        outer.add(inner).intoArray(to, u + 2 * toStep);
        outer2.add(inner2).intoArray(to, u + 3 * toStep);
        outer2.sub(inner2).intoArray(to, u + 4 * toStep);
        g2.intoArray(to, u + 5 * toStep);
    }

    /** Gᵀ m G: the adjoint of {@link #kernel}, nine vectors. */
    static void kernelAdjoint(float[] from, int source, int point, float[] to, int target, int work) {
        for (int j = 0; j < SEEN; j++) {
            kernelAdjointLine(from, source + j * point, SEEN * point, to, work + j * V, SEEN * V);
        }
        for (int i = 0; i < 3; i++) {
            kernelAdjointLine(to, work + i * SEEN * V, V, to, target + i * 3 * V, V);
        }
    }

    private static void kernelAdjointLine(float[] from, int m, int step, float[] to, int g, int toStep) {
        FloatVector m1 = RowTiles.at(from, m + step), m2 = RowTiles.at(from, m + 2 * step);
        FloatVector m3 = RowTiles.at(from, m + 3 * step), m4 = RowTiles.at(from, m + 4 * step);
        FloatVector sum = m1.add(m2).mul(-1f / 6), sum2 = m3.add(m4).mul(1f / 24);
        FloatVector.broadcast(Floats.S, 0.25f).fma(RowTiles.at(from, m), sum.add(sum2)).intoArray(to, g);
        FloatVector.broadcast(Floats.S, 1f / 12).fma(m3.sub(m4), m2.sub(m1).mul(1f / 6)).intoArray(to, g + toStep);
        FloatVector.broadcast(Floats.S, 4f).fma(sum2, sum).add(RowTiles.at(from, m + 5 * step))
                .intoArray(to, g + 2 * toStep);
    }
}
