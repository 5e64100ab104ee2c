package dev.sirocco.models.nn;

import dev.sirocco.tensor.fast.TransposedConvolution;
import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Arrays;

/**
 * Convolution over any number of spatial axes, or its adjoint, which up-samples: (N, in, spatial…) →
 * (N, out, spatial…).
 *
 * @param weight (out, in / groups, kernel…); transposed (in, out / groups, kernel…)
 * @param bias (out), or null
 */
public record Convolution(String path, State weight, State bias, Composite op) implements Layer {

    /**
     * Sizes, the same along each spatial axis.
     *
     * @param axes 1 for sound, 2 for pictures, 3 for films
     * @param padding zeros at both ends
     */
    public record Config(int axes, int in, int out, int kernel, int stride, int padding, int dilation, int groups,
            boolean hasBias) {

        /** With a padding that keeps the size where the kernel is odd. */
        public static Config same(int axes, int in, int out, int kernel) {
            return new Config(axes, in, out, kernel, 1, kernel / 2, 1, 1, true);
        }

        public Config withStride(int other) {
            return new Config(axes, in, out, kernel, other, padding, dilation, groups, hasBias);
        }

        public Config withPadding(int other) {
            return new Config(axes, in, out, kernel, stride, other, dilation, groups, hasBias);
        }

        /** With holes in the kernel, and a padding that keeps the size where it is odd. */
        public Config withDilation(int other) {
            return new Config(axes, in, out, kernel, stride, kernel / 2 * other, other, groups, hasBias);
        }

        public Config withGroups(int other) {
            return new Config(axes, in, out, kernel, stride, padding, dilation, other, hasBias);
        }

        public Config withoutBias() {
            return new Config(axes, in, out, kernel, stride, padding, dilation, groups, false);
        }

        private int[] weight(int first, int second) {
            int[] d = new int[2 + axes];
            Arrays.fill(d, kernel);
            d[0] = first;
            d[1] = second / groups;
            return d;
        }
    }

    /** With PyTorch's default: uniform in ±1/√fan-in. */
    public Convolution(Scope scope, Config c) {
        this(scope, c, Init.uniformFanIn(1 / Math.sqrt(3)));
    }

    public Convolution(Scope scope, Config c, Init init) {
        this(scope.path(), scope.param("weight", init, c.weight(c.out, c.in)),
                c.hasBias ? scope.param("bias", Init.zeros(), c.out) : null,
                dev.sirocco.tensor.fast.Convolution.same(c.axes, c.stride, c.padding, c.dilation, c.groups));
    }

    /** @param outputPadding elements more behind, less than the stride */
    public static Convolution transposed(Scope scope, Config c, int outputPadding, Init init) {
        return new Convolution(scope.path(), scope.param("weight", init, c.weight(c.in, c.out)),
                c.hasBias ? scope.param("bias", Init.zeros(), c.out) : null,
                TransposedConvolution.same(c.axes, c.stride, c.padding, outputPadding, c.dilation, c.groups));
    }

    @Override
    public Tensor apply(Tensor x) {                                          // (N, in, spatial…)
        try (var _ = x.graph().at(path)) {
            Tensor y = x.graph().add(op, x, x.read(weight));                 // (N, out, spatial…)
            if (bias == null) {
                return y;
            }
            int[] d = new int[x.rank() - 1];
            Arrays.fill(d, 1);
            d[0] = y.dim(1);
            return y.add(x.read(bias).reshape(Shape.of(d)));                 // (out, 1, …)
        }
    }
}
