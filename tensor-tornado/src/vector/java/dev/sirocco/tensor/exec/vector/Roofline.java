package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The machine's own ceilings, as this JVM reaches them: multiply-adds in registers, and reading from main memory. */
public final class Roofline {

    private static final int ROUNDS = 1 << 22;
    private static final int CHAINS = 12;
    private static final int FLOATS = 1 << 27;

    private final Workers workers;
    private final Storage memory = new Storage(DType.F32, Shape.of(FLOATS));
    private final float[] results;

    public Roofline(int threads) {
        workers = new Workers(threads);
        results = new float[threads];
    }

    /** Floating-point operations of one {@link #multiplyAdd}, in 10⁹. */
    public double gigaflops() {
        return 2.0 * ROUNDS * CHAINS * Floats.LANES * workers.count() / 1e9;
    }

    /** Twelve independent chains on each thread, enough to hide the latency of two units. */
    public void multiplyAdd() {
        workers.run(workers.count(), (part, _) -> results[part] = chains(ROUNDS, 0.5f + part));
    }

    private static float chains(int rounds, float start) {
        FloatVector x = FloatVector.broadcast(Floats.S, 0.999f);
        FloatVector y = FloatVector.broadcast(Floats.S, start);
        FloatVector a = y, b = y.add(1), c = y.add(2), d = y.add(3), e = y.add(4), f = y.add(5);
        FloatVector g = y.add(6), h = y.add(7), i = y.add(8), j = y.add(9), k = y.add(10), l = y.add(11);
        for (int r = 0; r < rounds; r++) {
            a = a.fma(x, y);
            b = b.fma(x, y);
            c = c.fma(x, y);
            d = d.fma(x, y);
            e = e.fma(x, y);
            f = f.fma(x, y);
            g = g.fma(x, y);
            h = h.fma(x, y);
            i = i.fma(x, y);
            j = j.fma(x, y);
            k = k.fma(x, y);
            l = l.fma(x, y);
        }
        return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l)
                .reduceLanes(VectorOperators.ADD);
    }

    /** Bytes of one {@link #read}, in 10⁹. */
    public double gigabytes() {
        return 4.0 * FLOATS / 1e9;
    }

    /** Half a gigabyte, far more than any cache holds. */
    public void read() {
        long address = memory.segment().address();
        int share = FLOATS / workers.count();
        workers.run(workers.count(), (part, _) -> results[part] = sum(address + 4L * part * share, share));
    }

    private static float sum(long address, int n) {
        FloatVector a = FloatVector.zero(Floats.S);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int i = 0; i <= n - 4 * Floats.LANES; i += 4 * Floats.LANES) {
            long at = address + 4L * i;
            a = a.add(Floats.load(at));
            b = b.add(Floats.load(at + Floats.VECTOR));
            c = c.add(Floats.load(at + 2 * Floats.VECTOR));
            d = d.add(Floats.load(at + 3 * Floats.VECTOR));
        }
        return a.add(b).add(c).add(d).reduceLanes(VectorOperators.ADD);
    }
}
