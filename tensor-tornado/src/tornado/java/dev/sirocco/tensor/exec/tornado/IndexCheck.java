package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.ir.Node;

/**
 * A device cannot throw: a kernel that meets an index out of range leaves it in a place of its own, for the host to
 * find when the program has run. Most indices do not need that: see {@link InputCheck} and
 * {@link dev.sirocco.tensor.passes.Bounds}.
 *
 * @param bad 0, or such an index plus one, or less one if it is negative; null if there can be none
 */
record IndexCheck(Node node, int size, Place bad) {

    /** For an index that cannot be out of range when the kernel runs. */
    static IndexCheck none(Node node, int size) {
        return new IndexCheck(node, size, null);
    }

    /** Runs the body if the index is in [0, size). */
    void write(KernelCode code, Value index, int size, Runnable body) {
        if (bad == null) {
            body.run();
            return;
        }
        code.ifLess(() -> code.push(-1), () -> code.push(index), () ->
                code.ifLess(() -> code.push(index), () -> code.push(size), body));
        code.ifLess(() -> code.push(index), () -> code.push(0), () -> report(code, index, -1));
        code.ifLess(() -> code.push(size - 1), () -> code.push(index), () -> report(code, index, 1));
    }

    private void report(KernelCode code, Value index, int one) {
        Value marked = code.add(index, code.constant(index.dtype(), one));
        code.store(bad, () -> code.push(bad.offset()), marked);
    }

    /** What to throw for the number that was left behind. */
    IndexOutOfBoundsException error(int marked) {
        return error(node, marked > 0 ? marked - 1 : marked + 1, size);
    }

    static IndexOutOfBoundsException error(Node node, long index, int size) {
        return new IndexOutOfBoundsException("%s%s: index %d is not in 0 … %d".formatted(
                node.path().isEmpty() ? "" : node.path() + ": ", node, index, size - 1));
    }
}
