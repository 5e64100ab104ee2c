package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.models.Golden;
import dev.sirocco.models.GoldenNetwork;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.zoo.Dit.Config;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DitTest {

    private static final Config BY_CLASS = new Config(6, 2, 3, 2, 2, 16, 5, true);
    private static final Config BY_TEXT = new Config(4, 1, 2, 2, 2, 16, 0, false).withText(11, 7, 2, 2, 12, 1);

    @Test
    void computesWhatTheAuthorsCodeDoes() {
        GoldenNetwork.check("dit.safetensors", s -> new Dit(BY_CLASS, s), Dit::parameters, (dit, in) -> Map.of(
                "output", dit.apply(in.get("x"), in.get("times"), in.get("classes"), null)));
    }

    @Test
    void attendsToWords() {
        GoldenNetwork.check("dit-text.safetensors", s -> new Dit(BY_TEXT, s), Dit::parameters, (dit, in) -> Map.of(
                "output", dit.apply(in.get("x"), in.get("times"), null, dit.encode(in.get("captions")))));
    }

    @Test
    void positionsAreTheAuthors() {
        Dit dit = new Dit(BY_CLASS, Scope.root(1));
        Golden.assertClose("positions", Golden.open("dit.safetensors").get("pos_embed").floats(),
                dit.parameters().get("pos_embed").storage().floats(), 1e-6);
    }

    @Test
    void beginsAtZero() {
        Dit dit = new Dit(BY_TEXT, Scope.root(1));
        Graph g = new Graph();
        Tensor y = dit.apply(g.fill(0.5, Shape.of(1, 2, 4, 4)), g.fill(3, Shape.of(1)), null,
                dit.encode(g.range(7).cast(DType.I32).unsqueeze(0)));
        assertArrayEquals(new float[2 * 4 * 4], y.eval().floats());
    }

    @Test
    void hasThePublishedSize() {
        assertEquals(32_858_896, new Dit(Config.s2(32, 4, 1000), Scope.root(1)).parameters().count());
    }
}
