package dev.sirocco.tensor.exec.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReferenceTest {

    @Test
    void doublesGoInAndComeOut() {
        Graph g = new Graph();
        g.output("y", g.input("x", DType.F32, 5).erf());
        ReferenceProgram p = new ReferenceExecutor().compile(g);
        p.set("x", 0, 0.1, -1, 3.5, Double.NEGATIVE_INFINITY);
        p.run();
        assertArrayEquals(new double[] {0, 0.1124629160182849, -0.8427007929497149, 0.9999992569016276, -1}, p.get("y"),
                1e-15);
        assertThrows(IllegalArgumentException.class, () -> p.set("x", 1));
        assertThrows(IllegalArgumentException.class, () -> p.output("x"));
    }

    @Test
    void integersAreExactAndWrapAround() {
        Graph g = new Graph();
        Tensor x = g.input("x", DType.I32, 3);
        g.output("square", x.mul(x));
        g.output("more", x.add(1));
        ReferenceProgram p = new ReferenceExecutor().compile(g);
        p.input("x").set(16777217, Integer.MAX_VALUE, -1234567);
        p.run();
        assertArrayEquals(new int[] {16777217 * 16777217, 1, 1234567 * 1234567}, p.output("square").ints());
        assertArrayEquals(new int[] {16777218, Integer.MIN_VALUE, -1234566}, p.output("more").ints());
    }

    @Test
    void statesAreWrittenAtTheEnd() {
        State a = new State("a", Storage.of(Shape.of(2), 1f, 2f));
        State b = new State("b", Storage.of(Shape.of(2), 3f, 4f));
        Graph g = new Graph();
        Tensor old = g.read(a);
        g.assign(a, g.read(b));
        g.assign(b, old);
        new ReferenceExecutor().compile(g).run();
        assertArrayEquals(new float[] {3, 4}, a.storage().floats());
        assertArrayEquals(new float[] {1, 2}, b.storage().floats());
    }

    @Test
    void theFirstNodeThatIsNotFiniteIsNamed() {
        Graph g = new Graph();
        Tensor x = g.input("x", DType.F32, 2, 2);
        Tensor masked = x.greater(0).where(x, x.like(Double.NEGATIVE_INFINITY)).exp();       // asked for
        try (var _ = g.at("h.3.norm")) {
            g.output("y", masked.add(x.log()).mul(2));
        }
        assertEquals(Optional.empty(),
                Check.firstNonFinite(g, Map.of("x", Storage.of(Shape.of(2, 2), 1f, 2f, 3f, 4f))));
        String nan = Check.firstNonFinite(g, Map.of("x", Storage.of(Shape.of(2, 2), 1f, -2f, 3f, 4f))).orElseThrow();
        assertEquals("h.3.norm: Unary[kind=LOG] of (f32[2, 2]) makes the first NaN in f32[2, 2]", nan);
        String infinity = Check.firstNonFinite(g, Map.of("x", Storage.of(Shape.of(2, 2), 1f, 0f, 3f, 4f)))
                .orElseThrow();
        assertTrue(infinity.contains("h.3.norm: Unary[kind=LOG]") && infinity.contains("infinity"), infinity);
    }
}
