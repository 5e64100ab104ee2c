package dev.sirocco.tensor.fast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.TensorType;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** An operand or a result in double precision. */
record Numbers(TensorType type, double[] values) {

    static Numbers of(Shape shape, double... values) {
        return new Numbers(new TensorType(shape, DType.F32), values);
    }

    static Numbers indices(int... values) {
        return new Numbers(new TensorType(Shape.of(values.length), DType.I32),
                Arrays.stream(values).asDoubleStream().toArray());
    }

    /** F32 around 0. */
    static Numbers normal(Random random, int... dims) {
        Shape shape = Shape.of(dims);
        return of(shape, DoubleStream.generate(random::nextGaussian).limit(shape.numel()).toArray());
    }

    boolean isF32() {
        return type.dtype() == DType.F32;
    }

    int dim(int axis) {
        return type.shape().dim(axis);
    }

    double at(int... index) {
        long[] strides = type.shape().strides();
        return values[(int) IntStream.range(0, index.length).mapToLong(i -> index[i] * strides[i]).sum()];
    }

    /** Row i, if the last axis is cut into rows of n. */
    double[] row(int i, int n) {
        return Arrays.copyOfRange(values, i * n, (i + 1) * n);
    }

    static void assertClose(double[] expected, double[] actual, double tolerance, String what) {
        assertEquals(expected.length, actual.length, what + ": length");
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], tolerance * (1 + Math.abs(expected[i])), what + ", element " + i);
        }
    }
}
