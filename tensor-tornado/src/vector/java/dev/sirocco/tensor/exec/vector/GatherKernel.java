package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import java.util.List;

/** {@link Op.Gather}: copies of rows, in any element type. */
record GatherKernel(Op.Gather op) implements KernelFactory {

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        Shape shape = in.get(0).shape();
        int axis = op.axis();
        int size = shape.dim(axis);
        long rowBytes = shape.slice(axis + 1, shape.rank()).numel() * in.get(0).dtype().bytes();
        long outer = shape.slice(0, axis).numel();
        long indices = in.get(1).shape().numel();
        Chunks chunks = Chunks.of(outer * indices, rowBytes / 4);
        return new BoundKernel("gather %d rows of %d bytes".formatted(outer * indices, rowBytes), workers ->
                workers.run(chunks.count(), (chunk, _) -> {
                    for (long row = chunks.start(chunk); row < chunks.end(chunk); row++) {
                        int index = Indices.check(Memory.i32(in.get(1).address() + 4 * (row % indices)), size, node);
                        Rows.copy(in.get(0).address() + (row / indices * size + index) * rowBytes,
                                out.getFirst().address() + row * rowBytes, rowBytes);
                    }
                }));
    }
}
