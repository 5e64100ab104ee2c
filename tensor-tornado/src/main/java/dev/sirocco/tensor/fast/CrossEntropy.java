package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.ShapeError;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;

/**
 * The negative log-likelihood of each row's target class: logits (N, V), targets (N) I32 below V → loss (N) and
 * log Σ exp(logits) (N), which the gradient reuses. Rows with a negative target count nothing: loss 0, gradient 0.
 */
public record CrossEntropy() implements Composite {

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor logits = in.get(0);                                                      // (N, V)
        Tensor targets = in.get(1);                                                     // (N)
        Tensor shift = Softmax.shift(logits);                                           // (N, 1)
        Tensor logSumExp = logits.sub(shift).exp().sumKeep(-1).log().add(shift).squeeze(-1);
        Tensor loss = logSumExp.sub(logits.pick(targets));
        Tensor counts = targets.greaterEqual(targets.like(0));
        return List.of(counts.where(loss, loss.like(0)), logSumExp);
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("cross-entropy", in, "logits");
        Shape logits = in.get(0).shape();
        if (logits.rank() != 2) {
            throw new ShapeError("cross-entropy: logits have shape " + logits
                    + ", expected (N, V); reshape them first");
        }
        TensorType rows = in.get(0).with(Shape.of(logits.dim(0)));
        if (in.size() != 2 || !in.get(1).equals(rows.with(DType.I32))) {
            throw new ShapeError("cross-entropy: logits %s need targets %s, not %s"
                    .formatted(logits, rows.with(DType.I32), in.subList(1, in.size())));
        }
        return List.of(rows, rows);
    }
}
