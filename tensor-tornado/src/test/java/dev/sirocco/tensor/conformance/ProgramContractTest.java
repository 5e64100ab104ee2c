package dev.sirocco.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link Program} promises, whatever computes it. */
class ProgramContractTest {

    static Stream<Named<Supplier<Executor>>> executors() {
        return Stream.concat(Stream.of(Named.of("reference", Executors::reference)),
                Stream.of(Candidate.values()).map(c -> Named.of(c.toString(), c::executor)));
    }

    static Stream<Arguments> executorsAndIndexErrors() {
        return executors().flatMap(executor -> Stream.of(
                indexError(executor, "gather", 7, (x, i) -> x.gather(0, i)),
                indexError(executor, "gather below", -1, (x, i) -> x.gather(0, i)),
                indexError(executor, "gather columns", 3, (x, i) -> x.gather(1, i)),
                indexError(executor, "gather computed", 3, (x, i) -> x.gather(0, i.mul(i))),
                indexError(executor, "gather from a position on", 5, (x, i) -> x.gather(0, x.graph().range(3).add(i))),
                indexError(executor, "scatter-add", 7, (x, i) -> x.slice(0, 0, 1).scatterAdd(0, i, 7)),
                indexError(executor, "update-slice", 5, (x, i) -> x.updateSlice(0, x.slice(0, 0, 3), i)),
                indexError(executor, "update-slice below", -2, (x, i) -> x.updateSlice(0, x.slice(0, 0, 3), i)),
                indexError(executor, "update-slice computed", 3,
                        (x, i) -> x.updateSlice(0, x.slice(0, 0, 3), i.mul(i)))));
    }

    private static Arguments indexError(Named<Supplier<Executor>> executor, String name, int index,
            BiFunction<Tensor, Tensor, Tensor> op) {
        return Arguments.of(executor, Named.of(name, op), index);
    }

    @ParameterizedTest
    @MethodSource("executorsAndIndexErrors")
    void indicesOutOfRangeAreNamedWithTheLayer(Supplier<Executor> executor, BiFunction<Tensor, Tensor, Tensor> op,
            int index) {
        Graph g = new Graph();
        Tensor x = g.input("x", DType.F32, 7, 3);
        Tensor i = g.input("i", DType.I32, 1);
        try (var _ = g.at("wte")) {
            g.output("y", op.apply(x, i));
        }
        try (Program p = g.compile(executor.get())) {
            p.input("i").set(index);
            String message = assertThrows(IndexOutOfBoundsException.class, p::run).getMessage();
            assertTrue(message.contains("wte") && message.contains("index "), message);
        }
    }

    @ParameterizedTest
    @MethodSource("executors")
    void inputsKeepTheirContent(Supplier<Executor> executor) {
        Graph g = new Graph();
        Tensor a = g.input("a", DType.F32, 3);
        Tensor b = g.input("b", DType.F32, 3);
        g.output("y", a.mul(2).add(b));
        try (Program p = g.compile(executor.get())) {
            p.input("a").set(1f, 2f, 3f);
            p.run();
            p.input("b").set(10f, 20f, 30f);
            p.run();
            assertArrayEquals(new float[] {12, 24, 36}, p.output("y").floats());
            assertArrayEquals(new float[] {1, 2, 3}, p.input("a").floats());
        }
    }

    @ParameterizedTest
    @MethodSource("executors")
    void programsShareStates(Supplier<Executor> executor) {
        State s = new State("s", Storage.of(Shape.of(2), 1f, 2f));
        Graph writer = new Graph();
        writer.assign(s, writer.read(s).mul(10));
        Graph reader = new Graph();
        reader.output("y", reader.read(s).add(1));
        try (Program write = writer.compile(executor.get()); Program read = reader.compile(executor.get())) {
            write.run();
            read.run();
            assertArrayEquals(new float[] {11, 21}, read.output("y").floats());
            s.storage().set(5f, 6f);
            write.run();
            read.run();
            assertArrayEquals(new float[] {51, 61}, read.output("y").floats());
        }
    }

    /** A device keeps states to itself; who asks for them next sees what it wrote. */
    @ParameterizedTest
    @MethodSource("executors")
    void executorsTakeTurnsOnAState(Supplier<Executor> executor) {
        State counter = new State("counter", DType.F32, Shape.of(5));
        try (Program first = adding(counter, 1).compile(executor.get());
             Program second = adding(counter, 10).compile(Executors.reference())) {
            first.run();
            second.run();
            first.run();
            first.run();
            assertEquals(13, counter.storage().get(4));
            counter.storage().fill(100);
            second.run();
            first.run();
            assertEquals(111, counter.storage().get(0));
        }
    }

    private static Graph adding(State state, double value) {
        Graph g = new Graph();
        g.assign(state, g.read(state).add(value));
        return g;
    }

    /** On a device with its memory in several pieces, which programs share and each is to be freed once. */
    @ParameterizedTest
    @MethodSource("executors")
    void programsThatShareStatesAreClosedOneByOne(Supplier<Executor> executor) {
        String before = System.setProperty("sirocco.tornado.tasks", "2");
        try {
            State s = new State("s", Storage.of(Shape.of(3), 1f, 2f, 3f));
            Program first = sumsOf(s, "first", executor.get());
            Program second = sumsOf(s, "second", executor.get());
            first.run();
            second.run();
            assertArrayEquals(new float[] {1, 4, 10}, second.output("y").floats());
            first.close();
            first.close();
            second.run();
            assertArrayEquals(new float[] {1, 5, 15}, second.output("y").floats());
            second.close();
            assertArrayEquals(new float[] {1, 5, 15}, s.storage().floats());
        } finally {
            if (before == null) {
                System.clearProperty("sirocco.tornado.tasks");
            } else {
                System.setProperty("sirocco.tornado.tasks", before);
            }
        }
    }

    /** Each run replaces the state by its running sums, with some copies on the way, which take a kernel each. */
    private static Program sumsOf(State s, String name, Executor executor) {
        Graph g = new Graph();
        try (var _ = g.at(name)) {
            Tensor x = g.read(s).add(g.input("x", DType.F32, 3));
            for (int i = 0; i < 3; i++) {
                x = Tensor.concat(0, List.of(x.slice(0, 1, 3), x.slice(0, 0, 1)));
            }
            Tensor y = x.cumulativeSum(0);
            g.output("y", y);
            g.assign(s, y);
        }
        return g.compile(executor);
    }

    @ParameterizedTest
    @MethodSource("executors")
    void namesAreChecked(Supplier<Executor> executor) {
        Graph g = new Graph();
        g.output("y", g.input("x", DType.F32, 3).exp());
        try (Program p = g.compile(executor.get())) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> p.input("y")).getMessage().contains("x"));
            assertTrue(assertThrows(IllegalArgumentException.class, () -> p.output("x")).getMessage().contains("y"));
        }
    }

    @ParameterizedTest
    @MethodSource("executors")
    void thePlanIsExplained(Supplier<Executor> executor) {
        Graph g = new Graph();
        Tensor x = g.input("x", DType.F32, 64, 32);
        try (var _ = g.at("h.0.mlp")) {
            g.output("y", x.matmul(x.transpose()));
        }
        try (Program p = g.compile(executor.get())) {
            assertTrue(p.explain().contains("h.0.mlp"), p.explain());
            assertFalse(p.bytes() < 4 * (64 * 32 + 64 * 64), "bytes of input and output");
            assertEquals(64 * 64, p.output("y").numel());
        }
    }
}
