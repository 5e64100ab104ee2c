package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import java.util.List;

/**
 * {@link Op.Fold}: (…, windows, rest …, size) → (…, length, rest …), overlapping windows being added in their order.
 * Each part of the job owns blocks in front of the axis.
 */
record FoldKernel(Op.Fold op) implements KernelFactory {

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        Shape shape = in.getFirst().shape();
        int windows = shape.dim(op.axis());
        int size = shape.dim(-1);
        int inner = Math.toIntExact(shape.slice(op.axis() + 1, shape.rank() - 1).numel());
        long outer = shape.slice(0, op.axis()).numel();
        long source = in.getFirst().address();
        long target = out.getFirst().address();
        long sourceBlock = 4L * windows * inner * size;
        long targetBlock = 4L * op.length() * inner;
        Chunks chunks = Chunks.of(outer, sourceBlock / 4);
        return new BoundKernel("fold %d windows of %d".formatted(outer * windows * inner, size), workers ->
                workers.run(chunks.count(), (chunk, _) -> {
                    for (int i = chunks.start(chunk); i < chunks.end(chunk); i++) {
                        fold(source + i * sourceBlock, target + i * targetBlock, windows, inner, size);
                    }
                }));
    }

    private void fold(long source, long target, int windows, int inner, int size) {
        Rows.clear(target, op.length() * inner);
        for (int window = 0; window < windows; window++) {
            for (int j = 0; j < inner; j++) {
                long x = source + 4L * ((long) window * inner + j) * size;
                long y = target + 4L * ((long) window * op.step() * inner + j);
                if (inner == 1 && op.dilation() == 1) {
                    Rows.add(x, y, size);
                } else {
                    scatter(x, y, size, 4L * op.dilation() * inner);
                }
            }
        }
    }

    private static void scatter(long x, long y, int n, long step) {
        for (int i = 0; i < n; i++) {
            Memory.f32(y + i * step, Memory.f32(y + i * step) + Memory.f32(x + 4L * i));
        }
    }
}
