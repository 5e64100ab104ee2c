package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Tiles.W;
import static dev.sirocco.tensor.exec.vector.Tiles.panels;

import dev.sirocco.tensor.fast.Attention;
import dev.sirocco.tensor.ir.Node;
import java.util.Arrays;
import java.util.List;

/**
 * {@link Attention} block by block with a running softmax, so that no T×S matrix is ever in memory (Dao et al. 2022,
 * alg. 1). A part of the job is the queries, or some of them, that look at one key head of one sequence: the head's
 * keys and values are packed once, then W queries at a time pass over them.
 */
record AttentionForward(Attention op) implements KernelFactory {

    /** Fewer queries than this read the keys straight from memory. */
    private static final int MIN_QUERIES = 5;

    @Override
    public boolean accepts(Node node, int operand, View view) {
        return AttentionOperands.accepts(view);
    }

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        AttentionOperands operands = AttentionOperands.of(op, in);
        long y = BoundKernel.address(out.get(0));
        long logSumExp = BoundKernel.address(out.get(1));
        return operands.queries() < MIN_QUERIES
                ? new AttentionDecode(operands, y, logSumExp)
                : new Bound(operands, y, logSumExp);
    }

    private record Bound(AttentionOperands operands, long y, long logSumExp) implements Kernel {

        @Override
        public void run(Workers workers) {
            int offset = operands.offset();
            int heads = operands.batch() * operands.kvHeads();
            int splits = heads % workers.count() == 0 || heads >= 4 * workers.count() ? 1 : workers.count();
            workers.run(heads * splits, (part, _) -> new Part(operands, y, logSumExp, offset,
                    part / splits / operands.kvHeads(), part / splits % operands.kvHeads()).run(part % splits, splits));
        }

        @Override
        public String describe() {
            return operands.describe("attention");
        }
    }

    /** The queries of one sequence that look at one key head. */
    private static final class Part {

        private static final int KEYS = 64;
        /** Below every score, and finite, so that differences of two are no NaN. */
        private static final float LEAST = -1e30f;

        private final AttentionOperands operands;
        private final long y;
        private final long logSumExp;
        private final int offset;
        private final int batch;
        private final int kvHead;
        private final int end;
        private final int rows;
        private final float[] x;
        // where in x: packed operands, a block of scores, the output of W queries, and W numbers each
        private final int k, v, qT, scores, out, max, sum, decay;
        private final Transposition transposition;

        Part(AttentionOperands operands, long y, long logSumExp, int offset, int batch, int kvHead) {
            this.operands = operands;
            this.y = y;
            this.logSumExp = logSumExp;
            this.offset = offset;
            this.batch = batch;
            this.kvHead = kvHead;
            end = operands.visible(operands.queries() - 1, offset);
            rows = Tiles.roundUp(end);
            int d = panels(operands.size());
            int dv = panels(operands.valueSize());
            k = 0;
            v = k + d * rows * W;
            qT = v + dv * rows * W;
            scores = qT + d * W * W;
            out = scores + KEYS * W;
            max = out + dv * W * W;
            sum = max + W;
            decay = sum + W;
            x = Tiles.scratch(decay + W + Transposition.SCRATCH);
            transposition = new Transposition(x, decay + W);
        }

        /** Computes every {@code splits}-th block of queries, to and fro, since later ones see more keys. */
        void run(int split, int splits) {
            Tiles.pack(AttentionOperands.at(operands.k(), batch, 0, kvHead), AttentionOperands.rowBytes(operands.k()),
                    end, operands.size(), operands.scale(), x, k, rows);
            Tiles.pack(AttentionOperands.at(operands.v(), batch, 0, kvHead), AttentionOperands.rowBytes(operands.v()),
                    end, operands.valueSize(), 1, x, v, rows);
            for (int block = 0; block * W < operands.queries(); block++) {
                int turn = block % (2 * splits);
                if (Math.min(turn, 2 * splits - 1 - turn) == split) {
                    for (int head = kvHead * operands.group(); head < (kvHead + 1) * operands.group(); head++) {
                        queries(block * W, head);
                    }
                }
            }
        }

        private void queries(int first, int head) {
            int count = Math.min(W, operands.queries() - first);
            Tiles.packTransposed(transposition, AttentionOperands.at(operands.q(), batch, first, head),
                    AttentionOperands.rowBytes(operands.q()), count, operands.size(), x, qT);
            Arrays.fill(x, out, max, 0);
            Arrays.fill(x, max, sum, LEAST);
            Arrays.fill(x, sum, decay, 0);
            int seen = operands.visible(first + count - 1, offset);
            for (int key = 0; key < seen; key += KEYS) {
                keys(key, Tiles.roundUp(Math.min(KEYS, seen - key)), first, head);
            }
            finish(first, count, head);
        }

        private void keys(int key, int n, int query, int head) {
            AttentionScores.begin(x, scores, n, key, end, offset + query, operands.op().causal(), operands.slope(head));
            Tiles.addProduct(x, k + key * W, rows, qT, scores, n, operands.size());
            boolean decays = AttentionScores.softmax(x, scores, n, max, sum, decay);
            for (int panel = 0; panel < panels(operands.valueSize()); panel++) {
                if (decays) {
                    AttentionScores.scaleRows(x, out + panel * W * W, decay);
                }
                Tiles.addTransposedProduct(x, scores, v + (panel * rows + key) * W, out + panel * W * W, n);
            }
        }

        private void finish(int first, int count, int head) {
            AttentionScores.finish(x, max, sum, decay);
            for (int i = 0; i < count && logSumExp != 0; i++) {
                int row = (batch * operands.queries() + first + i) * operands.heads() + head;
                Memory.f32(logSumExp + 4L * row, x[sum + i]);
            }
            if (y == 0) {
                return;
            }
            for (int panel = 0; panel < panels(operands.valueSize()); panel++) {
                AttentionScores.scaleRows(x, out + panel * W * W, decay);
            }
            long row = ((long) batch * operands.queries() + first) * operands.heads() + head;
            Tiles.unpack(x, out, W, count, operands.valueSize(), 1, y + 4 * row * operands.valueSize(),
                    4L * operands.heads() * operands.valueSize());
        }
    }
}
