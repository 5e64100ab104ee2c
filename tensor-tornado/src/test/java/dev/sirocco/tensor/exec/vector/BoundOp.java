package dev.sirocco.tensor.exec.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.exec.reference.ReferenceExecutor;
import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Node;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One op with its operands: its kernel, bound directly to memory and run by 1, 2 and 3 workers, against the reference
 * executor. Operands that the kernel reads through strides are handed to it as slices of something larger.
 */
record BoundOp(Op op, List<Storage> operands) {

    private static final int MARGIN = 16;
    private static final float UNTOUCHED = 1234.5f;

    static BoundOp of(Op op, Storage... operands) {
        return new BoundOp(op, List.of(operands));
    }

    /** Normally distributed numbers. */
    static Storage random(int seed, int... dims) {
        Storage s = new Storage(DType.F32, Shape.of(dims));
        Random random = new Random(seed);
        for (long i = 0; i < s.numel(); i++) {
            s.set(i, (float) random.nextGaussian());
        }
        return s;
    }

    /** The gradient of this composite, with random gradients of its outputs. */
    BoundOp backward() {
        List<Storage> all = new ArrayList<>(operands);
        List<Storage> outputs = expected();
        all.addAll(outputs);
        for (int i = 0; i < outputs.size(); i++) {
            all.add(random(100 + i, outputs.get(i).shape().dims()));
        }
        return new BoundOp(new Backward((Composite) op, operands.size()), all);
    }

    /** What the reference executor says. */
    List<Storage> expected() {
        Graph graph = new Graph();
        List<Tensor> inputs = inputs(graph);
        List<Tensor> outputs = graph.add(op, inputs).outputs();
        for (int i = 0; i < outputs.size(); i++) {
            graph.output("out" + i, outputs.get(i));
        }
        Program program = graph.compile(new ReferenceExecutor());
        for (int i = 0; i < operands.size(); i++) {
            program.input("in" + i).set(operands.get(i));
        }
        program.run();
        List<Storage> results = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            results.add(program.output("out" + i));
        }
        return results;
    }

    private List<Tensor> inputs(Graph graph) {
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            inputs.add(graph.input("in" + i, operands.get(i).dtype(), operands.get(i).shape()));
        }
        return inputs;
    }

    /** Compares the kernel with the reference, and the results of different numbers of workers bit by bit. */
    void check(double tolerance) {
        List<Storage> expected = expected();
        List<Storage> first = run(1);
        for (int i = 0; i < expected.size(); i++) {
            close(expected.get(i), first.get(i), tolerance, op + ", output " + i);
        }
        for (int workers = 2; workers <= 3; workers++) {
            List<Storage> again = run(workers);
            for (int i = 0; i < first.size(); i++) {
                assertArrayEquals(first.get(i).floats(), again.get(i).floats(),
                        workers + " workers: " + op + ", output " + i);
            }
        }
    }

    static void close(Storage expected, Storage actual, double tolerance, String what) {
        assertEquals(expected.shape(), actual.shape(), what);
        for (long i = 0; i < expected.numel(); i++) {
            float e = expected.get(i);
            assertEquals(e, actual.get(i), tolerance * (1 + Math.abs(e)), what + ", element " + i);
        }
    }

    /** Runs the kernel twice, so that nothing may be left over from the first run. */
    List<Storage> run(int count) {
        Graph graph = new Graph();
        Node node = graph.add(op, inputs(graph));
        KernelFactory factory = Kernels.of(op);
        List<Storage> memory = new ArrayList<>();
        List<View> in = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            in.add(view(factory, node, i, memory));
        }
        List<Storage> results = new ArrayList<>();
        List<View> out = new ArrayList<>();
        for (TensorType type : node.types()) {
            Storage padded = new Storage(DType.I32, Shape.of(Math.toIntExact(type.shape().numel() + 2 * MARGIN)));
            padded.fill(UNTOUCHED);
            memory.add(padded);
            long address = padded.segment().address() + 4 * MARGIN;
            out.add(View.contiguous(address, type.dtype(), type.shape()));
            results.add(Storage.over(type.dtype(), type.shape(), padded.segment().asSlice(4 * MARGIN)));
        }
        Kernel kernel = factory.bind(node, in, out);
        try (Workers workers = new Workers(count)) {
            kernel.run(workers);
            kernel.run(workers);
        }
        for (int i = operands.size(); i < memory.size(); i++) {
            Storage padded = memory.get(i);
            for (int j = 0; j < MARGIN; j++) {
                assertEquals((int) UNTOUCHED, padded.segment().get(Memory.INT, 4L * j), "before output of " + op);
                assertEquals((int) UNTOUCHED, padded.segment().get(Memory.INT, padded.bytes() - 4 - 4L * j),
                        "behind output of " + op);
            }
        }
        return results;
    }

    private View view(KernelFactory factory, Node node, int i, List<Storage> memory) {
        Storage operand = operands.get(i);
        Shape shape = operand.shape();
        int rank = shape.rank();
        if (rank >= 2) {
            Shape larger = shape.with(rank - 2, shape.dim(rank - 2) + 1);
            View slice = new View(0, operand.dtype(), shape, larger.strides());
            if (factory.accepts(node, i, slice)) {
                Storage base = new Storage(operand.dtype(), larger);
                base.fill(Float.NaN);
                memory.add(base);
                int block = shape.dim(-1) * shape.dim(-2);
                for (int j = 0; j < operand.numel(); j++) {
                    base.set((long) j / block * (block + shape.dim(-1)) + j % block, operand.get(j));
                }
                return new View(base.segment().address(), operand.dtype(), shape, larger.strides());
            }
        }
        memory.add(operand);
        return View.contiguous(operand.segment().address(), operand.dtype(), shape);
    }
}
