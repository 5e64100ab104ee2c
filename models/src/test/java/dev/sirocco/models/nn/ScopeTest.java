package dev.sirocco.models.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScopeTest {

    private static Linear linear(Scope scope) {
        return new Linear(scope.at("h").at(0), 2, 3, true);
    }

    @Test
    void namesMirrorThePath() {
        Scope root = Scope.root(1);
        linear(root);
        assertEquals(List.of("h.0.weight", "h.0.bias"),
                root.parameters().trainable().stream().map(State::name).toList());
        assertEquals(9, root.parameters().count());
        assertThrows(IllegalArgumentException.class, () -> linear(root));
    }

    @Test
    void numbersFollowFromSeedAndNameNotFromTheOrder() {
        Scope one = Scope.root(7);
        Scope other = Scope.root(7);
        State a = one.param("a", Init.normal(1), 17);
        other.param("b", Init.normal(1), 17);
        assertArrayEquals(a.storage().floats(), other.param("a", Init.normal(1), 17).storage().floats());
        assertEquals(false, a.storage().get(0) == Scope.root(8).param("a", Init.normal(1), 17).storage().get(0));
    }

    @Test
    void initialisersHaveTheDeviationTheyPromise() {
        int in = 64;
        int out = 4098;
        Map<Init, Double> deviations = Map.of(
                Init.normal(0.5), 0.5,
                Init.he(), Math.sqrt(2.0 / in),
                Init.xavierUniform(), Math.sqrt(2.0 / (in + out)),
                Init.xavierNormal(), Math.sqrt(2.0 / (in + out)),
                Init.uniformFanIn(0.5), 0.5 / Math.sqrt(in),
                Init.gpt2Residual(8), 0.02 / 4);
        deviations.forEach((init, expected) -> {
            double square = 0;
            for (float w : Scope.root(1).param("w", init, out, in).storage().floats()) {
                square += w * w;
            }
            assertEquals(expected, Math.sqrt(square / in / out), 0.01 * expected);
        });
    }

    @Test
    void aCheckpointIsConvertedToF32() {
        Map<String, Storage> tensors = Map.of("h.0.weight",
                Storage.of(Shape.of(3, 2), 1f, 2f, 3f, 4f, 5f, 6f).to(DType.BF16),
                "h.0.bias", new Storage(DType.F16, Shape.of(3)));
        Linear loaded = Scope.load("file", tensors, _ -> false, ScopeTest::linear);
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, loaded.weight().storage().floats());
    }

    @Test
    void aCheckpointThatDoesNotFitIsRefusedByName() {
        Storage weight = new Storage(DType.F32, Shape.of(3, 2));
        assertEquals("file does not fit this model: missing h.0.bias [3]; unexpected x",
                refusal(Map.of("h.0.weight", weight, "x", weight)));
        assertEquals("file: h.0.weight has the shape [2], this model needs [3, 2]; was it made with other settings?",
                refusal(Map.of("h.0.weight", new Storage(DType.F32, Shape.of(2)))));
    }

    private static String refusal(Map<String, Storage> tensors) {
        return assertThrows(UserError.class, () -> Scope.load("file", tensors, _ -> false, ScopeTest::linear))
                .getMessage();
    }
}
