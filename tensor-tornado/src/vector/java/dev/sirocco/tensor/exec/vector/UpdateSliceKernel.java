package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import java.util.List;

/** {@link Op.UpdateSlice}: writes the rows, after a copy of the base if the output is not the base itself. */
record UpdateSliceKernel(Op.UpdateSlice op) implements KernelFactory {

    /** Bytes that one part of the job copies. */
    private static final long PIECE = 1 << 18;

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        View base = in.get(0);
        View update = in.get(1);
        Shape shape = base.shape();
        int axis = op.axis();
        int length = shape.dim(axis);
        int count = update.shape().dim(axis);
        int outer = Math.toIntExact(shape.slice(0, axis).numel());
        long rowBytes = shape.slice(axis + 1, shape.rank()).numel() * base.dtype().bytes();
        long target = out.getFirst().address();
        Chunks blocks = Chunks.of(outer, count * rowBytes / 4);
        long bytes = (long) outer * length * rowBytes;
        int pieces = Math.toIntExact(Math.ceilDiv(bytes, PIECE));
        return new BoundKernel("update %s in %s along axis %d".formatted(update.shape(), shape, axis), workers -> {
            long start = Memory.i32(in.get(2).address());
            if (start < 0 || start + count > length) {
                Indices.check((int) (start < 0 ? start : start + count - 1), length, node);
            }
            if (target != base.address()) {
                workers.run(pieces, (piece, _) -> {
                    long at = piece * PIECE;
                    Rows.copy(base.address() + at, target + at, Math.min(PIECE, bytes - at));
                });
            }
            workers.run(blocks.count(), (block, _) -> {
                for (int i = blocks.start(block); i < blocks.end(block); i++) {
                    Rows.copy(update.address() + (long) i * count * rowBytes,
                            target + (i * (long) length + start) * rowBytes, count * rowBytes);
                }
            });
        });
    }
}
