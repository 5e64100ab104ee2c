package dev.sirocco.tensor.fast;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.fast.QuantisedMatMul.Format;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockPackingTest {

    /** The largest error of a number, by the largest magnitude in its block: half a step, and the scale's rounding. */
    @ParameterizedTest
    @CsvSource({"F16, 0.0005", "Q8_0, 0.0045", "Q4_0, 0.126"})
    void errorsAreHalfAStep(Format format, double largest) {
        Storage matrix = new Storage(DType.F32, Shape.of(7, 96));
        Random random = new Random(5);
        for (int i = 0; i < matrix.numel(); i++) {
            matrix.set(i, (float) random.nextGaussian());
        }
        Storage packed = BlockPacking.pack(matrix, format);
        assertEquals(Optional.of(format), Format.of(format.rows(7, 96), 96));
        assertEquals(format.rows(7, 96).shape(), packed.shape());
        float[] unpacked = unpack(packed, format);
        for (int block = 0; block < matrix.numel(); block += Format.ELEMENTS) {
            float furthest = 0;
            for (int i = block; i < block + Format.ELEMENTS; i++) {
                furthest = Math.max(furthest, Math.abs(matrix.get(i)));
            }
            for (int i = block; i < block + Format.ELEMENTS; i++) {
                assertEquals(matrix.get(i), unpacked[i], largest * furthest);
            }
        }
    }

    @Test
    void whatCanBeStoredComesBack() {
        Storage matrix = new Storage(DType.F32, Shape.of(2, 32));
        for (int i = 0; i < 32; i++) {
            matrix.set(i, 0.25f * (i / 2 - 8));                              // -8 … 7, and a row of zeros
        }
        for (Format format : new Format[] {Format.F16, Format.Q4_0}) {
            assertArrayEquals(matrix.floats(), unpack(BlockPacking.pack(matrix, format), format), 1e-9f,
                    format.name());
        }
    }

    private static float[] unpack(Storage packed, Format format) {
        Graph g = new Graph();
        g.output("numbers", format.unpack(g.input("rows", packed.dtype(), packed.shape())));
        try (Program program = g.compile(Executors.reference())) {
            program.input("rows").set(packed);
            program.run();
            return program.output("numbers").floats();
        }
    }
}
