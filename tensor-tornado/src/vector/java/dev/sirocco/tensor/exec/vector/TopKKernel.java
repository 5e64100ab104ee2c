package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * {@link Op.TopK}. A value and its index make one long that sorts as asked: larger values, then lower indices, come
 * first. NaN counts as larger than everything.
 */
record TopKKernel(Op.TopK op) implements KernelFactory {

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        Shape shape = in.getFirst().shape();
        int n = shape.dim(-1);
        long rows = shape.numel() / n;
        int k = op.k();
        boolean integers = in.getFirst().dtype() == DType.I32;
        return new BoundKernel("top %d of %d rows of %d".formatted(k, rows, n), workers ->
                workers.run(Math.toIntExact(rows), (row, _) -> {
                    long x = in.getFirst().address() + 4L * row * n;
                    long y = out.getFirst().address() + 4L * row * k;
                    long[] best = k <= n / 8 ? select(x, n, k, integers) : sort(x, n, integers);
                    for (int i = 0; i < k; i++) {
                        Memory.i32(y + 4L * i, (int) best[i]);
                    }
                }));
    }

    private static long[] sort(long x, int n, boolean integers) {
        long[] keys = new long[n];
        for (int i = 0; i < n; i++) {
            keys[i] = key(x, i, integers);
        }
        Arrays.sort(keys);
        return keys;
    }

    /** The k smallest keys in order, from a heap whose root is the largest of them. */
    private static long[] select(long x, int n, int k, boolean integers) {
        long[] heap = new long[k];
        Arrays.fill(heap, Long.MAX_VALUE);
        for (int i = 0; i < n; i++) {
            long key = key(x, i, integers);
            if (key < heap[0]) {
                replaceRoot(heap, key);
            }
        }
        Arrays.sort(heap);
        return heap;
    }

    private static void replaceRoot(long[] heap, long key) {
        int at = 0;
        while (2 * at + 1 < heap.length) {
            int child = 2 * at + 1;
            if (child + 1 < heap.length && heap[child + 1] > heap[child]) {
                child++;
            }
            if (heap[child] <= key) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = key;
    }

    /** Above the index stands the value, so ordered that larger ones come first. */
    private static long key(long x, int i, boolean integers) {
        int value = integers ? Memory.i32(x + 4L * i) : ordered(Memory.f32(x + 4L * i));
        return (long) ~value << 32 | i;
    }

    /** Bits that compare as ints as the floats do; both zeros are equal. */
    private static int ordered(float value) {
        int bits = Float.floatToIntBits(value + 0f);
        return bits ^ bits >> 31 & 0x7fffffff;
    }
}
