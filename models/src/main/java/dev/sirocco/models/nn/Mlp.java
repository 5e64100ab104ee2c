package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.Tensor;

/**
 * The position-wise part of a transformer block: down(activation(up(x))), or, with a gate,
 * down(activation(gate(x)) · up(x)) (Shazeer 2020).
 *
 * @param gate null for none
 */
public record Mlp(Linear up, Linear gate, Activation activation, Linear down) implements Layer {

    /** Without a gate, the layers being named {@code up} and {@code down}. */
    public Mlp(Scope scope, int width, int hidden, Activation activation, boolean hasBias) {
        this(new Linear(scope.at("up"), width, hidden, hasBias), null, activation,
                new Linear(scope.at("down"), hidden, width, hasBias));
    }

    /** Gated by SiLU, the layers being named {@code up}, {@code gate} and {@code down}, without biases. */
    public static Mlp swiGlu(Scope scope, int width, int hidden) {
        return new Mlp(new Linear(scope.at("up"), width, hidden, false),
                new Linear(scope.at("gate"), width, hidden, false), Activation.SILU,
                new Linear(scope.at("down"), hidden, width, false));
    }

    @Override
    public Tensor apply(Tensor x) {                                          // (…, width)
        Tensor hidden = gate == null
                ? activation.apply(up.apply(x))
                : activation.apply(gate.apply(x)).mul(up.apply(x));          // (…, hidden)
        return down.apply(hidden);
    }
}
