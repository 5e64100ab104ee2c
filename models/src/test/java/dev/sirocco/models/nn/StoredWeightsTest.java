package dev.sirocco.models.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sirocco.models.Golden;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.fast.BlockPacking;
import dev.sirocco.tensor.fast.QuantisedMatMul.Format;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Weights that stay as they are stored, against the same numbers in F32. */
class StoredWeightsTest {

    private static final List<Executor> EXECUTORS = List.of(Executors.reference(), Executors.vector(2));

    @ParameterizedTest
    @EnumSource
    void linearMultipliesByBlocks(Format format) {
        for (int out : new int[] {1, 7, 13, 64}) {
            Linear packed = new Linear(Scope.root(3).storing(format), 96, out, true);
            Linear plain = new Linear("", unpacked(packed.weight(), 96), packed.bias(), false);
            assertEquals(format.rows(out, 96), packed.weight().type());
            for (int rows : new int[] {1, 3, 17}) {
                Storage x = new Storage(DType.F32, Shape.of(rows, 96));
                Init.normal(1).fill(x, new Random(out));
                float[] expected = run(Executors.reference(), x, plain);
                for (Executor executor : EXECUTORS) {
                    Golden.assertClose(executor.name(), expected, run(executor, x, packed), 1e-5);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void embeddingUnpacksItsRows(Format format) {
        Embedding packed = new Embedding(Scope.root(3).storing(format), 17, 64, Init.normal(1));
        Embedding plain = new Embedding("", unpacked(packed.weight(), 64), 64);
        Storage indices = Storage.of(Shape.of(2, 3), 16, 0, 5, 5, 1, 13);
        float[] expected = run(Executors.reference(), indices, plain);
        for (Executor executor : EXECUTORS) {
            Golden.assertClose(executor.name(), expected, run(executor, indices, packed), 1e-6);
        }
    }

    @Test
    void rowsThatAreNoWholeBlocksStayNumbers() {
        Linear linear = new Linear(Scope.root(1).storing(Format.Q8_0), 40, 3, false);
        assertEquals(DType.F32, linear.weight().type().dtype());
    }

    @Test
    void whatIsLoadedIsTheFilesOwnMemory() {
        Map<String, Storage> tensors = new LinkedHashMap<>();
        Map<String, Linear> loaded = new LinkedHashMap<>();
        tensors.put("plain.weight", new Storage(DType.F32, Shape.of(3, 32)));
        tensors.put("brain.weight", new Storage(DType.BF16, Shape.of(3, 5)));
        tensors.put("half.weight", new Storage(DType.F16, Shape.of(3, 64)));
        tensors.put("odd.weight", new Storage(DType.F16, Shape.of(3, 5)));
        tensors.put("blocks.weight", new Storage(DType.I8, Shape.of(3, 68)));
        Map<String, Integer> widths = Map.of("plain", 32, "brain", 5, "half", 64, "odd", 5, "blocks", 64);
        widths.keySet().forEach(name -> tensors.put(name + ".bias", new Storage(DType.BF16, Shape.of(3))));
        Scope.load("file", tensors, _ -> false, Weights.AS_STORED, scope -> {
            widths.forEach((name, width) -> loaded.put(name, new Linear(scope.at(name), width, 3, true)));
            return loaded;
        });
        for (String name : List.of("plain", "brain", "half", "blocks")) {
            assertEquals(tensors.get(name + ".weight").segment().address(),
                    loaded.get(name).weight().storage().segment().address(), name);
        }
        assertEquals(DType.F32, loaded.get("odd").weight().type().dtype());
        assertEquals(DType.F32, loaded.get("brain").bias().type().dtype());
    }

    @Test
    void nothingIsAssignedToWhatCanOnlyBeRead() {
        Storage numbers = Storage.of(Shape.of(2), 1f, 2f);
        State state = new State("w", Storage.over(DType.F32, numbers.shape(), numbers.segment().asReadOnly()));
        Graph g = new Graph(true);
        Tensor twice = g.read(state).mul(2);
        assertThrows(IllegalStateException.class, () -> g.assign(state, twice));
    }

    @Test
    void parametersAreCountedByNumbersAndWeighedByBytes() {
        Scope scope = Scope.root(1).storing(Format.Q4_0);
        new Linear(scope, 64, 3, true);
        assertEquals(3 * 64 + 3, scope.parameters().count());
        assertEquals(3 * 36 + 3 * 4, scope.parameters().bytes());
    }

    private static State unpacked(State rows, int width) {
        Graph g = new Graph();
        g.output("numbers", Format.of(rows.type(), width).orElseThrow().unpack(g.read(rows)));
        try (Program program = g.compile(Executors.reference())) {
            program.run();
            return new State(rows.name(), program.output("numbers").to(DType.F32));
        }
    }

    private static float[] run(Executor executor, Storage x, Layer layer) {
        Graph g = new Graph();
        g.output("y", layer.apply(g.input("x", x.dtype(), x.shape())));
        try (Program program = g.compile(executor)) {
            program.input("x").set(x);
            program.run();
            return program.output("y").floats();
        }
    }
}
