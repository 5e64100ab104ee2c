package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.Tensor;
import java.util.List;

/** How attention finds queries, keys and values: from x (B, T, width) and, for keys and values, a context (B, S, …). */
@FunctionalInterface
public interface Projection {

    /** Queries (B, T, heads · size), keys and values (B, S, kvHeads · size). */
    List<Tensor> apply(Tensor x, Tensor context);

    /** One layer whose output is queries, keys and values side by side; for self-attention. */
    static Projection fused(Linear qkv, int queries, int keys) {
        return (x, _) -> {
            Tensor all = qkv.apply(x);                                       // (B, T, queries + 2·keys)
            return List.of(all.slice(-1, 0, queries), all.slice(-1, queries, queries + keys),
                    all.slice(-1, queries + keys, queries + 2 * keys));
        };
    }

    static Projection separate(Linear q, Linear k, Linear v) {
        return (x, context) -> List.of(q.apply(x), k.apply(context), v.apply(context));
    }
}
