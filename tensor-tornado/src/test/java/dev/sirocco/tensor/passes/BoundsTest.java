package dev.sirocco.tensor.passes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.passes.Bounds.Range;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BoundsTest {

    private final Graph g = new Graph();
    private final Tensor x = g.input("x", DType.F32, 3, 17);

    private static void assertBounds(double least, double most, Tensor t) {
        assertEquals(Optional.of(new Range(least, most)), new Bounds().of(t));
    }

    private static void assertUnknown(Tensor t) {
        assertEquals(Optional.empty(), new Bounds().of(t));
    }

    @Test
    void ordersPointIntoTheirAxis() {
        assertBounds(0, 16, x.topK(4).slice(1, 1, 3).transpose());
    }

    /** As {@link Tensor#takeAlong} makes them. */
    @Test
    void rowsOfOrders() {
        assertBounds(0, 50, x.topK(4).add(g.range(3).mul(17).unsqueeze(-1)));
    }

    @Test
    void countsOfTruths() {
        assertBounds(-1, 16, x.less(0).sumKeep(-1).sub(1).cast(DType.I32));
        assertBounds(0, 16, x.less(0).sumKeep(-1).sub(1).maximum(0).cast(DType.I32));
    }

    @Test
    void signsTurnProductsAround() {
        Tensor t = g.constant(Storage.of(Shape.of(3), -2, 0, 5));
        assertBounds(-15, 6, t.mul(-3));
        assertBounds(-10, 25, t.mul(t));
        assertBounds(-7, 7, t.sub(t));
    }

    @Test
    void whatIsComputedFromInputsIsUnknown() {
        assertUnknown(x.cast(DType.I32));
        assertUnknown(g.input("i", DType.I32, 5).add(1));
        assertUnknown(x.minimum(3).maximum(0));                          // NaN passes through
    }

    @Test
    void overflowsAndRoundedNumbersAreUnknown() {
        assertUnknown(g.range(1 << 16).mul(1 << 16));
        assertUnknown(g.fill(0.1, Shape.of(3)).mul(10).cast(DType.I32));
    }
}
