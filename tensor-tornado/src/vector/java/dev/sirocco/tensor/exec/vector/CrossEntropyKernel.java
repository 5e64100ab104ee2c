package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.ir.Node;
import java.util.List;

/**
 * {@link dev.sirocco.tensor.fast.CrossEntropy}: logits (N, V), targets (N) → loss (N), log Σ exp(logits) (N); and its
 * gradient: the same, then the gradients of both outputs → dlogits (N, V).
 */
enum CrossEntropyKernel implements KernelFactory {
    FORWARD {
        @Override
        public Kernel bind(Node node, List<View> in, List<View> out) {
            long logits = in.get(0).address();
            long targets = in.get(1).address();
            long loss = BoundKernel.address(out.get(0));
            long logSumExp = BoundKernel.address(out.get(1));
            int n = in.get(0).shape().dim(1);
            return byRows(node, in, row -> {
                long x = logits + 4L * row * n;
                float max = Rows.max(x, n);
                float total = (float) (max + Math.log(Rows.expSum(x, max, n)));
                put(logSumExp, row, total);
                int target = Memory.i32(targets + 4L * row);
                put(loss, row, target < 0 ? 0 : total - Memory.f32(x + 4L * Indices.check(target, n, node)));
            });
        }

        private void put(long output, int row, float value) {
            if (output != 0) {
                Memory.f32(output + 4L * row, value);
            }
        }
    },

    /** dlogits = softmax(logits) (dloss + dlogSumExp), and - dloss at the target. */
    BACKWARD {
        @Override
        public Kernel bind(Node node, List<View> in, List<View> out) {
            long logits = in.get(0).address();
            long targets = in.get(1).address();
            long logSumExp = in.get(3).address();
            View dLoss = in.get(4);
            View dLogSumExp = in.get(5);
            long dLogits = out.getFirst().address();
            int n = in.get(0).shape().dim(1);
            return byRows(node, in, row -> {
                long at = 4L * row * n;
                int target = Memory.i32(targets + 4L * row);
                float gradient = target < 0 ? 0 : Memory.f32(dLoss.address() + 4 * row * dLoss.stride(0));
                float scale = gradient + Memory.f32(dLogSumExp.address() + 4 * row * dLogSumExp.stride(0));
                Rows.scaledExp(logits + at, Memory.f32(logSumExp + 4L * row), scale, dLogits + at, n);
                if (target >= 0) {
                    long hit = dLogits + at + 4L * Indices.check(target, n, node);
                    Memory.f32(hit, Memory.f32(hit) - gradient);
                }
            });
        }

        /** The gradients of the outputs are often one number for all rows. */
        @Override
        public boolean accepts(Node node, int operand, View view) {
            return operand >= 4 || view.isContiguous();
        }
    };

    private interface Row {
        void run(int row);
    }

    Kernel byRows(Node node, List<View> in, Row body) {
        int rows = in.getFirst().shape().dim(0);
        int classes = in.getFirst().shape().dim(1);
        Chunks chunks = Chunks.of(rows, 2L * classes);
        return new BoundKernel("%s of %d rows of %d classes".formatted(node.op(), rows, classes), workers ->
                workers.run(chunks.count(), (chunk, _) -> {
                    for (int row = chunks.start(chunk); row < chunks.end(chunk); row++) {
                        body.run(row);
                    }
                }));
    }
}
