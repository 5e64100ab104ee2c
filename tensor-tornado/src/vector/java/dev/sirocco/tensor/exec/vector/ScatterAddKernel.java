package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import java.util.List;

/**
 * {@link Op.ScatterAdd}: zeros, to which rows are added in the order of their indices. Each part of the job owns some
 * columns of the output, so that nothing is added by two workers.
 */
record ScatterAddKernel(Op.ScatterAdd op) implements KernelFactory {

    private static final int COLUMNS = 64;

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        Shape rows = in.get(0).shape();
        Shape index = in.get(1).shape();
        int axis = op.axis();
        int count = Math.toIntExact(index.numel());
        int n = Math.toIntExact(rows.slice(axis + index.rank(), rows.rank()).numel());
        int outer = Math.toIntExact(rows.slice(0, axis).numel());
        Chunks columns = new Chunks(n, (long) outer * count * n < 1 << 14 ? Math.max(1, n) : COLUMNS);
        long indices = in.get(1).address();
        boolean integers = in.get(0).dtype() == DType.I32;
        return new BoundKernel("scatter-add %d rows of %d".formatted((long) count * outer, n), workers -> {
            for (int i = 0; i < count; i++) {
                Indices.check(Memory.i32(indices + 4L * i), op.size(), node);
            }
            workers.run(outer * columns.count(), (part, _) -> {
                int first = columns.start(part % columns.count());
                int width = columns.end(part % columns.count()) - first;
                long block = part / columns.count();
                long source = in.getFirst().address() + 4 * (block * count * n + first);
                long target = out.getFirst().address() + 4 * (block * op.size() * n + first);
                for (int row = 0; row < op.size(); row++) {
                    Rows.clear(target + 4L * row * n, width);
                }
                for (int i = 0; i < count; i++) {
                    int row = Memory.i32(indices + 4L * i);
                    add(source + 4L * i * n, target + 4L * row * n, width, integers);
                }
            });
        });
    }

    private static void add(long source, long target, int n, boolean integers) {
        if (integers) {
            for (int i = 0; i < n; i++) {
                Memory.i32(target + 4L * i, Memory.i32(target + 4L * i) + Memory.i32(source + 4L * i));
            }
        } else {
            Rows.add(source, target, n);
        }
    }
}
