package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Tiles.W;
import static dev.sirocco.tensor.exec.vector.Tiles.panels;

import dev.sirocco.tensor.fast.Attention;
import dev.sirocco.tensor.ir.Node;
import java.util.Arrays;
import java.util.List;

/**
 * The gradient of {@link Attention}: q, k, v, perhaps the offset, y, logSumExp, dy, dlogSumExp → dq, dk, dv. The
 * weights are computed again from the logSumExp, block by block (Dao et al. 2022, alg. 4). A part of the job is one key
 * head of one sequence with all queries that look at it, so that its dk and dv are summed by one worker.
 */
record AttentionBackward(Attention op) implements KernelFactory {

    @Override
    public boolean accepts(Node node, int operand, View view) {
        return operand == node.inputs().size() - 1 || AttentionOperands.accepts(view);
    }

    @Override
    public Kernel bind(Node node, List<View> in, List<View> out) {
        int n = in.size();
        return new Bound(AttentionOperands.of(op, in), in.get(n - 4), in.get(n - 3).address(), in.get(n - 2),
                in.get(n - 1), BoundKernel.address(out.get(0)), BoundKernel.address(out.get(1)),
                BoundKernel.address(out.get(2)));
    }

    private record Bound(AttentionOperands operands, View y, long logSumExp, View dy, View dLogSumExp,
                         long dq, long dk, long dv) implements Kernel {

        @Override
        public void run(Workers workers) {
            int offset = operands.offset();
            workers.run(operands.batch() * operands.kvHeads(), (part, _) ->
                    new Part(this, offset, part / operands.kvHeads(), part % operands.kvHeads()).run());
        }

        @Override
        public String describe() {
            return operands.describe("gradient of attention");
        }
    }

    /** One key head of one sequence. */
    private static final class Part {

        private static final int KEYS = 64;

        private final Bound bound;
        private final AttentionOperands operands;
        private final int offset;
        private final int batch;
        private final int kvHead;
        private final int end;
        private final int rows;
        private final int queryPanels;
        private final int valuePanels;
        private final float[] x;
        // where in x: packed operands of all keys and their gradients, then of W queries, then blocks of scores
        private final int k, v, dk, dv, q, qT, dy, dyT, dq, logSumExp, shift, scores, gradients;
        private final Transposition transposition;

        Part(Bound bound, int offset, int batch, int kvHead) {
            this.bound = bound;
            this.operands = bound.operands;
            this.offset = offset;
            this.batch = batch;
            this.kvHead = kvHead;
            end = operands.visible(operands.queries() - 1, offset);
            rows = Tiles.roundUp(end);
            queryPanels = panels(operands.size());
            valuePanels = panels(operands.valueSize());
            k = 0;
            v = k + queryPanels * rows * W;
            dk = v + valuePanels * rows * W;
            dv = dk + queryPanels * rows * W;
            q = dv + valuePanels * rows * W;
            qT = q + queryPanels * W * W;
            dy = qT + queryPanels * W * W;
            dyT = dy + valuePanels * W * W;
            dq = dyT + valuePanels * W * W;
            logSumExp = dq + queryPanels * W * W;
            shift = logSumExp + W;
            scores = shift + W;
            gradients = scores + KEYS * W;
            x = Tiles.scratch(gradients + KEYS * W + Transposition.SCRATCH);
            transposition = new Transposition(x, gradients + KEYS * W);
        }

        void run() {
            pack(operands.k(), 0, kvHead, end, operands.scale(), k, rows);
            pack(operands.v(), 0, kvHead, end, 1, v, rows);
            Arrays.fill(x, dk, q, 0);
            for (int head = kvHead * operands.group(); head < (kvHead + 1) * operands.group(); head++) {
                for (int first = 0; first < operands.queries(); first += W) {
                    queries(first, head);
                }
            }
            unpack(dk, rows, end, operands.k(), operands.scale(), bound.dk);
            unpack(dv, rows, end, operands.v(), 1, bound.dv);
        }

        private void queries(int first, int head) {
            int count = Math.min(W, operands.queries() - first);
            pack(operands.q(), first, head, count, 1, q, W);
            pack(bound.dy, first, head, count, 1, dy, W);
            packTransposed(operands.q(), first, head, count, qT);
            packTransposed(bound.dy, first, head, count, dyT);
            Arrays.fill(x, dq, logSumExp, 0);
            Arrays.fill(x, logSumExp, scores, 0);
            for (int i = 0; i < count; i++) {
                denominator(first + i, head, i);
            }
            int seen = operands.visible(first + count - 1, offset);
            for (int key = 0; key < seen; key += KEYS) {
                keys(key, Tiles.roundUp(Math.min(KEYS, seen - key)), first, count, head);
            }
            if (bound.dq != 0) {
                long row = ((long) batch * operands.queries() + first) * operands.heads() + head;
                Tiles.unpack(x, dq, W, count, operands.size(), 1, bound.dq + 4 * row * operands.size(),
                        4L * operands.heads() * operands.size());
            }
        }

        /** What the gradients of a query's scores have in common: its dlogSumExp - dy · y. */
        private void denominator(int query, int head, int i) {
            long row = ((long) batch * operands.queries() + query) * operands.heads() + head;
            x[logSumExp + i] = Memory.f32(bound.logSumExp + 4 * row);
            View d = bound.dLogSumExp;
            float gradient = Memory.f32(d.address()
                    + 4 * (batch * d.stride(0) + query * d.stride(1) + head * d.stride(2)));
            x[shift + i] = gradient - Rows.dot(AttentionOperands.at(bound.y, batch, query, head), 0,
                    AttentionOperands.at(bound.dy, batch, query, head), 0, operands.valueSize());
        }

        private void keys(int key, int n, int first, int count, int head) {
            AttentionScores.begin(x, scores, n, key, end, offset + first, operands.op().causal(), operands.slope(head));
            Tiles.addProduct(x, k + key * W, rows, qT, scores, n, operands.size());
            AttentionScores.fill(x, gradients, n, shift);
            Tiles.addProduct(x, v + key * W, rows, dyT, gradients, n, operands.valueSize());
            AttentionScores.backward(x, scores, gradients, n, logSumExp);
            for (int panel = 0; panel < valuePanels; panel++) {
                Tiles.addProduct(x, scores, n, dy + panel * W * W, dv + (panel * rows + key) * W, n, count);
            }
            for (int panel = 0; panel < queryPanels; panel++) {
                Tiles.addProduct(x, gradients, n, q + panel * W * W, dk + (panel * rows + key) * W, n, count);
                Tiles.addTransposedProduct(x, gradients, k + (panel * rows + key) * W, dq + panel * W * W, n);
            }
        }

        private void pack(View view, int first, int head, int count, float factor, int target, int panelRows) {
            Tiles.pack(AttentionOperands.at(view, batch, first, head), AttentionOperands.rowBytes(view),
                    count, view.shape().dim(3), factor, x, target, panelRows);
        }

        private void packTransposed(View view, int first, int head, int count, int target) {
            Tiles.packTransposed(transposition, AttentionOperands.at(view, batch, first, head),
                    AttentionOperands.rowBytes(view), count, view.shape().dim(3), x, target);
        }

        /** Writes the gradients of all keys, times a factor, zeros for those that no query sees. */
        private void unpack(int source, int panelRows, int count, View like, float factor, long target) {
            if (target == 0) {
                return;
            }
            int size = like.shape().dim(3);
            long rowBytes = 4L * operands.kvHeads() * size;
            long first = target + (long) batch * operands.keys() * rowBytes + 4L * kvHead * size;
            Tiles.unpack(x, source, panelRows, count, size, factor, first, rowBytes);
            for (int key = count; key < operands.keys(); key++) {
                Rows.clear(first + key * rowBytes, size);
            }
        }
    }
}
