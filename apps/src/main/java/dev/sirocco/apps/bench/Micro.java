package dev.sirocco.apps.bench;

import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.grad.Grad;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Single kernels under JMH: {@code sirocco bench --micro}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class Micro {

    /** Which kernel; the sizes are those of nanoGPT's GPU configuration at batch 16. */
    @Param({"matmul", "weight-gradient", "layer-norm", "layer-norm-gradient", "softmax", "attention",
            "attention-gradient", "gelu", "transpose"})
    public String kernel;

    private Program program;

    @Setup(Level.Trial)
    public void setUp() {
        Graph g = new Graph();
        g.output("result", switch (kernel) {
            case "matmul" -> input(g, "x", 4096, 384).matmul(input(g, "w", 1536, 384).transpose());
            case "weight-gradient" -> input(g, "x", 4096, 384).transpose().matmul(input(g, "dy", 4096, 1536));
            case "layer-norm" -> layerNorm(g);
            case "layer-norm-gradient" -> gradient(layerNorm(g));
            case "softmax" -> input(g, "x", 4096, 1024).softmax();
            case "attention" -> attention(g);
            case "attention-gradient" -> gradient(attention(g));
            case "gelu" -> input(g, "x", 4096, 1536).gelu();
            case "transpose" -> input(g, "x", 4096, 384).transpose().mul(1.5);
            default -> throw new IllegalArgumentException("no kernel named " + kernel);
        });
        program = g.compile(Executors.best());
        g.inputs().keySet().forEach(name -> fill(program.input(name)));
    }

    @Benchmark
    public void run() {
        program.run();
    }

    private static Tensor layerNorm(Graph g) {
        return input(g, "x", 4096, 384).layerNorm(input(g, "weight", 384), input(g, "bias", 384), 1e-5);
    }

    private static Tensor attention(Graph g) {
        return input(g, "q", 16, 256, 6, 64).attention(input(g, "k", 16, 256, 6, 64), input(g, "v", 16, 256, 6, 64),
                true);
    }

    /** With respect to the first input. */
    private static Tensor gradient(Tensor y) {
        return Grad.of(y.square().sum(), List.of(y.graph().inputs().values().iterator().next())).getFirst();
    }

    private static Tensor input(Graph g, String name, int... dims) {
        return g.input(name, DType.F32, Shape.of(dims));
    }

    private static void fill(Storage input) {
        for (long i = 0; i < input.numel(); i++) {
            input.set(i, (i * 37 % 101) / 101f - 0.5f);
        }
    }

    /** Runs all kernels, or those whose names match; JMH prints its own report. */
    static void main(List<String> kernels) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        options.include(Micro.class.getName());
        if (!kernels.isEmpty()) {
            options.param("kernel", kernels.toArray(String[]::new));
        }
        new Runner(options.build()).run();
    }
}
