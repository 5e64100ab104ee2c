package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;

/**
 * A row of a table for every index.
 *
 * @param weight (entries, width)
 */
public record Embedding(String path, State weight) implements Layer {

    public Embedding(Scope scope, int entries, int width, Init init) {
        this(scope.path(), scope.param("weight", init, entries, width));
    }

    /** @param indices I32, each at least 0 and less than the number of entries */
    @Override
    public Tensor apply(Tensor indices) {                                    // (…)
        try (var _ = indices.graph().at(path)) {
            return indices.read(weight).gather(0, indices);                  // (…, width)
        }
    }
}
