package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Op.BinaryKind;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.passes.Bounds;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * Indices that the host knows before a run: the elements of an input, each with every number of a range added to it,
 * such as a position and those behind it.
 *
 * @param from what is added at least
 * @param to and at most
 */
record InputCheck(String input, int from, int to) {

    /** Empty for indices that the device computes in other ways. */
    static Optional<InputCheck> of(Tensor index, Bounds bounds) {
        return switch (index.node().op()) {
            case Op.Input in when index.dtype() == DType.I32 -> Optional.of(new InputCheck(in.name(), 0, 0));
            case Op.Reshape _, Op.Permute _, Op.Broadcast _ -> of(index.node().input(0), bounds);
            case Op.Binary(BinaryKind kind) when kind == BinaryKind.ADD -> {
                Tensor a = index.node().input(0);
                Tensor b = index.node().input(1);
                yield sum(a, b, bounds).or(() -> sum(b, a, bounds));
            }
            default -> Optional.empty();
        };
    }

    /** Only if each sum does occur: one number to all elements, or all numbers to the only element. */
    private static Optional<InputCheck> sum(Tensor index, Tensor added, Bounds bounds) {
        if (!hasItsBounds(added)) {
            return Optional.empty();
        }
        return bounds.of(added).flatMap(r -> of(index, bounds)
                .filter(i -> r.least() == r.most() || isOneNumber(index))
                .map(i -> new InputCheck(i.input, i.from + (int) r.least(), i.to + (int) r.most())));
    }

    private static boolean isOneNumber(Tensor t) {
        boolean isBroadcast = t.node().op() instanceof Op.Broadcast || t.node().op() instanceof Op.Reshape;
        return t.shape().numel() == 1 || isBroadcast && isOneNumber(t.node().input(0));
    }

    private static boolean hasItsBounds(Tensor t) {
        return switch (t.node().op()) {
            case Op.Iota _, Op.Fill _, Op.Constant _ -> true;
            case Op.Reshape _, Op.Permute _, Op.Broadcast _ -> hasItsBounds(t.node().input(0));
            default -> false;
        };
    }

    /** @throws IndexOutOfBoundsException if an index is not in [least, size) */
    void check(Storage values, Node node, int least, int size) {
        for (long i = 0; i < values.numel(); i++) {
            long value = values.segment().getAtIndex(ValueLayout.JAVA_INT, i);
            if (value + from < least || value + to >= size) {
                throw IndexCheck.error(node, value + from < least ? value + from : value + to, size);
            }
        }
    }
}
