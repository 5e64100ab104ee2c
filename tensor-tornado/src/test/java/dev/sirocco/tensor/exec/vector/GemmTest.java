package dev.sirocco.tensor.exec.vector;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.exec.vector.Gemm.Epilogue;
import dev.sirocco.tensor.exec.vector.Gemm.Operand;
import dev.sirocco.tensor.exec.vector.Gemm.Shape;
import dev.sirocco.tensor.exec.vector.Gemm.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Gemm} against three loops in double precision. */
class GemmTest {

    private static final int[] SIZES = {1, 7, 8, 13, 17, 64};

    private final Random random = new Random(1);
    private Arena arena;
    private Workers workers;

    @BeforeEach
    void open() {
        arena = Arena.ofShared();
        workers = new Workers(2);
    }

    @AfterEach
    void close() {
        workers.close();
        arena.close();
    }

    @ParameterizedTest
    @EnumSource(Storage.class)
    void raggedSizesInEveryLayout(Storage storageB) {
        for (int m : SIZES) {
            for (int n : SIZES) {
                for (int k : SIZES) {
                    Shape shape = new Shape(m, n, k);
                    check(shape, rowMajor(m, k), rowMajor(k, n).stored(storageB), false);
                    check(shape, rowMajor(m, k), columnMajor(k, n).stored(storageB), false);
                    check(shape, columnMajor(m, k), rowMajor(k, n).stored(storageB), true);
                    check(shape, columnMajor(m, k), columnMajor(k, n).stored(storageB), true);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"4098, 17, 13", "13, 4098, 17", "17, 13, 4098", "1, 4098, 64", "64, 1, 4098", "1, 64, 4098",
        "4, 2500, 100", "2, 70, 1000", "70, 1100, 330", "200, 90, 700", "12, 333, 450"})
    void longSizes(int m, int n, int k) {
        Shape shape = new Shape(m, n, k);
        for (Storage storage : Storage.values()) {
            check(shape, rowMajor(m, k), rowMajor(k, n).stored(storage), true);
            check(shape, rowMajor(m, k), columnMajor(k, n).stored(storage), false);
            check(shape, columnMajor(m, k).stored(storage), columnMajor(k, n), false);
            check(shape, columnMajor(m, k), rowMajor(k, n).stored(storage), false);
        }
    }

    @Test
    void rowsWithGapsAndNoUnitStride() {
        for (int m : new int[] {3, 20}) {
            Shape shape = new Shape(m, 37, 21);
            check(shape, new Operand(30, 1), new Operand(50, 1), false);
            check(shape, new Operand(42, 2), new Operand(1, 23), false);
            check(shape, new Operand(1, m + 5), new Operand(111, 3), true);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 33})
    void batchesBroadcast(int m) {
        Shape shape = new Shape(m, 18, 9, 2, 3, 5);
        Operand a = rowMajor(m, 9).batched(5 * 9 * m, 0, 9 * m);
        Operand b = columnMajor(9, 18).batched(0, 9 * 18, 0);
        check(shape, a, b, false);
        check(shape, a.stored(Storage.BF16), rowMajor(9, 18).stored(Storage.BF16).batched(3 * 162, 162, 0), true);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10})
    void emptySums(int m) {
        check(new Shape(m, 35, 0), rowMajor(m, 0), rowMajor(0, 35), false);
        check(new Shape(m, 35, 0), rowMajor(m, 0), rowMajor(0, 35), true);
        check(new Shape(m, 35, 0), rowMajor(m, 0), columnMajor(0, 35), false);
    }

    @Test
    void emptyResults() {
        check(new Shape(0, 5, 3), rowMajor(0, 3), rowMajor(3, 5), false);
        check(new Shape(5, 0, 3), rowMajor(5, 3), rowMajor(3, 0), false);
        check(new Shape(5, 5, 3, 1, 0, 1), rowMajor(5, 3), rowMajor(3, 5), false);
    }

    @ParameterizedTest
    @CsvSource({"1, 4098, 70, 1", "3, 4098, 70, 1", "1, 768, 3072, 1", "130, 2100, 700, 1", "1030, 40, 330, 1",
            "20, 24, 30, 7"})
    void sameBitsForAnyNumberOfWorkers(int m, int n, int k, int batch) {
        Shape shape = new Shape(m, n, k, 1, 1, batch);
        for (Operand b : layoutsOfB(n, k)) {
            Case one = new Case(shape, rowMajor(m, k), b.batched(0, 0, (long) k * n), true);
            float[] expected = one.run(1, null);
            assertArrayEquals(expected, one.run(2, null));
            assertArrayEquals(expected, one.run(3, null));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 4098, 70, 1", "130, 2100, 700, 1", "1030, 40, 330, 1", "20, 24, 30, 7", "5, 9, 0, 1"})
    void epilogueSeesEachFinishedElementOnce(int m, int n, int k, int batch) {
        for (Operand b : layoutsOfB(n, k)) {
            epilogueSeesEachFinishedElementOnce(m, n, k, batch, b);
        }
    }

    private static List<Operand> layoutsOfB(int n, int k) {
        return List.of(rowMajor(k, n), columnMajor(k, n), rowMajor(k, n).stored(Storage.BF16),
                columnMajor(k, n).stored(Storage.BF16));
    }

    private void epilogueSeesEachFinishedElementOnce(int m, int n, int k, int batch, Operand b) {
        Shape shape = new Shape(m, n, k, 1, 1, batch);
        Case one = new Case(shape, rowMajor(m, k), b, false);
        float[] expected = one.run(2, null);
        for (int i = 0; i < expected.length; i++) {
            expected[i] = 2 * expected[i] + 1;
        }
        float[] actual = one.run(2, (item, row0, rows, col0, cols) -> {
            for (int row = row0; row < row0 + rows; row++) {
                for (int col = col0; col < col0 + cols; col++) {
                    long i = ((long) item * m + row) * n + col;
                    one.c.setAtIndex(JAVA_FLOAT, i, 2 * one.c.getAtIndex(JAVA_FLOAT, i) + 1);
                }
            }
        });
        assertArrayEquals(expected, actual);
    }

    @Test
    void refusesResultsItCannotWrite() {
        Operand square = rowMajor(4, 4);
        Shape shape = new Shape(4, 4, 4);
        assertThrows(IllegalArgumentException.class, () -> new Gemm(shape, square, square, columnMajor(4, 4), false));
        assertThrows(IllegalArgumentException.class,
                () -> new Gemm(shape, square, square, square.stored(Storage.BF16), false));
    }

    private static Operand rowMajor(int rows, int cols) {
        return new Operand(cols, 1);
    }

    private static Operand columnMajor(int rows, int cols) {
        return new Operand(1, rows);
    }

    private void check(Shape shape, Operand a, Operand b, boolean accumulate) {
        Case one = new Case(shape, a, b, accumulate);
        float[] actual = one.run(2, null);
        for (int i = 0; i < actual.length; i++) {
            if (Math.abs(one.expected(i) - actual[i]) > 1e-6 * (1 + shape.k())) {
                assertEquals(one.expected(i), actual[i], "element " + i + " of " + shape + ", " + a + ", " + b);
            }
        }
    }

    /** One product with random matrices of its own. */
    private final class Case {
        private final Shape shape;
        private final Operand a;
        private final Operand b;
        private final boolean accumulate;
        private final MemorySegment dataA;
        private final MemorySegment dataB;
        private final MemorySegment c;
        private final float[] before;

        Case(Shape shape, Operand a, Operand b, boolean accumulate) {
            this.shape = shape;
            this.a = a;
            this.b = b;
            this.accumulate = accumulate;
            dataA = matrix(a, shape.m(), shape.k());
            dataB = matrix(b, shape.k(), shape.n());
            before = new float[shape.batch() * shape.m() * shape.n()];
            for (int i = 0; i < before.length; i++) {
                before[i] = random.nextFloat();
            }
            c = arena.allocate(4L * before.length + 4, 4);
        }

        /** Exactly as many bytes as the operand spans, so that a stray read may be noticed as NaN. */
        private MemorySegment matrix(Operand operand, int rows, int cols) {
            long size = 1 + Math.max(0, rows - 1) * operand.rowStride() + Math.max(0, cols - 1) * operand.colStride()
                    + Math.max(0, shape.batch0() - 1) * operand.batchStride0()
                    + Math.max(0, shape.batch1() - 1) * operand.batchStride1()
                    + Math.max(0, shape.batch2() - 1) * operand.batchStride2();
            int guard = 64;
            MemorySegment data = arena.allocate((size + 2 * guard) * operand.storage().bytes, 4).fill((byte) 0xff);
            for (long i = guard; i < guard + size; i++) {
                float value = random.nextFloat() - 0.5f;
                if (operand.storage() == Storage.F32) {
                    data.setAtIndex(JAVA_FLOAT, i, value);
                } else {
                    data.setAtIndex(JAVA_SHORT, i, (short) (Float.floatToRawIntBits(value) >>> 16));
                }
            }
            return data.asSlice(guard * operand.storage().bytes);
        }

        float[] run(int count, Epilogue epilogue) {
            MemorySegment.copy(before, 0, c, JAVA_FLOAT, 0, before.length);
            long items = (long) shape.m() * shape.n();
            Operand rows = rowMajor(shape.m(), shape.n()).batched(items * shape.batch1() * shape.batch2(),
                    items * shape.batch2(), items);
            Gemm gemm = new Gemm(shape, a, b, rows, accumulate);
            if (count == workers.count()) {
                gemm.run(workers, dataA.address(), dataB.address(), c.address(), epilogue);
            } else {
                try (Workers others = new Workers(count)) {
                    gemm.run(others, dataA.address(), dataB.address(), c.address(), epilogue);
                }
            }
            float[] result = new float[before.length];
            MemorySegment.copy(c, JAVA_FLOAT, 0, result, 0, result.length);
            return result;
        }

        double expected(int index) {
            int col = index % shape.n();
            int row = index / shape.n() % shape.m();
            int item = index / shape.n() / shape.m();
            double sum = accumulate ? before[index] : 0;
            for (int p = 0; p < shape.k(); p++) {
                sum += (double) element(dataA, a, item, row, p) * element(dataB, b, item, p, col);
            }
            return sum;
        }

        private float element(MemorySegment data, Operand operand, int item, int row, int col) {
            long at = operand.batchBytes(item, shape) + row * operand.rowBytes() + col * operand.colBytes();
            return operand.storage() == Storage.F32 ? data.get(JAVA_FLOAT, at)
                    : Float.intBitsToFloat(data.get(JAVA_SHORT, at) << 16);
        }
    }

    /** A worker knows by where a region begins whether it has packed its columns: an empty one would mislead it. */
    @Test
    void regionsCoverAllOnceAndNoneIsEmpty() {
        for (int workers = 1; workers <= 6; workers++) {
            for (int rows : new int[] {1, 5, 12, 13, 128, 512, 768, 1576}) {
                for (int cols : new int[] {1, 21, 32, 33, 65, 384, 1000}) {
                    Gemm.Grid grid = Gemm.Grid.balanced(rows, cols, workers);
                    long covered = 0;
                    for (int part = 0; part < grid.parts(); part++) {
                        Gemm.Region region = grid.region(part);
                        assertTrue(region.rows() > 0 && region.cols() > 0, grid + ": " + region);
                        assertTrue(region.rows() <= grid.height(), grid + ": " + region);
                        assertTrue(region.cols() <= grid.width(), grid + ": " + region);
                        covered += (long) region.rows() * region.cols();
                    }
                    assertEquals((long) rows * cols, covered, grid.toString());
                }
            }
        }
    }
}
