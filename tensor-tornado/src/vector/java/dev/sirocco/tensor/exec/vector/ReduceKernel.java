package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.load;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Op.ReduceKind;
import dev.sirocco.tensor.ir.Shape;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Sums and maxima over one run of axes, the operand seen as [outer, reduced, inner]: along rows where inner is 1, else
 * down columns. The pieces and the order in which they are joined follow from the shape alone.
 */
final class ReduceKernel implements Kernel {

    /** Elements read at a time. */
    private static final int PIECE = Chain.BLOCK;
    /** Elements that one part reduces at most, when a long axis is divided. */
    private static final int LONG = 32_768;
    private static final long SERIAL = 16_384;
    private static final VectorShuffle<Float> EVEN = VectorShuffle.makeUnzip(Floats.S, 0);
    private static final VectorShuffle<Float> ODD = VectorShuffle.makeUnzip(Floats.S, 1);

    private final boolean sum;
    private final int outer;
    private final int reduced;
    private final int inner;
    /** Outer indices that are read at once. */
    private final int together;
    private final DType dtype;
    private final long in;
    private final Chain chain;
    private final long out;
    private final int sections;
    private final float[] partial;
    private final String description;

    /**
     * @param in the contiguous operand's address, if there is no chain
     * @param chain computes the operand, its window; null if it lies in memory
     */
    ReduceKernel(Op.Reduce op, Shape operand, DType dtype, long in, Chain chain, long out, String description) {
        int first = op.axes().getFirst();
        int last = op.axes().getLast();
        this.sum = op.kind() == ReduceKind.SUM;
        this.outer = (int) operand.slice(0, first).numel();
        this.reduced = (int) operand.slice(first, last + 1).numel();
        this.inner = (int) operand.slice(last + 1, operand.rank()).numel();
        this.together = (int) Math.clamp(PIECE / Math.max(1, (long) reduced * inner), 1, PIECE);
        this.dtype = dtype;
        this.in = in;
        this.chain = chain;
        this.out = out;
        this.description = description;
        long wide = (long) outer * Math.ceilDiv(inner, PIECE);
        this.sections = wide >= 8 ? 1 : (int) Math.clamp((long) reduced * Math.min(inner, PIECE) / LONG, 1, 64);
        this.partial = new float[sections == 1 ? 0 : Math.multiplyExact(sections, outer * inner)];
    }

    @Override
    public void run(Workers workers) {
        if (dtype == DType.I32) {
            reduceInts(workers);
            return;
        }
        int blocks = together > 1 ? Math.ceilDiv(outer, together) : outer * Math.ceilDiv(inner, PIECE);
        int parts = blocks * sections;
        if ((long) outer * reduced * inner < SERIAL) {
            for (int part = 0; part < parts; part++) {
                part(workers, part, 0);
            }
        } else {
            workers.run(parts, (part, worker) -> part(workers, part, worker));
        }
        if (sections > 1) {
            join();
        }
    }

    private void part(Workers workers, int part, int worker) {
        long scratch = workers.scratch(worker, 2, 8L * PIECE);        // the piece read, the columns' results
        int section = part % sections;
        int block = part / sections;
        int from = (int) ((long) section * reduced / sections);
        int to = (int) ((long) (section + 1) * reduced / sections);
        if (together > 1) {
            several(block, scratch, worker);
        } else if (inner == 1) {
            row(block, from, to, section, scratch, worker);
        } else {
            columns(block, from, to, section, scratch, worker);
        }
    }

    private long read(long start, int count, long scratch, int worker) {
        if (chain == null) {
            return in + 4 * start;
        }
        chain.runInto(scratch, start, count, worker);
        return scratch;
    }

    private void put(long index, int section, float value) {
        if (sections == 1) {
            Memory.f32(out + 4 * index, value);
        } else {
            partial[(int) (section * (long) outer * inner + index)] = value;
        }
    }

    private void join() {
        int n = outer * inner;
        for (int i = 0; i < n; i++) {
            float value = partial[i];
            for (int s = 1; s < sections; s++) {
                float other = partial[s * n + i];
                value = sum ? value + other : Math.max(value, other);
            }
            Memory.f32(out + 4L * i, value);
        }
    }

    /** Some outer indices, each with few elements, which no section divides. */
    private void several(int block, long scratch, int worker) {
        int first = block * together;
        int count = Math.min(together, outer - first);
        long address = read((long) first * reduced * inner, count * reduced * inner, scratch, worker);
        long to = out + 4L * first * inner;
        if (inner == 1) {
            shortRows(address, count, scratch, to);
            return;
        }
        for (int o = 0; o < count; o++, address += 4L * reduced * inner, to += 4L * inner) {
            fill(to, inner);
            for (int r = 0; r < reduced; r++) {
                join(to, address + 4L * r * inner, inner);
            }
        }
    }

    // ---- rows -------------------------------------------------------------------------------------------------

    /** Rows shorter than a vector are first halved as often as they can be, many at a time, by joining neighbours. */
    private void shortRows(long address, int rows, long scratch, long to) {
        int terms = reduced;
        while (terms > 1 && terms % 2 == 0 && terms < Floats.LANES) {
            terms /= 2;
            long half = terms == 1 ? to : scratch;
            if (sum) {
                addPairs(address, half, rows * terms);
            } else {
                maxOfPairs(address, half, rows * terms);
            }
            address = half;
        }
        for (int r = 0; address != to && r < rows; r++) {
            Memory.f32(to + 4L * r, reduce(address + 4L * r * terms, terms));
        }
    }

    private static void addPairs(long from, long to, int n) {
        int i = 0;
        for (; i <= n - Floats.LANES; i += Floats.LANES) {
            FloatVector a = load(from + 8L * i);
            FloatVector b = load(from + 8L * i + Floats.VECTOR);
            Floats.store(to + 4L * i, a.rearrange(EVEN, b).add(a.rearrange(ODD, b)));
        }
        for (; i < n; i++) {
            Memory.f32(to + 4L * i, Memory.f32(from + 8L * i) + Memory.f32(from + 8L * i + 4));
        }
    }

    private static void maxOfPairs(long from, long to, int n) {
        int i = 0;
        for (; i <= n - Floats.LANES; i += Floats.LANES) {
            FloatVector a = load(from + 8L * i);
            FloatVector b = load(from + 8L * i + Floats.VECTOR);
            Floats.store(to + 4L * i, a.rearrange(EVEN, b).max(a.rearrange(ODD, b)));
        }
        for (; i < n; i++) {
            Memory.f32(to + 4L * i, Math.max(Memory.f32(from + 8L * i), Memory.f32(from + 8L * i + 4)));
        }
    }

    private void row(int row, int from, int to, int section, long scratch, int worker) {
        float value = sum ? 0 : Float.NEGATIVE_INFINITY;
        for (int i = from; i < to; i += PIECE) {
            int n = Math.min(PIECE, to - i);
            float piece = reduce(read((long) row * reduced + i, n, scratch, worker), n);
            value = sum ? value + piece : Math.max(value, piece);
        }
        put(row, section, value);
    }

    private float reduce(long address, int n) {
        return n < Floats.LANES ? reduceFew(address, n) : sum ? sumOf(address, n) : maxOf(address, n);
    }

    private float reduceFew(long address, int n) {
        float value = sum ? 0 : Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            float x = Memory.f32(address + 4L * i);
            value = sum ? value + x : Math.max(value, x);
        }
        return value;
    }

    private static float sumOf(long address, int n) {
        FloatVector a = FloatVector.zero(Floats.S);
        FloatVector b = a;
        int i = 0;
        for (; i <= n - 2 * Floats.LANES; i += 2 * Floats.LANES) {
            a = a.add(load(address + 4L * i));
            b = b.add(load(address + 4L * i + Floats.VECTOR));
        }
        a = a.add(b);
        for (; i < n; i += Floats.LANES) {
            VectorMask<Float> tail = Floats.S.indexInRange(i, n);
            a = a.add(FloatVector.fromMemorySegment(Floats.S, Memory.ALL, address + 4L * i, Memory.ORDER, tail));
        }
        return Floats.sum(a);
    }

    private static float maxOf(long address, int n) {
        FloatVector a = FloatVector.broadcast(Floats.S, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < n; i += Floats.LANES) {
            VectorMask<Float> tail = Floats.S.indexInRange(i, n);
            FloatVector x = FloatVector.fromMemorySegment(Floats.S, Memory.ALL, address + 4L * i, Memory.ORDER, tail);
            a = a.lanewise(VectorOperators.MAX, x, tail);
        }
        return a.reduceLanes(VectorOperators.MAX);
    }

    // ---- columns ----------------------------------------------------------------------------------------------

    private void columns(int block, int from, int to, int section, long scratch, int worker) {
        int stripes = Math.ceilDiv(inner, PIECE);
        int o = block / stripes;
        int col = block % stripes * PIECE;
        int n = Math.min(PIECE, inner - col);
        long total = sections == 1 ? out + 4 * ((long) o * inner + col) : scratch + 4L * PIECE;
        fill(total, n);
        for (int r = from; r < to; r++) {
            join(total, read(((long) o * reduced + r) * inner + col, n, scratch, worker), n);
        }
        for (int i = 0; sections > 1 && i < n; i++) {
            put((long) o * inner + col + i, section, Memory.f32(total + 4L * i));
        }
    }

    private void fill(long address, int n) {
        float value = sum ? 0 : Float.NEGATIVE_INFINITY;
        int i = 0;
        for (; i <= n - Floats.LANES; i += Floats.LANES) {
            Floats.store(address + 4L * i, Floats.broadcast(value));
        }
        for (; i < n; i++) {
            Memory.f32(address + 4L * i, value);
        }
    }

    /** Adds a row to what the columns have so far, or takes the larger. */
    private void join(long total, long row, int n) {
        if (sum) {
            addTo(total, row, n);
        } else {
            maxTo(total, row, n);
        }
    }

    private static void addTo(long total, long row, int n) {
        int i = 0;
        for (; i <= n - Floats.LANES; i += Floats.LANES) {
            Floats.store(total + 4L * i, load(total + 4L * i).add(load(row + 4L * i)));
        }
        for (; i < n; i++) {
            Memory.f32(total + 4L * i, Memory.f32(total + 4L * i) + Memory.f32(row + 4L * i));
        }
    }

    private static void maxTo(long total, long row, int n) {
        int i = 0;
        for (; i <= n - Floats.LANES; i += Floats.LANES) {
            Floats.store(total + 4L * i, load(total + 4L * i).max(load(row + 4L * i)));
        }
        for (; i < n; i++) {
            Memory.f32(total + 4L * i, Math.max(Memory.f32(total + 4L * i), Memory.f32(row + 4L * i)));
        }
    }

    /** Indices are few; no need for speed. */
    private void reduceInts(Workers workers) {
        long scratch = workers.scratch(0, 2, 4L * PIECE);
        long n = (long) reduced * inner;
        for (int o = 0; o < outer; o++) {
            long results = out + 4L * o * inner;
            for (int i = 0; i < inner; i++) {
                Memory.i32(results + 4L * i, sum ? 0 : Integer.MIN_VALUE);
            }
            for (long done = 0; done < n; done += PIECE) {
                int count = (int) Math.min(PIECE, n - done);
                long address = read(o * n + done, count, scratch, 0);
                for (int i = 0; i < count; i++) {
                    long result = results + 4 * ((done + i) % inner);
                    int x = Memory.i32(address + 4L * i);
                    Memory.i32(result, sum ? Memory.i32(result) + x : Math.max(Memory.i32(result), x));
                }
            }
        }
    }

    @Override
    public String describe() {
        return description;
    }
}
