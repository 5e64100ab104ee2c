package dev.sirocco.tensor.exec.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.exec.Device;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Products of cuBLAS, and programs replayed as CUDA graphs, against kernels of ours. Where there is no CUDA, kernels
 * stand in for the library, so that everything around its calls is tried.
 */
class CublasTest {

    private static final String PROPERTY = "sirocco.tornado.cuda";

    private static Executor plain;
    private static Executor standIn;

    @BeforeAll
    static void start() {
        Assumptions.assumeTrue(Executors.hasTornado(), "this JVM was started without a TornadoVM SDK");
        plain = with("off");
        standIn = with("stand-in");
    }

    /** An executor that looks at the property in its first program. */
    private static Executor with(String mode) {
        String before = System.setProperty(PROPERTY, mode);
        try {
            Executor executor = Executors.tornado("tornado");
            Graph g = new Graph();
            g.output("y", g.input("x", DType.F32, 3).neg());
            g.compile(executor).close();
            return executor;
        } finally {
            if (before == null) {
                System.clearProperty(PROPERTY);
            } else {
                System.setProperty(PROPERTY, before);
            }
        }
    }

    static Stream<Arguments> products() {
        return Stream.of(
                product("left transposed", Shape.of(521, 513), Shape.of(521, 517), (a, b) -> a.transpose().matmul(b)),
                product("a part", Shape.of(600, 521), Shape.of(521, 600),
                        (a, b) -> a.slice(0, 70, 590).matmul(b.slice(1, 3, 580))),
                product("batch of transposed", Shape.of(7, 257, 301), Shape.of(7, 331, 257),
                        (a, b) -> a.transpose().matmul(b.transpose())),
                product("one right matrix", Shape.of(7, 301, 257), Shape.of(331, 257),
                        (a, b) -> a.matmul(b.transpose())),
                product("heads", Shape.of(2, 301, 4, 257), Shape.of(2, 331, 4, 257),
                        (a, b) -> a.permute(0, 2, 1, 3).matmul(b.permute(0, 2, 3, 1))),
                product("with what reads it", Shape.of(513, 521), Shape.of(521, 517),
                        (a, b) -> a.matmul(b).mul(0.5).tanh()));
    }

    private static Arguments product(String name, Shape left, Shape right, BinaryOperator<Tensor> op) {
        return Arguments.of(Named.of(name, op), left, right);
    }

    @ParameterizedTest
    @MethodSource("products")
    void callsAreWhatKernelsCompute(BinaryOperator<Tensor> op, Shape left, Shape right) {
        compare(standIn, op, left, right);
    }

    @ParameterizedTest
    @MethodSource("products")
    void cublasIsWhatKernelsCompute(BinaryOperator<Tensor> op, Shape left, Shape right) {
        Device device = Executors.devices().stream().filter(d -> plain.name().startsWith(d.id() + " ")).findFirst()
                .orElseThrow();
        Assumptions.assumeTrue(device.backend().equals("CUDA"), "cuBLAS needs TornadoVM's CUDA backend, and this is "
                + device.backend());
        compare(with(""), op, left, right);
    }

    /** Three runs, as those after the first are replayed, with an input that changes and a state that is updated. */
    private static void compare(Executor executor, BinaryOperator<Tensor> op, Shape left, Shape right) {
        SplittableRandom random = new SplittableRandom(1);
        Storage weight = random(random, right);
        try (Program expected = program(op, left, right, weight).compile(plain);
                Program here = program(op, left, right, weight).compile(executor)) {
            assertTrue(here.explain().contains("cuBLAS"), here::explain);
            assertFalse(expected.explain().contains("cuBLAS"), expected::explain);
            for (int run = 0; run < 3; run++) {
                Storage x = random(random, left);
                expected.input("x").set(x);
                here.input("x").set(x);
                expected.run();
                here.run();
                float[] a = expected.output("y").floats();
                float[] b = here.output("y").floats();
                double tolerance = 1e-6 * Math.sqrt(left.numel());        // sums have fewer terms than that
                for (int i = 0; i < a.length; i++) {
                    assertEquals(a[i], b[i], tolerance, "run " + run + ", element " + i);
                }
            }
        }
    }

    private static Graph program(BinaryOperator<Tensor> op, Shape left, Shape right, Storage weight) {
        State state = new State("w", Storage.of(right, weight.floats()));
        Graph g = new Graph();
        Tensor w = g.read(state);
        g.output("y", op.apply(g.input("x", DType.F32, left.dims()), w));
        g.assign(state, w.mul(0.5));
        return g;
    }

    private static Storage random(SplittableRandom random, Shape shape) {
        float[] values = new float[Math.toIntExact(shape.numel())];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return Storage.of(shape, values);
    }
}
