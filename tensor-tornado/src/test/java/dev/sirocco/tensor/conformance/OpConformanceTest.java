package dev.sirocco.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.exec.reference.ReferenceExecutor;
import dev.sirocco.tensor.exec.reference.ReferenceProgram;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Op.UnaryKind;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every case of the table: gradients against finite differences on the reference executor, and every other executor
 * against the reference.
 */
class OpConformanceTest {

    private static final double STEP = 1e-5;

    static Stream<Case> smooth() {
        return withGradient().filter(Case::isSmooth);
    }

    static Stream<Case> all() {
        return Stream.concat(Cases.all(), CompositeCases.all());
    }

    static Stream<Case> withGradient() {
        return all().filter(Case::hasGradient);
    }

    static Stream<Arguments> candidatesAndAll() {
        return onEveryCandidate(all());
    }

    static Stream<Arguments> candidatesWithGradient() {
        return onEveryCandidate(withGradient());
    }

    private static Stream<Arguments> onEveryCandidate(Stream<Case> cases) {
        return cases.flatMap(c -> Arrays.stream(Candidate.values()).filter(candidate -> candidate.takes(c))
                .map(candidate -> Arguments.of(candidate, c)));
    }

    // ---- gradients against finite differences -----------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("smooth")
    void gradientIsTheSlope(Case c) {
        assertIsSlope(c.gradients(), c, "y", "c", "dx");
    }

    @ParameterizedTest
    @MethodSource("smooth")
    void gradientOfTheGradientIsItsSlope(Case c) {
        assertIsSlope(c.secondGradients(), c, "dx", "v", "ddx");
    }

    /**
     * Along a random direction, the slope of Σ outputs · cotangents by central differences must be Σ gradients ·
     * direction.
     */
    private static void assertIsSlope(Graph g, Case c, String outputs, String cotangents, String gradients) {
        try (ReferenceProgram p = new ReferenceExecutor().compile(g)) {
            Map<String, Storage> numbers = c.numbers(g);
            Close.run(p, numbers);
            Map<String, double[]> at = new HashMap<>();
            Map<String, double[]> direction = new HashMap<>();
            Random random = new Random(1);
            double slope = 0;
            double squares = 0;
            Predicate<String> moves = name -> !name.startsWith(cotangents) && g.inputs().get(name).dtype() == DType.F32;
            int i = 0;
            for (String name : g.inputs().keySet().stream().filter(moves).limit(count(g, gradients)).toList()) {
                at.put(name, doubles(numbers.get(name)));
                direction.put(name, random.doubles(at.get(name).length, -1, 1).toArray());
                double[] gradient = p.get(gradients + i++);
                for (int k = 0; k < gradient.length; k++) {
                    double part = gradient[k] * direction.get(name)[k];
                    slope += part;
                    squares += part * part;
                }
            }
            double measured = (along(p, g, at, direction, STEP, outputs, cotangents)
                    - along(p, g, at, direction, -STEP, outputs, cotangents)) / (2 * STEP);
            assertEquals(measured, slope, 1e-6 * (1 + Math.abs(slope) + Math.sqrt(squares)), "slope");
        }
    }

    private static long count(Graph g, String outputs) {
        return g.outputs().keySet().stream().filter(name -> name.startsWith(outputs)).count();
    }

    /** Σ outputs · cotangents, a step away. */
    private static double along(ReferenceProgram p, Graph g, Map<String, double[]> at, Map<String, double[]> direction,
            double step, String outputs, String cotangents) {
        at.forEach((name, x) -> {
            double[] moved = x.clone();
            for (int k = 0; k < moved.length; k++) {
                moved[k] += step * direction.get(name)[k];
            }
            p.set(name, moved);
        });
        p.run();
        double sum = 0;
        int cotangent = 0;
        for (int i = 0; g.outputs().containsKey(outputs + i); i++) {
            if (g.outputs().get(outputs + i).dtype() != DType.F32) {
                continue;
            }
            double[] y = p.get(outputs + i);
            double[] weights = doubles(p.input(cotangents + cotangent++));
            for (int k = 0; k < y.length; k++) {
                sum += y[k] * weights[k];
            }
        }
        return sum;
    }

    private static double[] doubles(Storage s) {
        double[] x = new double[Math.toIntExact(s.numel())];
        Arrays.setAll(x, s::get);
        return x;
    }

    // ---- executors against the reference ----------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("candidatesAndAll")
    void forwardIsTheReferences(Candidate candidate, Case c) {
        assertAgrees(candidate, c, c.forward());
    }

    @ParameterizedTest
    @MethodSource("candidatesWithGradient")
    void gradientIsTheReferences(Candidate candidate, Case c) {
        assertAgrees(candidate, c, c.gradients());
    }

    @ParameterizedTest
    @MethodSource("candidatesWithGradient")
    void secondGradientIsTheReferences(Candidate candidate, Case c) {
        assertAgrees(candidate, c, c.secondGradients());
    }

    private static void assertAgrees(Candidate candidate, Case c, Graph g) {
        try (Program actual = g.compile(candidate.executor()); Program expected = g.compile(Executors.reference())) {
            Map<String, Storage> numbers = c.numbers(g);
            Close.run(expected, numbers);
            Close.run(actual, numbers);
            Close.assertOutputs(g, expected, actual, c.terms());
            actual.run();                                                // memory is reused: nothing may be left over
            Close.assertOutputs(g, expected, actual, c.terms());
        }
    }

    static Stream<Arguments> candidatesAndLarge() {
        return onEveryCandidate(LargeCases.all());
    }

    @ParameterizedTest
    @MethodSource("candidatesAndLarge")
    void gradientOfLargeIsTheReferences(Candidate candidate, Case c) {
        assertAgrees(candidate, c, c.gradients());
    }

    // ---- threads ----------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void bitsDoNotDependOnThreads(Candidate candidate) {
        Stream.concat(withGradient(), LargeCases.all()).filter(candidate::takes).forEach(c -> {
            Graph g = c.gradients();
            Map<String, Storage> numbers = c.numbers(g);
            try (Program one = g.compile(candidate.executor(1))) {
                Close.run(one, numbers);
                for (int threads = 2; threads <= 3; threads++) {
                    try (Program several = g.compile(candidate.executor(threads))) {
                        Close.run(several, numbers);
                        g.outputs().keySet().forEach(name -> Close.assertSameBits(
                                c + " " + name, one.output(name), several.output(name)));
                    }
                }
            }
        });
    }

    /**
     * Loops must compute the same while they are interpreted and when they are compiled: a resumed run repeats itself.
     */
    @ParameterizedTest
    @EnumSource
    void bitsDoNotDependOnHowOftenAProgramRan(Candidate candidate) {
        Graph g = new Graph();
        Tensor x = g.input("x", DType.F32, 65, 257);
        for (UnaryKind kind : UnaryKind.values()) {
            g.output(kind.name(), g.add(new Op.Unary(kind), x));
        }
        try (Program p = g.compile(candidate.executor())) {
            p.input("x").set(Arg.normal(65, 257).draw(new Random(1)));
            p.run();
            Map<String, Storage> first = new HashMap<>();
            g.outputs().keySet().forEach(name -> first.put(name, p.output(name).to(DType.F32)));
            for (int run = 0; run < 500; run++) {
                p.run();
            }
            first.forEach((name, bits) -> Close.assertSameBits(name, bits, p.output(name)));
        }
    }
}
