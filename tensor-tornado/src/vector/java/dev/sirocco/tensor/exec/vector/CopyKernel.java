package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.Storage;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/** Writes views into parts of a contiguous result: concatenation and padding. */
final class CopyKernel implements Kernel {

    /** Elements below which one worker copies alone. */
    private static final long SERIAL = 16_384;

    private record Copy(int[] dims, long[] from, long[] to, long source, long target, int bytes) {

        long rows() {
            long rows = 1;
            for (int i = 0; i < dims.length - 1; i++) {
                rows *= dims[i];
            }
            return rows;
        }

        void row(long row) {
            int inner = dims.length - 1;
            long read = source;
            long write = target;
            for (int d = inner - 1; d >= 0; d--) {
                read += row % dims[d] * from[d] * bytes;
                write += row % dims[d] * to[d] * bytes;
                row /= dims[d];
            }
            if (from[inner] == 1 && to[inner] == 1) {
                MemorySegment.copy(Memory.ALL, read, Memory.ALL, write, (long) dims[inner] * bytes);
            } else {
                strided(read, from[inner] * bytes, write, to[inner] * bytes, dims[inner], bytes);
            }
        }

        private static void strided(long read, long readStep, long write, long writeStep, int n, int bytes) {
            for (int i = 0; i < n; i++, read += readStep, write += writeStep) {
                if (bytes == 4) {
                    Memory.i32(write, Memory.i32(read));
                } else {
                    MemorySegment.copy(Memory.ALL, read, Memory.ALL, write, bytes);
                }
            }
        }
    }

    private final List<Copy> copies;
    private final View filled;
    private final double fill;
    private final String description;

    /**
     * @param parts where each source goes: views of the same shapes inside the result
     * @param filled what is first set to {@code fill}; null if the parts cover the result
     */
    CopyKernel(List<View> sources, List<View> parts, View filled, double fill, String description) {
        this.copies = IntStream.range(0, sources.size())
                .filter(i -> sources.get(i).shape().numel() > 0)
                .mapToObj(i -> copy(sources.get(i), parts.get(i))).toList();
        this.filled = filled;
        this.fill = fill;
        this.description = description;
    }

    private static Copy copy(View from, View to) {
        int[] dims = from.shape().rank() == 0 ? new int[] {1} : from.shape().dims();
        long[] f = from.shape().rank() == 0 ? new long[] {1} : from.strides();
        long[] t = from.shape().rank() == 0 ? new long[] {1} : to.strides();
        int[] joined = Axes.collapse(dims, List.of(f, t));
        if (joined.length == 0) {
            return new Copy(new int[] {1}, new long[] {1}, new long[] {1}, from.address(), to.address(),
                    from.dtype().bytes());
        }
        return new Copy(joined, Axes.collapsed(dims, List.of(f, t), f), Axes.collapsed(dims, List.of(f, t), t),
                from.address(), to.address(), from.dtype().bytes());
    }

    @Override
    public void run(Workers workers) {
        if (filled != null) {
            MemorySegment memory = Memory.ALL.asSlice(filled.address(),
                    filled.shape().numel() * filled.dtype().bytes());
            Storage.over(filled.dtype(), filled.shape(), memory).fill((float) fill);
        }
        for (Copy copy : copies) {
            long rows = copy.rows();
            int parts = rows * copy.dims[copy.dims.length - 1] < SERIAL ? 1 : workers.shares();
            workers.run(parts, (part, _) -> {
                for (long row = part * rows / parts; row < (part + 1) * rows / parts; row++) {
                    copy.row(row);
                }
            });
        }
    }

    @Override
    public String describe() {
        return description;
    }
}
