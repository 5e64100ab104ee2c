package dev.sirocco.tensor.exec.tornado;

import static dev.sirocco.tensor.exec.tornado.KernelCode.LANES;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.exec.tornado.KernelCode.Vector;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The gradient of a convolution's weight: dw[o, c, k] = Σ dy[n, o, p] x[n, c, p · stride - pad + k · dilation] over
 * pictures and places, both read along {@link Planes} with lines of one length. Between lines dy is zero. A block of dw
 * is computed by one thread of a CPU with vectors along the places, and by a {@link #GROUP} of a GPU's threads that
 * take turns at them. Where blocks are few, parts of the pictures and places have blocks of their own, which a second
 * kernel joins, in an order that depends on shapes alone.
 */
final class WeightGradientCode {

    /** Outputs, and taps, of a block. */
    private static final int BLOCK = 4;
    /** Threads that share a block on a GPU. */
    private static final int GROUP = 32;
    /** Blocks from which on there is enough to do. */
    private static final int MANY = 1024;
    /** Places that a part has at least. */
    private static final int PLACES = 512;

    private final ConvolutionSizes sizes;
    private final Planes x;
    private final Planes dy;
    private final int origin;
    private final int outputs;
    private final int taps;
    private final int places;
    private final boolean isGpu;

    /** @param hasMargins whether dy lies behind {@link ConvolutionCode#margins} */
    private WeightGradientCode(ConvolutionSizes sizes, Planes x, Planes dy, boolean hasMargins, View dw,
            boolean isGpu) {
        this.sizes = sizes;
        this.x = x;
        this.dy = dy;
        this.origin = !hasMargins ? 0
                : IntStream.range(0, sizes.axes()).map(a -> ConvolutionCode.margins(sizes)[a] * dy.ofStep(a)).sum();
        this.outputs = dw.shape().dim(0) / sizes.groups();
        this.taps = Math.toIntExact(dw.shape().slice(1, dw.shape().rank()).numel());
        this.places = dy.length(sizes::out);
        this.isGpu = isGpu;
    }

    static List<Kernel> kernels(String describe, ConvolutionSizes sizes, Planes x, Planes dy, boolean hasMargins,
            View dw, boolean isGpu, IntFunction<Place> scratch) {
        int numel = Math.toIntExact(dw.shape().numel());
        if (numel == 0) {
            return List.of();
        }
        WeightGradientCode gradient = new WeightGradientCode(sizes, x, dy, hasMargins, dw, isGpu);
        int blocks = sizes.groups() * Math.ceilDiv(gradient.outputs, BLOCK) * Math.ceilDiv(gradient.taps, BLOCK);
        int pictures = Math.clamp(Math.ceilDiv(MANY, blocks), 1, Math.max(1, x.view().shape().dim(0)));
        int pieces = Math.clamp(Math.ceilDiv(MANY, blocks * pictures), 1, Math.ceilDiv(gradient.places, PLACES));
        int parts = pictures * pieces;
        List<Kernel> kernels = new ArrayList<>();
        Place place = parts == 1 ? dw.place() : scratch.apply(parts * numel);
        View sums = View.contiguous(place, Shape.of(pictures, pieces, sizes.groups(), gradient.outputs, gradient.taps));
        kernels.add(gradient.kernel(describe + " (weight)", pictures, pieces, sums));
        if (parts > 1) {
            View all = View.contiguous(place, Shape.of(parts, numel));
            kernels.add(Kernel.elements(describe + " (joined)", numel, (code, i) ->
                    dw.store(code, i, Line.sum(code, parts, part -> all.load(code, new int[] {part, i})))));
        }
        return kernels;
    }

    private Kernel kernel(String describe, int pictures, int pieces, View sums) {
        Shape blocks = Shape.of(pictures, pieces, sizes.groups(), Math.ceilDiv(outputs, BLOCK),
                Math.ceilDiv(taps, BLOCK));
        if (isGpu) {
            return Kernel.groups(describe, blocks.numel(), GROUP, code ->
                    write(code, code.coordinates(code.thread("groupIdx"), blocks.dims()), pictures, pieces, sums));
        }
        return Kernel.elements(describe, blocks.numel(), BLOCK, (code, i) ->
                write(code, code.coordinates(i, blocks.dims()), pictures, pieces, sums));
    }

    private void write(KernelCode code, int[] block, int pictures, int pieces, View sums) {
        int[] rows = lines(code, block[3], outputs);
        int[] columns = lines(code, block[4], taps);
        int[] rowAt = Arrays.stream(rows)
                .map(r -> code.intVariable(() -> code.pushIndex(dy.view().place().offset() + origin,
                        new int[] {block[2], r},
                        new long[] {dy.view().strides()[1] * outputs, dy.view().strides()[1]}))).toArray();
        int[] columnAt = Arrays.stream(columns).map(c -> ofTap(code, block[2], c)).toArray();
        Value[][] totals = new Value[rows.length][columns.length];
        for (Value[] line : totals) {
            Arrays.setAll(line, _ -> code.constant(DType.F32, 0));
        }
        int piece = Math.ceilDiv(Math.ceilDiv(places, pieces), GROUP) * GROUP;
        int first = code.intVariable(() -> code.pushIndex(0, new int[] {block[1]}, new long[] {piece}));
        int end = pieces == 1 ? code.intVariable(() -> code.push(places)) : code.call("min", DType.I32,
                code.add(code.ofInt(first), code.constant(DType.I32, piece)), code.constant(DType.I32, places)).slot();
        Value zero = code.constant(DType.F32, 0);
        Vector[][] vectors = new Vector[isGpu ? 0 : rows.length][columns.length];
        for (Vector[] line : vectors) {
            Arrays.setAll(line, _ -> code.repeat(zero));
        }
        code.loop(() -> code.pushInt(block[0]), () -> code.push(x.view().shape().dim(0)), pictures, n -> {
            int[] ofDy = starts(code, rowAt, dy, n);
            int[] ofX = starts(code, columnAt, x, n);
            if (isGpu) {
                int lane = code.thread("localIdx");
                addElements(code, totals, ofDy, ofX, code.add(code.ofInt(first), code.ofInt(lane)).slot(), end, GROUP);
            } else {
                addVectors(code, vectors, ofDy, ofX, first, end);
                addElements(code, totals, ofDy, ofX, afterVectors(code, first, end), end, 1);
            }
        });
        for (int r = 0; r < vectors.length; r++) {
            for (int c = 0; c < columns.length; c++) {
                code.assign(totals[r][c], code.add(totals[r][c], code.sum(vectors[r][c])));
            }
        }
        if (isGpu) {
            join(code, totals);
        }
        Runnable store = () -> {
            for (int r = 0; r < rows.length; r++) {
                for (int c = 0; c < columns.length; c++) {
                    sums.store(code, new int[] {block[0], block[1], block[2], rows[r], columns[c]}, totals[r][c]);
                }
            }
        };
        if (isGpu) {
            int lane = code.thread("localIdx");
            code.ifEqual(() -> code.pushInt(lane), () -> code.push(0), store);
        } else {
            store.run();
        }
    }

    /** Where what a tap of the weight sees of the first picture begins. */
    private int ofTap(KernelCode code, int group, int tap) {
        int[] kernel = sizes.kernel().stream().mapToInt(k -> k).toArray();
        int channels = taps / IntStream.of(kernel).reduce(1, (a, b) -> a * b);
        int[] at = code.coordinates(tap, IntStream.concat(IntStream.of(channels), IntStream.of(kernel)).toArray());
        long ofChannel = x.view().strides()[1];
        int start = code.intVariable(() -> code.pushIndex(x.view().place().offset(), new int[] {group, at[0]},
                new long[] {ofChannel * channels, ofChannel}));
        for (int a = 0; a < sizes.axes(); a++) {
            int distance = ConvolutionCode.ofTap(code, sizes, x, a, at[1 + a]);
            start = code.add(code.ofInt(start), code.ofInt(distance)).slot();
        }
        return start;
    }

    private static int[] starts(KernelCode code, int[] at, Planes planes, int picture) {
        return Arrays.stream(at).map(start -> code.intVariable(() -> code.pushIndex(0, new int[] {start, picture},
                new long[] {1, planes.view().strides()[0]}))).toArray();
    }

    /** This block's outputs, or taps; the last of all instead of what lies beyond it. */
    private static int[] lines(KernelCode code, int block, int size) {
        int first = code.multiply(code.ofInt(block), code.constant(DType.I32, BLOCK)).slot();
        return AttentionOperands.block(code, first, Math.min(BLOCK, size), size);
    }

    private void addVectors(KernelCode code, Vector[][] sums, int[] ofDy, int[] ofX, int first, int end) {
        code.loop(() -> code.pushInt(first), () -> {
            code.pushInt(end);
            code.push(LANES - 1);
            code.subtract();
        }, LANES, p -> {
            Vector[] a = vectors(code, dy, ofDy, p);
            Vector[] b = vectors(code, x, ofX, p);
            for (int r = 0; r < a.length; r++) {
                for (int c = 0; c < b.length; c++) {
                    code.assign(sums[r][c], code.add(sums[r][c], code.multiply(a[r], b[c])));
                }
            }
        });
    }

    /** The first of the places that do not fill a vector. */
    private static int afterVectors(KernelCode code, int first, int end) {
        return code.intVariable(() -> {
            code.pushInt(end);
            code.pushInt(end);
            code.pushInt(first);
            code.subtract();
            code.push(LANES);
            code.remainder();
            code.subtract();
        });
    }

    private static Vector[] vectors(KernelCode code, Planes planes, int[] starts, int p) {
        return Arrays.stream(starts).mapToObj(start -> code.load(planes.view().place(),
                code.add(code.ofInt(start), code.ofInt(p)).slot())).toArray(Vector[]::new);
    }

    private void addElements(KernelCode code, Value[][] totals, int[] ofDy, int[] ofX, int first, int end, int step) {
        code.loop(() -> code.pushInt(first), () -> code.pushInt(end), step, p -> {
            Value[] a = elements(code, dy, ofDy, p);
            Value[] b = elements(code, x, ofX, p);
            for (int r = 0; r < a.length; r++) {
                for (int c = 0; c < b.length; c++) {
                    code.assign(totals[r][c], code.add(totals[r][c], code.multiply(a[r], b[c])));
                }
            }
        });
    }

    private static Value[] elements(KernelCode code, Planes planes, int[] starts, int p) {
        return Arrays.stream(starts).mapToObj(start -> code.load(planes.view().place(), () ->
                code.pushIndex(0, new int[] {start, p}, new long[] {1, 1}))).toArray(Value[]::new);
    }

    /** The sums over a group's threads, for its first thread. */
    private static void join(KernelCode code, Value[][] totals) {
        int columns = totals[0].length;
        int numbers = totals.length * columns;
        int shared = code.sharedArray(GROUP * numbers);
        int lane = code.thread("localIdx");
        for (int i = 0; i < numbers; i++) {
            int number = i * GROUP;
            code.storeShared(shared, () -> code.pushIndex(number, new int[] {lane}, new long[] {1}),
                    totals[i / columns][i % columns]);
        }
        code.barrier();
        for (int i = 0; i < numbers; i++) {
            int number = i * GROUP;
            Value total = totals[i / columns][i % columns];
            code.assign(total, Line.sum(code, GROUP, other ->
                    code.loadShared(shared, () -> code.pushIndex(number, new int[] {other}, new long[] {1}))));
        }
    }
}
