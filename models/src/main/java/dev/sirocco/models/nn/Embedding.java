package dev.sirocco.models.nn;

import dev.sirocco.tensor.fast.QuantisedMatMul.Format;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;

/**
 * A row of a table for every index.
 *
 * @param weight (entries, width), or its {@linkplain Format#rows rows} in blocks of few bits
 */
public record Embedding(String path, State weight, int width) implements Layer {

    public Embedding(Scope scope, int entries, int width, Init init) {
        this(scope.path(), scope.param("weight", init, entries, width), width);
    }

    /** @param indices I32, each at least 0 and less than the number of entries */
    @Override
    public Tensor apply(Tensor indices) {                                    // (…)
        try (var _ = indices.graph().at(path)) {
            return Format.of(weight.type(), width)
                    .map(blocks -> blocks.unpack(indices.graph().read(weight).gather(0, indices)))
                    .orElseGet(() -> indices.read(weight).gather(0, indices));           // (…, width)
        }
    }
}
