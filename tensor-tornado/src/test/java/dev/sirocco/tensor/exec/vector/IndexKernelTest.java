package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.BoundOp.random;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.util.List;
import org.junit.jupiter.api.Test;

class IndexKernelTest {

    private static final int[] SIZES = {1, 7, 8, 13, 17, 64, 200};

    private static Storage indices(int below, int... dims) {
        Storage s = new Storage(DType.I32, Shape.of(dims));
        for (int i = 0; i < s.numel(); i++) {
            s.segment().set(Memory.INT, 4L * i, i * 31 % below);
        }
        return s;
    }

    @Test
    void gather() {
        for (int n : SIZES) {
            BoundOp.of(new Op.Gather(0), random(1, 11, n), indices(11, 3, 5)).check(0);
            BoundOp.of(new Op.Gather(1), random(1, 3, n, 5), indices(n, 4)).check(0);
            BoundOp.of(new Op.Gather(2), random(1, 3, 5, n), indices(n, 2, 2)).check(0);
        }
        BoundOp.of(new Op.Gather(0), random(1, 50, 600).to(DType.BF16), indices(50, 100)).check(0);
    }

    @Test
    void scatterAdd() {
        for (int n : SIZES) {
            BoundOp.of(new Op.ScatterAdd(0, 11), random(1, 3, 5, n), indices(11, 3, 5)).check(1e-5);
            BoundOp.of(new Op.ScatterAdd(1, 9), random(1, 3, n, 5), indices(9, n)).check(1e-5);
            BoundOp.of(new Op.ScatterAdd(1, 9), indices(100, 3, n, 5), indices(9, n)).check(0);
        }
        BoundOp.of(new Op.ScatterAdd(0, 30), random(1, 500, 150), indices(20, 500)).check(1e-5);
    }

    @Test
    void indexOutOfBounds() {
        Storage bad = Storage.of(Shape.of(3), 0, 5, 1);
        var error = assertThrows(IndexOutOfBoundsException.class,
                () -> BoundOp.of(new Op.Gather(0), random(1, 5, 3), bad).run(2));
        assertTrue(error.getMessage().contains("Gather") && error.getMessage().contains("index 5 of an axis of size 5"),
                error.getMessage());
        assertThrows(IndexOutOfBoundsException.class,
                () -> BoundOp.of(new Op.ScatterAdd(0, 5), random(1, 3, 3), bad).run(2));
        for (int start : new int[] {-1, 4, Integer.MAX_VALUE}) {
            assertThrows(IndexOutOfBoundsException.class, () -> BoundOp.of(new Op.UpdateSlice(0), random(1, 5, 3),
                    random(2, 2, 3), Storage.of(Shape.of(1), start)).run(1));
        }
    }

    @Test
    void updateSlice() {
        for (int n : SIZES) {
            BoundOp.of(new Op.UpdateSlice(1), random(1, 3, 9, n), random(2, 3, 4, n), Storage.of(Shape.of(1), 5))
                    .check(0);
        }
        BoundOp.of(new Op.UpdateSlice(0), random(1, 300, 900), random(2, 4, 900), Storage.of(Shape.of(1), 7)).check(0);
    }

    @Test
    void updateSliceInPlace() {
        Storage base = random(1, 2, 5, 3);
        Storage update = random(2, 2, 1, 3);
        float[] expected = BoundOp.of(new Op.UpdateSlice(1), base, update, Storage.of(Shape.of(1), 4)).expected()
                .getFirst().floats();
        Graph graph = new Graph();
        Node node = graph.add(new Op.UpdateSlice(1), List.of(graph.input("base", DType.F32, 2, 5, 3),
                graph.input("update", DType.F32, 2, 1, 3), graph.input("start", DType.I32, 1)));
        Storage start = Storage.of(Shape.of(1), 4);
        View view = view(base);
        Kernel kernel = new UpdateSliceKernel(new Op.UpdateSlice(1))
                .bind(node, List.of(view, view(update), view(start)), List.of(view));
        try (Workers workers = new Workers(2)) {
            kernel.run(workers);
        }
        assertArrayEquals(expected, base.floats());
    }

    private static View view(Storage s) {
        return View.contiguous(s.segment().address(), s.dtype(), s.shape());
    }

    @Test
    void topK() {
        for (int n : SIZES) {
            BoundOp.of(new Op.TopK(1), random(1, 5, n)).check(0);
            BoundOp.of(new Op.TopK(n), random(1, 5, n)).check(0);
            BoundOp.of(new Op.TopK((n + 9) / 10), random(1, 5, n)).check(0);
        }
        float[] ties = {1, -0f, 3, 0f, 3, -2, 1, Float.NEGATIVE_INFINITY};
        assertArrayEquals(new int[] {2, 4, 0, 6, 1, 3, 5, 7},
                BoundOp.of(new Op.TopK(8), Storage.of(Shape.of(8), ties)).run(1).getFirst().ints());
        assertArrayEquals(new int[] {2},
                BoundOp.of(new Op.TopK(1), Storage.of(Shape.of(8), ties)).run(1).getFirst().ints());
    }

    @Test
    void cumulativeSum() {
        for (int n : SIZES) {
            BoundOp.of(new Op.CumulativeSum(1), random(1, 3, n)).check(1e-5);
            BoundOp.of(new Op.CumulativeSum(1), random(1, 3, 7, n)).check(1e-5);
            BoundOp.of(new Op.CumulativeSum(0), indices(9, n, 3)).check(0);
        }
    }

    @Test
    void fold() {
        for (int n : SIZES) {
            for (int step : new int[] {1, 3, 9}) {
                BoundOp.of(new Op.Fold(1, (n - 1) * step + 5 + (step > 1 ? 1 : 0), step, 1), random(1, 2, n, 5))
                        .check(1e-5);
                BoundOp.of(new Op.Fold(0, (n - 1) * step + 9, step, 2), random(1, n, 3, 5)).check(1e-5);
            }
        }
    }

    @Test
    void errorNamesThePath() {
        Graph graph = new Graph();
        Node node;
        try (var _ = graph.at("h.3.wte")) {
            node = graph.add(new Op.Gather(0),
                    List.of(graph.input("x", DType.F32, 2, 2), graph.input("i", DType.I32, 1)));
        }
        var error = assertThrows(IndexOutOfBoundsException.class, () -> Indices.check(-1, 2, node));
        assertEquals("h.3.wte: Gather[axis=0]: index -1 of an axis of size 2", error.getMessage());
    }
}
