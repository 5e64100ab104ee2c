package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Op.ReduceKind;
import dev.sirocco.tensor.ir.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.IntFunction;

/**
 * Sums and maxima. One thread goes over all that becomes one number; where those are few and long, several threads
 * share each, and a second kernel joins their parts, in an order that depends on shapes alone.
 */
final class ReduceCode {

    /** Threads that share one number. */
    static final int PARTS = 64;
    /** Numbers summed up by a thread from which on they are shared. */
    private static final int LONG = 2048;
    /** Results from which on there are threads enough. */
    private static final int MANY = 4096;

    /** Terms that are summed up before they join the others. */
    private static final int BLOCK = 32;

    private final Op.Reduce op;
    private final DType dtype;
    private final Shape domain;
    private final BiFunction<KernelCode, int[], Value> element;
    private final View out;
    private final boolean[] isReduced;

    /**
     * @param operand the operand's shape
     * @param domain that shape with axes split
     * @param element the operand at coordinates of the domain
     */
    ReduceCode(Op.Reduce op, DType dtype, Shape operand, Shape domain, BiFunction<KernelCode, int[], Value> element,
            View out) {
        this.op = op;
        this.dtype = dtype;
        this.domain = domain;
        this.element = element;
        this.out = out;
        this.isReduced = reduced(op, operand, domain);
    }

    /** Which axes of the domain are parts of reduced ones. */
    private static boolean[] reduced(Op.Reduce op, Shape operand, Shape domain) {
        boolean[] reduced = new boolean[domain.rank()];
        int axis = 0;
        long rest = operand.rank() == 0 ? 1 : operand.dim(0);
        for (int i = 0; i < reduced.length; i++) {
            while (rest == 1 && domain.dim(i) != 1 && axis + 1 < operand.rank()) {
                rest = operand.dim(++axis);
            }
            reduced[i] = op.axes().contains(axis) && domain.dim(i) != 1;
            rest = domain.dim(i) == 0 ? rest : rest / domain.dim(i);
        }
        return reduced;
    }

    List<Kernel> kernels(String describe, IntFunction<Place> scratch) {
        int results = Math.toIntExact(out.shape().numel());
        int terms = results == 0 ? 0 : Math.toIntExact(domain.numel() / results);
        if (!isShared(results, terms)) {
            return List.of(Kernel.elements(describe, results, (code, i) ->
                    out.store(code, i, reduce(code, i, terms, () -> code.push(0), 1))));
        }
        View parts = View.contiguous(scratch.apply(results * PARTS), Shape.of(results, PARTS));
        return List.of(
                Kernel.elements(describe, (long) results * PARTS, (code, i) -> {
                    int result = code.intVariable(() -> code.pushQuotient(i, PARTS));
                    int part = code.intVariable(() -> {
                        code.pushInt(i);
                        code.push(PARTS);
                        code.remainder();
                    });
                    parts.store(code, i, reduce(code, result, terms, () -> code.pushInt(part), PARTS));
                }),
                Kernel.elements(describe + " (joined)", results, (code, i) -> {
                    Value sum = start(code);
                    code.loop(PARTS, part -> join(code, sum, parts.load(code, new int[] {i, part})));
                    out.store(code, i, sum);
                }));
    }

    /** Whether each number is shared among {@link #PARTS} threads. */
    static boolean isShared(int results, int terms) {
        return terms >= LONG && results <= MANY;
    }

    private Value start(KernelCode code) {
        double least = dtype == DType.I32 ? Integer.MIN_VALUE : Double.NEGATIVE_INFINITY;
        return code.constant(dtype, op.kind() == ReduceKind.SUM ? 0 : least);
    }

    private void join(KernelCode code, Value sum, Value x) {
        code.assign(sum, op.kind() == ReduceKind.SUM ? code.add(sum, x) : code.call("max", dtype, sum, x));
    }

    /**
     * Every {@code step}-th of the terms of a result, from one on. Long sums are sums of the sums of blocks, whose
     * errors stay small.
     */
    private Value reduce(KernelCode code, int result, int terms, KernelCode.Push from, int step) {
        int[] kept = code.coordinates(result, dims(false));
        Value sum = start(code);
        if (terms <= BLOCK * step) {
            reduceBlock(code, sum, kept, from, () -> code.push(terms), step);
            return sum;
        }
        code.loop(from, () -> code.push(terms), BLOCK * step, first -> {
            Value beyond = code.add(code.ofInt(first), code.constant(DType.I32, BLOCK * step));
            Value end = code.call("min", DType.I32, beyond, code.constant(DType.I32, terms));
            Value block = start(code);
            reduceBlock(code, block, kept, () -> code.pushInt(first), () -> code.push(end), step);
            join(code, sum, block);
        });
        return sum;
    }

    private void reduceBlock(KernelCode code, Value sum, int[] kept, KernelCode.Push from, KernelCode.Push to,
            int step) {
        code.loop(from, to, step, term ->
                join(code, sum, element.apply(code, merge(kept, code.coordinates(term, dims(true))))));
    }

    private int[] dims(boolean ofReduced) {
        List<Integer> dims = new ArrayList<>();
        for (int i = 0; i < isReduced.length; i++) {
            if (isReduced[i] == ofReduced) {
                dims.add(domain.dim(i));
            }
        }
        return dims.stream().mapToInt(Integer::intValue).toArray();
    }

    private int[] merge(int[] kept, int[] reduced) {
        int[] all = new int[isReduced.length];
        int k = 0;
        int r = 0;
        for (int i = 0; i < all.length; i++) {
            all[i] = isReduced[i] ? reduced[r++] : kept[k++];
        }
        return all;
    }
}
