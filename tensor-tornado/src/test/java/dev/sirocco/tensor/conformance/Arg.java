package dev.sirocco.tensor.conformance;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.TensorType;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/** An operand of a case: its type, and how its numbers are drawn. */
record Arg(TensorType type, ToDoubleFunction<Random> numbers) {

    /** F32 around 0. */
    static Arg normal(int... dims) {
        return of(DType.F32, dims);
    }

    /** F32 in [0.5, 2), where logarithms, roots and quotients are tame. */
    static Arg positive(int... dims) {
        return new Arg(new TensorType(Shape.of(dims), DType.F32), random -> random.nextDouble(0.5, 2));
    }

    /** F32 at a place of a grid plus some offset: with different offsets no two numbers are near each other. */
    static Arg grid(double offset, int... dims) {
        return new Arg(new TensorType(Shape.of(dims), DType.F32), random -> random.nextInt(-64, 64) / 32.0 + offset);
    }

    /** I32 in [0, bound). */
    static Arg index(int bound, int... dims) {
        return new Arg(new TensorType(Shape.of(dims), DType.I32), random -> random.nextInt(bound));
    }

    /** Around 0: floats normal, integers between -20 and 20. */
    static Arg of(DType dtype, int... dims) {
        return new Arg(new TensorType(Shape.of(dims), dtype),
                dtype.isFloat() ? Random::nextGaussian : random -> random.nextInt(-20, 21));
    }

    boolean isF32() {
        return type.dtype() == DType.F32;
    }

    Storage draw(Random random) {
        Storage storage = new Storage(type.dtype(), type.shape());
        for (long i = 0; i < storage.numel(); i++) {
            storage.set(i, (float) numbers.applyAsDouble(random));
        }
        return storage;
    }
}
