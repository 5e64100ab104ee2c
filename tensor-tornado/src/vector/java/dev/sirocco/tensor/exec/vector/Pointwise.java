package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.exec.vector.Gemm.Operand;

/**
 * A convolution with one tap, stride 1 and nothing around, as products of matrices where they lie, one for each image:
 * y (O, places) = w (O, C) x (C, places).
 */
final class Pointwise {

    private Pointwise() {}

    /** Whether it is faster than the direct method, which needs no places to fill up the panels of each image. */
    static boolean suits(ConvolutionShape s) {
        int places = s.in().volume();
        boolean form = s.groups() == 1 && s.kernel().all(1) && s.stride().all(1) && s.pad().all(0)
                && s.out().equals(s.in());
        return form && 4L * places >= 3L * Gemm.roundUp(places, Panel.COLS);
    }

    static Product forward(ConvolutionShape s) {
        int places = s.in().volume();
        Gemm gemm = new Gemm(new Gemm.Shape(s.outputs(), places, s.channels(), s.n(), 1, 1),
                new Operand(s.channels(), 1), images(s.channels(), places), images(s.outputs(), places), false);
        return (workers, x, w, y) -> gemm.run(workers, w, x, y, null);
    }

    /** dx = wᵀ dy. */
    static Product adjoint(ConvolutionShape s) {
        int places = s.in().volume();
        Gemm gemm = new Gemm(new Gemm.Shape(s.channels(), places, s.outputs(), s.n(), 1, 1),
                new Operand(1, s.channels()), images(s.outputs(), places), images(s.channels(), places), false);
        return (workers, dy, w, dx) -> gemm.run(workers, w, dy, dx, null);
    }

    /** dw = Σ dy xᵀ over the images, in their order. */
    static Product weightGradient(ConvolutionShape s) {
        int places = s.in().volume();
        Gemm.Shape shape = new Gemm.Shape(s.outputs(), s.channels(), places);
        Gemm first = new Gemm(shape, new Operand(places, 1), new Operand(1, places), new Operand(s.channels(), 1),
                false);
        Gemm next = new Gemm(shape, new Operand(places, 1), new Operand(1, places), new Operand(s.channels(), 1), true);
        return (workers, x, dy, dw) -> {
            for (int image = 0; image < s.n(); image++) {
                long of = 4L * image * places;
                (image == 0 ? first : next).run(workers, dy + of * s.outputs(), x + of * s.channels(), dw, null);
            }
        };
    }

    /** Matrices with a row for each channel, one after the other. */
    private static Operand images(int channels, int places) {
        return new Operand(places, 1).batched((long) channels * places, 0, 0);
    }
}
