package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import java.util.List;

/** {@link Op.CumulativeSum}: each row behind the axis is the one before it plus a new one. */
record CumulativeSumKernel(Op.CumulativeSum op) implements KernelFactory {

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        Shape shape = in.getFirst().shape();
        int length = shape.dim(op.axis());
        int n = Math.toIntExact(shape.slice(op.axis() + 1, shape.rank()).numel());
        long outer = shape.slice(0, op.axis()).numel();
        boolean integers = in.getFirst().dtype() == DType.I32;
        long block = 4L * length * n;
        Chunks chunks = Chunks.of(outer, block / 4);
        return new BoundKernel("cumulative sum of %s along axis %d".formatted(shape, op.axis()), workers ->
                workers.run(chunks.count(), (chunk, _) -> {
                    for (int i = chunks.start(chunk); i < chunks.end(chunk); i++) {
                        long x = in.getFirst().address() + i * block;
                        long y = out.getFirst().address() + i * block;
                        if (integers) {
                            integers(x, y, length, n);
                        } else if (n == 1) {
                            floats(x, y, length);
                        } else {
                            rows(x, y, length, n);
                        }
                    }
                }));
    }

    private static void integers(long x, long y, int length, int n) {
        for (long i = 0; i < (long) length * n; i++) {
            int before = i < n ? 0 : Memory.i32(y + 4 * (i - n));
            Memory.i32(y + 4 * i, before + Memory.i32(x + 4 * i));
        }
    }

    private static void floats(long x, long y, int length) {
        float sum = 0;
        for (int i = 0; i < length; i++) {
            sum += Memory.f32(x + 4L * i);
            Memory.f32(y + 4L * i, sum);
        }
    }

    private static void rows(long x, long y, int length, int n) {
        Rows.copy(x, y, 4L * length * n);
        for (int row = 1; row < length; row++) {
            Rows.add(y + 4L * (row - 1) * n, y + 4L * row * n, n);
        }
    }
}
