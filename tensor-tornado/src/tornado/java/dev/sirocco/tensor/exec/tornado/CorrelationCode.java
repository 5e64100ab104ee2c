package dev.sirocco.tensor.exec.tornado;

import static dev.sirocco.tensor.exec.tornado.KernelCode.LANES;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.exec.tornado.KernelCode.Vector;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * A convolution, or its adjoint, as a product of matrices: for each picture and group of channels, the weight's rows
 * are the channels of the result, its terms are channels of what is read and taps of the kernel, and the columns are
 * the places, counted along {@link Planes}. The right matrix is never made: what it has for a term is what the planes
 * have from some element on. Each thread keeps a block of the result in registers. The adjoint gathers, for each phase
 * of the stride, over the taps that meet it.
 */
final class CorrelationCode {

    /** What a thread's block is made of. */
    private enum Way {
        /** On a CPU: vectors of places. */
        VECTORS(16, LANES, 1),
        /** On a CPU, where there are less places than that. */
        ELEMENTS(4, 4, 1),
        /** On a GPU: the places of neighbouring threads lie beside each other, to be read at once. */
        STRIPES(8, 4, 32);

        private final int rows;
        private final int columns;
        /** Distance of a thread's columns. */
        private final int step;

        Way(int rows, int columns, int step) {
            this.rows = rows;
            this.columns = columns;
            this.step = step;
        }
    }

    /** Threads of a group on a CPU. */
    private static final int GROUP = 8;

    private final ConvolutionSizes sizes;
    private final boolean isAdjoint;
    private final Planes from;
    private final View weight;
    private final View out;
    private final Way way;
    private final int rows;
    private final int terms;
    private final int columns;

    private CorrelationCode(ConvolutionSizes sizes, boolean isAdjoint, Planes from, View weight, View out,
            boolean isGpu) {
        this.sizes = sizes;
        this.isAdjoint = isAdjoint;
        this.from = from;
        this.weight = weight;
        this.out = out;
        this.rows = out.shape().dim(1) / sizes.groups();
        this.terms = from.view().shape().dim(1) / sizes.groups();
        this.columns = from.length(isAdjoint ? a -> sizes.lastStep(a) - sizes.firstStep(a) + 1 : sizes::out);
        this.way = isGpu ? Way.STRIPES : columns < LANES ? Way.ELEMENTS : Way.VECTORS;
    }

    /** @param epilogue what is computed from each element of y, or null */
    static Kernel forward(String describe, ConvolutionSizes sizes, Planes x, View weight, View y, boolean isGpu,
            ChainCode epilogue) {
        return new CorrelationCode(sizes, false, x, weight, y, isGpu).kernel(describe, epilogue);
    }

    /** @param dy with {@link ConvolutionCode#margins} */
    static Kernel adjoint(String describe, ConvolutionSizes sizes, Planes dy, View weight, View dx, boolean isGpu,
            ChainCode epilogue) {
        return new CorrelationCode(sizes, true, dy, weight, dx, isGpu).kernel(describe, epilogue);
    }

    private Kernel kernel(String describe, ChainCode epilogue) {
        // Neighbouring threads share places on a CPU, where the planes stay in the cache, and weights on a GPU.
        int rowBlocks = Math.ceilDiv(rows, rowsOfBlock());
        int columnBlocks = Math.ceilDiv(columns, columnsOfBlock() * way.step) * way.step;
        Shape blocks = way == Way.STRIPES ? Shape.of(rowBlocks, columnBlocks) : Shape.of(columnBlocks, rowBlocks);
        int[] phases = isAdjoint ? sizes.stride().stream().mapToInt(s -> s).toArray() : new int[0];
        Shape threads = Shape.of(out.shape().dim(0), sizes.groups()).concat(Shape.of(phases)).concat(blocks);
        long n = out.shape().numel() == 0 ? 0 : threads.numel();
        return Kernel.elements(describe, n, way == Way.STRIPES ? 64 : GROUP, (code, i) -> {
            int[] at = code.coordinates(i, threads.dims());
            int rowBlock = at[at.length - (way == Way.STRIPES ? 2 : 1)];
            int columnBlock = at[at.length - (way == Way.STRIPES ? 1 : 2)];
            new Block(code, at[0], at[1], Arrays.copyOfRange(at, 2, at.length - 2), rowBlock, columnBlock)
                    .write(epilogue);
        });
    }

    private int rowsOfBlock() {
        return Math.min(way.rows, rows);
    }

    private int columnsOfBlock() {
        return way == Way.STRIPES ? Math.clamp(Math.ceilDiv(columns, way.step), 1, way.columns)
                : Math.min(way.columns, columns);
    }

    /** One thread's part of the result. */
    private final class Block {

        private final KernelCode code;
        private final int picture;
        private final int group;
        private final int[] phases;
        private final int firstRow;
        /** The first column that is this block's alone. */
        private final int firstColumn;

        Block(KernelCode code, int picture, int group, int[] phases, int rowBlock, int columnBlock) {
            this.code = code;
            this.picture = picture;
            this.group = group;
            this.phases = phases;
            this.firstRow = linear(0, rowBlock, rowsOfBlock());
            if (way == Way.STRIPES) {
                int[] at = code.coordinates(columnBlock, new int[] {Integer.MAX_VALUE, way.step});
                this.firstColumn = code.intVariable(() ->
                        code.pushIndex(0, at, new long[] {(long) way.step * columnsOfBlock(), 1}));
            } else {
                this.firstColumn = linear(0, columnBlock, columnsOfBlock());
            }
        }

        void write(ChainCode epilogue) {
            int[] rowsHere = lines(firstRow, rowsOfBlock(), 1, rows);
            if (way == Way.VECTORS) {
                writeVectors(rowsHere);
            } else {
                writeElements(rowsHere, lines(firstColumn, columnsOfBlock(), way.step, columns));
            }
            if (epilogue != null) {
                run(epilogue);
            }
        }

        private void writeElements(int[] rowsHere, int[] columnsHere) {
            Value[][] sums = new Value[rowsHere.length][columnsHere.length];
            for (Value[] line : sums) {
                Arrays.setAll(line, _ -> code.constant(DType.F32, 0));
            }
            terms((left, right) -> {
                Value[] w = weights(rowsHere, left);
                Value[] x = IntStream.of(columnsHere).mapToObj(c ->
                        code.load(from.view().place(), () -> pushSum(right, c))).toArray(Value[]::new);
                for (int r = 0; r < w.length; r++) {
                    for (int c = 0; c < x.length; c++) {
                        code.assign(sums[r][c], code.add(sums[r][c], code.multiply(w[r], x[c])));
                    }
                }
            });
            for (int c = 0; c < columnsHere.length; c++) {
                int column = c;
                ifOwn(linear(c * way.step, firstColumn, 1), () -> ifWanted(columnsHere[column], to -> {
                    for (int r = 0; r < rowsHere.length; r++) {
                        store(to, rowsHere[r], sums[r][column]);
                    }
                }));
            }
        }

        private void writeVectors(int[] rowsHere) {
            // The last block begins earlier, and computes, but does not store, a part of the one before it again.
            int first = columns % LANES == 0 ? firstColumn
                    : code.call("min", DType.I32, code.ofInt(firstColumn), code.constant(DType.I32, columns - LANES))
                    .slot();
            Value zero = code.constant(DType.F32, 0);
            Vector[] sums = new Vector[rowsHere.length];
            Arrays.setAll(sums, _ -> code.repeat(zero));
            terms((left, right) -> {
                Vector x = code.load(from.view().place(), code.intVariable(() -> pushSum(right, first)));
                for (int r = 0; r < sums.length; r++) {
                    Vector w = code.repeat(weights(new int[] {rowsHere[r]}, left)[0]);
                    code.assign(sums[r], code.add(sums[r], code.multiply(w, x)));
                }
            });
            for (int lane = 0; lane < LANES; lane++) {
                int number = lane;
                int column = linear(lane, first, 1);
                Runnable store = () -> ifWanted(column, to -> {
                    for (int r = 0; r < sums.length; r++) {
                        store(to, rowsHere[r], code.element(sums[r], number));
                    }
                });
                if (first == firstColumn) {
                    store.run();
                } else {
                    code.ifLess(() -> code.pushIndex(-1, new int[] {firstColumn}, new long[] {1}),
                            () -> code.pushInt(column), store);
                }
            }
        }

        /**
         * Runs the body if no other thread has this column: one that stores it late would undo what the chain has made
         * of it.
         */
        private void ifOwn(int column, Runnable body) {
            boolean isWhole = columns % (columnsOfBlock() * way.step) == 0;
            code.ifInside(column, 0, isWhole ? columns - 1 : columns, columns, body);
        }

        private Value[] weights(int[] rowsHere, int left) {
            int step = stride(weight, isAdjoint ? 1 : 0);
            return IntStream.of(rowsHere).mapToObj(r -> code.load(weight.place(),
                    () -> code.pushIndex(0, new int[] {left, r}, new long[] {1, step}))).toArray(Value[]::new);
        }

        /** Each term of the sums: where the weight of row 0 and the planes' element of column 0 are. */
        private void terms(Body body) {
            View planes = from.view();
            int leftBase = code.intVariable(() -> code.pushIndex(weight.place().offset(), new int[] {group},
                    new long[] {(long) stride(weight, 0) * (isAdjoint ? terms : rows)}));
            int origin = !isAdjoint ? 0 : IntStream.range(0, sizes.axes())
                    .map(a -> (sizes.firstStep(a) + ConvolutionCode.margins(sizes)[a]) * from.ofStep(a)).sum();
            int rightBase = code.intVariable(() -> code.pushIndex(planes.place().offset() + origin,
                    new int[] {picture, group}, new long[] {planes.strides()[0], planes.strides()[1] * terms}));
            code.loop(terms, channel -> {
                int left = code.intVariable(() -> code.pushIndex(0, new int[] {leftBase, channel},
                        new long[] {1, stride(weight, isAdjoint ? 0 : 1)}));
                int right = code.intVariable(() -> code.pushIndex(0, new int[] {rightBase, channel},
                        new long[] {1, planes.strides()[1]}));
                taps(0, left, right, body);
            });
        }

        private void taps(int axis, int left, int right, Body body) {
            if (axis == sizes.axes()) {
                body.write(left, right);
                return;
            }
            int stride = sizes.stride(axis);
            int dilation = sizes.dilation(axis);
            if (sizes.kernel(axis) == 1 && (stride == 1 || !isAdjoint)) {
                taps(axis + 1, left, right, body);
                return;
            }
            boolean skips = isAdjoint && stride > 1 && dilation == 1;
            code.loop(() -> pushFirst(axis, skips), () -> code.push(sizes.kernel(axis)), skips ? stride : 1, k -> {
                int nextLeft = code.intVariable(() -> code.pushIndex(0, new int[] {left, k},
                        new long[] {1, stride(weight, 2 + axis)}));
                if (!isAdjoint) {
                    taps(axis + 1, nextLeft, code.intVariable(() -> code.pushIndex(0,
                            new int[] {right, ofTap(axis, k)}, new long[] {1, 1})), body);
                    return;
                }
                // How far the tap is ahead of the phase: never negative where they meet, since TornadoVM rounds
                // quotients of negative numbers by powers of two in the wrong direction.
                int lead = stride == 1 ? linear(0, k, dilation) : code.intVariable(() ->
                        code.pushIndex(0, new int[] {phases[axis], k}, new long[] {-1, dilation}));
                Runnable meet = () -> {
                    int steps = code.intVariable(() -> code.pushQuotient(lead, stride));
                    taps(axis + 1, nextLeft, code.intVariable(() -> code.pushIndex(0, new int[] {right, steps},
                            new long[] {1, -from.ofStep(axis)})), body);
                };
                if (stride == 1 || skips) {
                    meet.run();
                } else {
                    code.ifEqual(() -> {
                        code.pushInt(lead);
                        code.push(stride);
                        code.remainder();
                    }, () -> code.push(0), meet);
                }
            });
        }

        private void pushFirst(int axis, boolean skips) {
            if (skips) {
                code.pushInt(phases[axis]);
            } else {
                code.push(0);
            }
        }

        /** How far from the window's first element the one is that a tap sees. */
        private int ofTap(int axis, int k) {
            return ConvolutionCode.ofTap(code, sizes, from, axis, k);
        }

        /** Runs the body, with the index of the result in row 0, if a column has one. */
        private void ifWanted(int column, IntConsumer body) {
            int axes = sizes.axes();
            int[] steps = from.steps(code, column);
            int[] at = new int[2 + axes];
            at[0] = picture;
            at[1] = linear(0, group, rows);
            int[] least = new int[axes];
            int[] most = new int[axes];
            for (int a = 0; a < axes; a++) {
                int last = a == 0 ? (columns - 1) / from.ofStep(0) : from.stepsInLine(a) - 1;
                if (isAdjoint) {
                    int stride = sizes.stride(a);
                    least[a] = sizes.firstStep(a) * stride - sizes.pad(a);
                    most[a] = least[a] + last * stride + stride - 1;
                    int first = least[a];
                    int step = steps[a];
                    int phase = phases[a];
                    at[2 + a] = code.intVariable(() -> code.pushIndex(first, new int[] {step, phase},
                            new long[] {stride, stride == 1 ? 0 : 1}));
                } else {
                    at[2 + a] = steps[a];
                    most[a] = last;
                }
            }
            Runnable found = () ->
                    body.accept(code.intVariable(() -> code.pushIndex(out.place().offset(), at, out.strides())));
            for (int a = 0; a < axes; a++) {
                Runnable inside = found;
                int axis = a;
                found = () -> code.ifInside(at[2 + axis], least[axis], most[axis], out.shape().dim(2 + axis), inside);
            }
            found.run();
        }

        private void store(int to, int row, Value value) {
            code.store(out.place(), () -> code.pushIndex(0, new int[] {to, row}, new long[] {1, out.strides()[1]}),
                    value);
        }

        /** The block's elements, each once. */
        private void run(ChainCode chain) {
            int lastRow = end(firstRow, rowsOfBlock(), rows);
            int lastColumn = end(firstColumn, columnsOfBlock() * way.step, columns);
            code.loop(() -> code.pushInt(firstColumn), () -> code.pushInt(lastColumn), way.step,
                    column -> ifWanted(column,
                            to -> code.loop(() -> code.pushInt(firstRow), () -> code.pushInt(lastRow), 1, row -> {
                        int number = code.intVariable(() -> code.pushIndex(-out.place().offset(), new int[] {to, row},
                                new long[] {1, out.strides()[1]}));
                        chain.write(code, code.coordinates(number, chain.domain().dims()));
                    })));
        }

        private int end(int first, int count, int size) {
            return code.call("min", DType.I32, code.ofInt(linear(count, first, 1)), code.constant(DType.I32, size))
                    .slot();
        }

        /** Rows or columns from one on; the last of all instead of what lies beyond it. */
        private int[] lines(int first, int count, int step, int size) {
            return IntStream.range(0, count).map(i -> {
                int line = linear(i * step, first, 1);
                return size % (count * step) == 0 ? line
                        : code.call("min", DType.I32, code.ofInt(line), code.constant(DType.I32, size - 1)).slot();
            }).toArray();
        }

        private int linear(int constant, int slot, int factor) {
            return code.intVariable(() -> code.pushIndex(constant, new int[] {slot}, new long[] {factor}));
        }

        private void pushSum(int a, int c) {
            code.pushInt(a);
            code.pushInt(c);
            code.add();
        }
    }

    /** Writes code for a term, given the variables that say where its factors are. */
    @FunctionalInterface
    private interface Body {
        void write(int left, int right);
    }

    private static int stride(View view, int axis) {
        return Math.toIntExact(view.strides()[axis]);
    }
}
