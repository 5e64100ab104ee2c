package dev.sirocco.tensor.exec.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.fast.Convolution;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs give the same bits whether their weights are frozen, and kept in another form, or not. */
class FrozenStateTest {

    private final SplittableRandom random = new SplittableRandom(5);

    @ParameterizedTest
    @CsvSource({"1, 5, 900, 33", "1, 130, 65, 64", "1, 512, 17, 100", "3, 7, 385, 13", "9, 48, 40, 70"})
    void products(int batch, int m, int k, int n) {
        Shape x = Shape.of(batch, m, k);
        check(x, DType.F32, Shape.of(k, n), Tensor::matmul, true);
        check(x, DType.F32, Shape.of(n, k), (a, w) -> a.matmul(w.transpose()).add(1), true);
        check(x, DType.BF16, Shape.of(n, k), (a, w) -> a.matmul(w.cast(DType.F32).transpose()), true);
    }

    @Test
    void productsOfFewAndOfManyRowsKeepNothing() {
        check(Shape.of(3, 64), DType.F32, Shape.of(64, 40), Tensor::matmul, false);
        check(Shape.of(600, 64), DType.F32, Shape.of(64, 40), Tensor::matmul, false);
        check(Shape.of(4, 20, 64), DType.F32, Shape.of(4, 64, 40), Tensor::matmul, false);
    }

    @Test
    void convolutions() {
        Convolution convolution = Convolution.same(2, 1, 1, 1, 1);
        BiFunction<Tensor, Tensor, Tensor> same = (x, w) -> x.graph().add(convolution, x, w);
        check(Shape.of(2, 19, 16, 13), DType.F32, Shape.of(33, 19, 3, 3), same, true);
        check(Shape.of(8, 16, 32, 32), DType.F32, Shape.of(16, 16, 3, 3), same, false);
    }

    private void check(Shape x, DType dtype, Shape w, BiFunction<Tensor, Tensor, Tensor> model, boolean isKept) {
        State changing = new State("w", random(w).to(dtype));
        State frozen = new State("w", changing.storage());
        frozen.freeze();
        try (Program expected = program(x, changing, model); Program found = program(x, frozen, model)) {
            assertEquals(isKept, found.bytes() > expected.bytes());
            for (int run = 0; run < 3; run++) {
                Storage numbers = random(x);
                expected.input("x").set(numbers.floats());
                found.input("x").set(numbers.floats());
                expected.run();
                found.run();
                assertArrayEquals(expected.output("y").floats(), found.output("y").floats());
            }
        }
    }

    private static Program program(Shape x, State w, BiFunction<Tensor, Tensor, Tensor> model) {
        Graph g = new Graph();
        g.output("y", model.apply(g.input("x", DType.F32, x.dims()), g.read(w)));
        return g.compile(Executors.vector(2));
    }

    private Storage random(Shape shape) {
        Storage numbers = new Storage(DType.F32, shape);
        for (long i = 0; i < numbers.numel(); i++) {
            numbers.set(i, (float) random.nextDouble(-1, 1));
        }
        return numbers;
    }

    @Test
    void nothingWritesIt() {
        State state = new State("w", random(Shape.of(3)));
        state.freeze();
        assertTrue(state.isFrozen());
        assertThrows(IllegalArgumentException.class, () -> state.storage().set(0, 1));
        Graph g = new Graph();
        Tensor twice = g.read(state).mul(2);
        assertThrows(IllegalStateException.class, () -> g.assign(state, twice));
    }
}
