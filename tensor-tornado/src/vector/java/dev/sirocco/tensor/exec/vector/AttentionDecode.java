package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.LANES;
import static dev.sirocco.tensor.exec.vector.Floats.broadcast;
import static dev.sirocco.tensor.exec.vector.Floats.load;
import static dev.sirocco.tensor.exec.vector.Floats.store;
import static dev.sirocco.tensor.exec.vector.Floats.upTo;
import static dev.sirocco.tensor.exec.vector.Floats.zeros;

import dev.sirocco.tensor.ir.Storage;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Attention of a few queries to many keys, as when text is generated: bound by memory, so keys and values are read
 * once, from front to back with all heads together, and not packed. A part of the job is a block of keys; it leaves the
 * softmax of the block alone, with its maximum and denominator, and a second job joins the blocks in their order.
 */
final class AttentionDecode implements Kernel {

    private static final int KEYS = 64;
    /** Keys whose scores, and values that are added up, together. */
    private static final int STEP = 4;

    private final AttentionOperands operands;
    private final long y;
    private final long logSumExp;
    private final int rows;
    private final int width;
    private final int blocks;
    /** For each sequence, block of keys, query and head: the sum of weighted values, then maximum and denominator. */
    private final MemorySegment partial;

    AttentionDecode(AttentionOperands operands, long y, long logSumExp) {
        this.operands = operands;
        this.y = y;
        this.logSumExp = logSumExp;
        rows = operands.queries() * operands.heads();
        width = operands.valueSize() + 2;
        blocks = Math.ceilDiv(operands.keys(), KEYS);
        partial = Storage.allocate(4L * operands.batch() * blocks * rows * width);
    }

    @Override
    public void run(Workers workers) {
        int offset = operands.offset();
        int seen = operands.visible(operands.queries() - 1, offset);
        int used = Math.ceilDiv(seen, KEYS);
        workers.run(operands.batch() * used, new Passes(
                (part, worker) -> scores(scratch(workers, worker), part / used, part % used, offset),
                (part, worker) -> softmaxes(scratch(workers, worker), part / used, part % used, offset),
                (part, worker) -> values(scratch(workers, worker), part / used, part % used, offset)));
        workers.run(operands.batch(), (batch, _) -> {
            for (int row = 0; row < rows; row++) {
                join(batch, row, used);
            }
        });
    }

    private long partial(int batch, int block, int row) {
        return partial.address() + 4L * width * (((long) batch * blocks + block) * rows + row);
    }

    private long scratch(Workers workers, int worker) {
        return workers.scratch(worker, 1, 4L * rows * KEYS);
    }

    private int count(int block, int offset) {
        return Math.min(KEYS, operands.visible(operands.queries() - 1, offset) - block * KEYS);
    }

    private void scores(long scores, int batch, int block, int offset) {
        int count = count(block, offset);
        for (int i = 0; i < count; i += STEP) {
            for (int head = 0; head < operands.kvHeads(); head++) {
                scores(scores, batch, block * KEYS + i, Math.min(STEP, count - i), i, head);
            }
        }
    }

    private void softmaxes(long scores, int batch, int block, int offset) {
        for (int row = 0; row < rows; row++) {
            softmax(scores + 4L * KEYS * row, row, block * KEYS, count(block, offset), offset,
                    partial(batch, block, row));
        }
    }

    private void values(long scores, int batch, int block, int offset) {
        int count = count(block, offset);
        for (int i = 0; i < count; i += STEP) {
            for (int head = 0; head < operands.kvHeads(); head++) {
                values(scores, batch, block, block * KEYS + i, Math.min(STEP, count - i), i, head);
            }
        }
    }

    /** The scores of some keys for all queries that look at one of their heads. */
    private void scores(long scores, int batch, int key, int count, int i, int kvHead) {
        long k0 = AttentionOperands.at(operands.k(), batch, key, kvHead);
        long step = AttentionOperands.rowBytes(operands.k());
        long k1 = k0 + Math.min(1, count - 1) * step;
        long k2 = k0 + Math.min(2, count - 1) * step;
        long k3 = k0 + Math.min(3, count - 1) * step;
        for (int t = 0; t < operands.queries(); t++) {
            for (int head = kvHead * operands.group(); head < (kvHead + 1) * operands.group(); head++) {
                long target = scores + 4L * (KEYS * (t * operands.heads() + head) + i);
                dots(AttentionOperands.at(operands.q(), batch, t, head), operands.size(), k0, k1, k2, k3,
                        operands.scale(), target);
            }
        }
    }

    /** 4 dot products; the room behind fewer keys is overwritten later or not read. */
    private static void dots(long q, int n, long k0, long k1, long k2, long k3, float scale, long target) {
        FloatVector s0 = zeros(), s1 = zeros(), s2 = zeros(), s3 = zeros();
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            long j = 4L * i;
            FloatVector v = load(q + j);
            s0 = v.fma(load(k0 + j), s0);
            s1 = v.fma(load(k1 + j), s1);
            s2 = v.fma(load(k2 + j), s2);
            s3 = v.fma(load(k3 + j), s3);
        }
        if (i < n) {
            VectorMask<Float> rest = upTo(i, n);
            long j = 4L * i;
            FloatVector v = load(q + j, rest);
            s0 = v.fma(load(k0 + j, rest), s0);
            s1 = v.fma(load(k1 + j, rest), s1);
            s2 = v.fma(load(k2 + j, rest), s2);
            s3 = v.fma(load(k3 + j, rest), s3);
        }
        Memory.f32(target, scale * Floats.sum(s0));
        Memory.f32(target + 4, scale * Floats.sum(s1));
        Memory.f32(target + 8, scale * Floats.sum(s2));
        Memory.f32(target + 12, scale * Floats.sum(s3));
    }

    /** The exponentials of one query's scores in this block, and their maximum and sum. */
    private void softmax(long scores, int row, int first, int count, int offset, long partial) {
        int t = row / operands.heads();
        int visible = Math.clamp(operands.visible(t, offset) - first, 0, count);
        float slope = operands.slope(row % operands.heads());
        for (int i = 0; slope != 0 && i < visible; i++) {
            Memory.f32(scores + 4L * i, Memory.f32(scores + 4L * i) - slope * (offset + t - first - i));
        }
        float max = Rows.max(scores, visible);
        Rows.scaledExp(scores, max, 1, scores, visible);
        Rows.clear(scores + 4L * visible, KEYS - visible);
        Rows.clear(partial, operands.valueSize());
        Memory.f32(partial + 4L * operands.valueSize(), max);
        Memory.f32(partial + 4L * operands.valueSize() + 4, Rows.sum(scores, visible));
    }

    /** Adds the weighted values of some keys to the sums of all queries that look at one of their heads. */
    private void values(long weights, int batch, int block, int key, int count, int i, int kvHead) {
        long v0 = AttentionOperands.at(operands.v(), batch, key, kvHead);
        long step = AttentionOperands.rowBytes(operands.v());
        long v1 = v0 + Math.min(1, count - 1) * step;
        long v2 = v0 + Math.min(2, count - 1) * step;
        long v3 = v0 + Math.min(3, count - 1) * step;
        for (int t = 0; t < operands.queries(); t++) {
            for (int head = kvHead * operands.group(); head < (kvHead + 1) * operands.group(); head++) {
                int row = t * operands.heads() + head;
                add(weights + 4L * (KEYS * row + i), v0, v1, v2, v3, partial(batch, block, row), operands.valueSize());
            }
        }
    }

    /** sums += Σ weight · value for 4 values; the weights of missing ones are 0. */
    private static void add(long weights, long v0, long v1, long v2, long v3, long sums, int n) {
        FloatVector w0 = broadcast(Memory.f32(weights)), w1 = broadcast(Memory.f32(weights + 4));
        FloatVector w2 = broadcast(Memory.f32(weights + 8)), w3 = broadcast(Memory.f32(weights + 12));
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            long j = 4L * i;
            FloatVector sum = w0.fma(load(v0 + j), load(sums + j));
            sum = w1.fma(load(v1 + j), sum);
            sum = w2.fma(load(v2 + j), sum);
            store(sums + j, w3.fma(load(v3 + j), sum));
        }
        if (i < n) {
            VectorMask<Float> rest = upTo(i, n);
            long j = 4L * i;
            FloatVector sum = w0.fma(load(v0 + j, rest), load(sums + j, rest));
            sum = w1.fma(load(v1 + j, rest), sum);
            sum = w2.fma(load(v2 + j, rest), sum);
            store(sums + j, w3.fma(load(v3 + j, rest), sum), rest);
        }
    }

    /** One query's output from those of the blocks. */
    private void join(int batch, int row, int used) {
        int n = operands.valueSize();
        float max = Float.NEGATIVE_INFINITY;
        for (int block = 0; block < used; block++) {
            max = Math.max(max, Memory.f32(partial(batch, block, row) + 4L * n));
        }
        double sum = 0;
        for (int block = 0; block < used; block++) {
            long p = partial(batch, block, row);
            sum += Math.exp(Memory.f32(p + 4L * n) - max) * Memory.f32(p + 4L * n + 4);
        }
        long index = (long) batch * rows + row;
        if (logSumExp != 0) {
            Memory.f32(logSumExp + 4 * index, (float) (max + Math.log(sum)));
        }
        if (y != 0) {
            long target = y + 4 * index * n;
            Rows.clear(target, n);
            for (int block = 0; block < used; block++) {
                long p = partial(batch, block, row);
                float share = (float) (Math.exp(Memory.f32(p + 4L * n) - max) / sum);
                if (share != 0) {
                    Rows.addScaled(share, p, target, n);
                }
            }
        }
    }

    @Override
    public String describe() {
        return operands.describe("attention, key by key,");
    }
}
