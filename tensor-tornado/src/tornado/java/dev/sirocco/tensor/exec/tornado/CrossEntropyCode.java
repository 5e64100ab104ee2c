package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.ir.DType;
import java.util.List;

/** {@link dev.sirocco.tensor.fast.CrossEntropy} and its gradient. */
final class CrossEntropyCode {

    private CrossEntropyCode() {}

    /**
     * One thread to a row.
     *
     * @param in logits (N, V), targets (N)
     * @param out loss (N), log Σ exp(logits) (N); null where nobody reads it
     */
    static Kernel forward(String describe, List<View> in, List<View> out, IndexCheck check) {
        View logits = in.get(0);
        int rows = logits.shape().dim(0);
        int n = logits.shape().dim(1);
        return Kernel.elements(describe, rows, (code, i) -> {
            Line row = Line.of(code, logits, i);
            Value top = SoftmaxCode.top(code, row, n);
            Value total = code.add(code.call("log", DType.F32, SoftmaxCode.expSum(code, row, top, n)), top);
            if (out.get(1) != null) {
                out.get(1).store(code, i, total);
            }
            if (out.get(0) != null) {
                Value target = in.get(1).load(code, new int[] {i});
                Value loss = code.constant(DType.F32, 0);
                Value place = code.call("max", DType.I32, target, code.constant(DType.I32, 0));
                check.write(code, place, n, () -> code.assign(loss, code.subtract(total, row.load(place.slot()))));
                out.get(0).store(code, i, code.multiply(loss, counts(code, target)));
            }
        });
    }

    /** 1 where there is a target, 0 where it is negative. */
    private static Value counts(KernelCode code, Value target) {
        return code.call("less", DType.F32, code.constant(DType.I32, -1), target);
    }

    /**
     * dlogits = softmax(logits) (dloss + dlogSumExp), and - dloss at the target: one thread to an element.
     *
     * @param in logits, targets, loss, log Σ exp(logits), the gradients of the latter two
     */
    static Kernel backward(String describe, List<View> in, View out) {
        return Kernel.elements(describe, out.shape().numel(), (code, i) -> {
            int[] at = code.coordinates(i, out.shape().dims());
            int[] row = {at[0]};
            Value target = in.get(1).load(code, row);
            Value dLoss = code.multiply(in.get(4).load(code, row), counts(code, target));
            Value probability = code.call("exp", DType.F32,
                    code.subtract(in.get(0).load(code, at), in.get(3).load(code, row)));
            Value slope = code.multiply(probability, code.add(dLoss, in.get(5).load(code, row)));
            Value hit = code.call("equal", DType.F32, code.ofInt(at[1]), target);
            out.store(code, i, code.subtract(slope, code.multiply(dLoss, hit)));
        });
    }
}
