package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Storage;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** {@link Op.Random}: Philox 4x32-10 (Salmon et al. 2011), one counter in each 64-bit lane. */
record RandomKernel(Op.Random op) implements KernelFactory {

    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    /** Counters in a vector; each gives four numbers. */
    private static final int COUNTERS = LONGS.length();
    /** Numbers made at once. */
    private static final int BATCH = 4 * COUNTERS;
    /** Batches that one part of the job makes. */
    private static final int PIECE = 512;

    private static final long LOW = 0xffffffffL;
    private static final long MULTIPLIER_0 = 0xD2511F53L, MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9, WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
    private static final float UNIT = 0x1p-24f;

    private static final VectorShuffle<Long> FIRST = VectorShuffle.makeZip(LONGS, 0);
    private static final VectorShuffle<Long> SECOND = VectorShuffle.makeZip(LONGS, 1);

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        long seedAndStep = in.getFirst().address();
        long target = out.getFirst().address();
        long total = op.shape().numel();
        // the last numbers, fewer than a batch, are made aside
        MemorySegment spare = Storage.allocate(4 * BATCH);
        Chunks pieces = new Chunks(Math.toIntExact(total / BATCH), PIECE);
        return new BoundKernel("%s random numbers %s".formatted(op.kind(), op.shape()), workers -> {
            int seed = Memory.i32(seedAndStep);
            int step = Memory.i32(seedAndStep + 4);
            workers.run(pieces.count(), passes(pieces, 0, seed, step, target));
            int rest = (int) (total % BATCH);
            if (rest > 0) {
                passes(new Chunks(1, 1), total / BATCH * COUNTERS, seed, step, spare.address()).run(0, 0);
                Rows.copy(spare.address(), target + 4 * (total - rest), 4L * rest);
            }
        });
    }

    private Passes passes(Chunks batches, long firstCounter, int seed, int step, long target) {
        Workers.Part uniform = (piece, _) -> uniform(firstCounter + (long) batches.start(piece) * COUNTERS,
                numbers(batches, piece), seed, op.stream(), step, target + start(batches, piece));
        if (op.kind() == Op.RandomKind.UNIFORM) {
            return new Passes(uniform);
        }
        return new Passes(uniform,
                (piece, _) -> BoxMuller.radii(target + start(batches, piece), numbers(batches, piece)),
                (piece, _) -> BoxMuller.turn(target + start(batches, piece), numbers(batches, piece)));
    }

    /** The bytes before a piece. */
    private static long start(Chunks batches, int piece) {
        return 4L * BATCH * batches.start(piece);
    }

    private static int numbers(Chunks batches, int piece) {
        return BATCH * (batches.end(piece) - batches.start(piece));
    }

    private static void uniform(long counter, int n, int seed, int stream, int step, long target) {
        LongVector multiplier0 = LongVector.broadcast(LONGS, MULTIPLIER_0).and(LOW);
        LongVector multiplier1 = LongVector.broadcast(LONGS, MULTIPLIER_1).and(LOW);
        LongVector first = LongVector.broadcast(LONGS, counter).addIndex(1);
        for (int i = 0; i < n; i += BATCH) {
            LongVector c0 = first;
            LongVector c1 = LongVector.zero(LONGS);
            LongVector c2 = LongVector.broadcast(LONGS, step);
            LongVector c3 = LongVector.zero(LONGS);
            for (int round = 0; round < ROUNDS; round++) {
                LongVector product0 = c0.and(LOW).mul(multiplier0);
                LongVector product1 = c2.and(LOW).mul(multiplier1);
                c0 = product1.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c1)
                        .lanewise(VectorOperators.XOR, (long) (seed + round * WEYL_0));
                c2 = product0.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c3)
                        .lanewise(VectorOperators.XOR, (long) (stream + round * WEYL_1));
                c1 = product1;
                c3 = product0;
            }
            LongVector left = c0.and(LOW).or(c1.lanewise(VectorOperators.LSHL, 32));
            LongVector right = c2.and(LOW).or(c3.lanewise(VectorOperators.LSHL, 32));
            Floats.store(target + 4L * i, unit(left.rearrange(FIRST, right)));
            Floats.store(target + 4L * i + Floats.VECTOR, unit(left.rearrange(SECOND, right)));
            first = first.add(COUNTERS);
        }
    }

    /** The upper 24 bits of each int, as numbers in [0, 1). */
    private static FloatVector unit(LongVector pairs) {
        return ((FloatVector) pairs.reinterpretAsInts().lanewise(VectorOperators.LSHR, 8)
                .convert(VectorOperators.I2F, 0)).mul(UNIT);
    }
}
