package dev.sirocco.tensor.exec.vector;

import java.util.List;

/**
 * A convolution x ⋆ w → y, or its adjoint y, w → x, of any shape: as products of a matrix with a row for each place,
 * which is gathered block by block from channels-last pixels, and a matrix of weights.
 */
final class Correlation implements Product {

    /** Places in a block, whose rows and results stay in L2. */
    private static final int ROWS = 256;
    private static final int DEPTH = 256;
    /** Where the pixels and packed weights are, in the memory of worker 0, and what each worker has for itself. */
    private static final int SHARED = 1;
    private static final int OWN = 2;

    private final int images;
    private final int groups;
    /** Channels of the source and the target, in all and in a group. */
    private final int channels;
    private final int outputs;
    private final int groupChannels;
    private final int groupOutputs;
    private final List<Taps> phases;
    private final boolean leavesGaps;
    private final long targetBytes;
    private final Weights weights;

    /** Where the weight of a pair of channels lies: bytes from a channel of the source, or the target, to the next. */
    private record Weights(long channel, long output, long group) {}

    private Correlation(int images, int groups, int channels, int outputs, List<Taps> phases, Weights weights) {
        this.images = images;
        this.groups = groups;
        this.channels = channels;
        this.outputs = outputs;
        this.groupChannels = channels / groups;
        this.groupOutputs = outputs / groups;
        this.targetBytes = phases.isEmpty() ? 0 : 4L * images * outputs * phases.getFirst().target().volume();
        this.leavesGaps = phases.stream().anyMatch(p -> p.count() == 0);
        this.phases = phases.stream().filter(p -> p.count() > 0).toList();
        this.weights = weights;
    }

    static Correlation forward(ConvolutionShape s) {
        long tap = 4L * s.taps();
        return new Correlation(s.n(), s.groups(), s.channels(), s.outputs(), List.of(Taps.forward(s)),
                new Weights(tap, tap * s.groupChannels(), tap * s.groupChannels() * s.groupOutputs()));
    }

    static Correlation adjoint(ConvolutionShape s) {
        long tap = 4L * s.taps();
        return new Correlation(s.n(), s.groups(), s.outputs(), s.channels(), Taps.adjoint(s),
                new Weights(tap * s.groupChannels(), tap, tap * s.groupChannels() * s.groupOutputs()));
    }

    @Override
    public void run(Workers workers, long source, long w, long target) {
        if (leavesGaps) {
            Memory.ALL.asSlice(target, targetBytes).fill((byte) 0);
        }
        if (phases.isEmpty() || images == 0) {
            return;
        }
        int pixels = phases.getFirst().source().volume();
        long pixelBytes = Gemm.roundUp(ChannelsLast.bytes(images, channels, pixels), 64);
        int depth = phases.stream().mapToInt(p -> p.count() * groupChannels).max().orElse(0);
        long shared = workers.scratch(0, SHARED, pixelBytes + 4L * groups * depth * paddedOutputs());
        ChannelsLast.gather(workers, source, images, channels, pixels, shared);
        for (Taps taps : phases) {
            long packed = shared + pixelBytes;
            pack(workers, taps, w, packed);
            multiply(workers, taps, shared, packed, target);
        }
    }

    private int paddedOutputs() {
        return Gemm.roundUp(groupOutputs, RowTiles.WIDTH);
    }

    /** Packs the weights as [group][panel][tap][channel][output of the panel]. */
    private void pack(Workers workers, Taps taps, long w, long packed) {
        int panels = paddedOutputs() / RowTiles.WIDTH;
        int depth = taps.count() * groupChannels;
        workers.run(groups * panels, (part, _) -> {
            int first = part % panels * RowTiles.WIDTH;
            int width = Math.min(RowTiles.WIDTH, groupOutputs - first);
            long from = w + part / panels * weights.group + first * weights.output;
            long to = packed + 4L * part * depth * RowTiles.WIDTH;
            for (int t = 0; t < taps.count(); t++) {
                for (int c = 0; c < groupChannels; c++) {
                    long element = from + c * weights.channel + 4L * taps.index()[t];
                    for (int o = 0; o < width; o++) {
                        Memory.f32(to + 4L * o, Memory.f32(element + o * weights.output));
                    }
                    to += 4L * RowTiles.WIDTH;
                }
            }
        });
    }

    private void multiply(Workers workers, Taps taps, long pixels, long packed, long target) {
        int places = images * taps.grid().volume();
        int count = workers.count();
        int panels = paddedOutputs() / RowTiles.WIDTH;
        int across = places < ROWS / 4 * count ? Math.min(panels, count) : 1;
        int down = Gemm.roundUp(Math.ceilDiv(places, ROWS), count);
        int rows = Gemm.roundUp(Math.ceilDiv(places, across > 1 ? Math.ceilDiv(places, ROWS) : down), RowTiles.ROWS);
        int blocks = Math.ceilDiv(places, rows);
        int share = Math.ceilDiv(panels, across);
        int shares = Math.ceilDiv(panels, share);
        workers.run(groups * blocks * shares, (part, worker) -> {
            int group = part / (blocks * shares);
            int row = part / shares % blocks * rows;
            int panel = part % shares * share;
            block(workers, worker, taps, pixels, packed, target, group, row, Math.min(rows, places - row), panel,
                    Math.min(share, panels - panel));
        });
    }

    private void block(Workers workers, int worker, Taps taps, long pixels, long packed, long target, int group, int row,
                       int rows, int panel, int panels) {
        int depth = taps.count() * groupChannels;
        int piece = Gemm.evenPiece(depth, DEPTH, 1);
        int padded = Gemm.roundUp(rows, RowTiles.ROWS);
        int width = panels * RowTiles.WIDTH;
        long pixel = ChannelsLast.pixelBytes(channels);
        long rowBytes = 4L * (Gemm.roundUp(piece, Lanes.COUNT) + Lanes.COUNT);
        long resultRow = ChannelsLast.pixelBytes(width);
        long gathered = workers.scratch(worker, OWN, padded * (rowBytes + resultRow) + ChannelsLast.SQUARE_BYTES);
        long result = gathered + padded * rowBytes;
        long square = result + padded * resultRow;
        RowTiles tiles = new RowTiles(rowBytes, 4, 4L * depth * RowTiles.WIDTH, 4L * RowTiles.WIDTH, resultRow);
        long weights = packed + 4L * depth * (group * paddedOutputs() + panel * RowTiles.WIDTH);
        for (int k = 0; k < depth; k += piece) {
            int end = Math.min(depth, k + piece);
            taps.rows(pixels + 4L * group * groupChannels, pixel, groupChannels, row, rows, k, end, gathered, rowBytes);
            tiles.multiply(padded, width, end - k, gathered, weights + 4L * k * RowTiles.WIDTH, result, k > 0,
                    workers.floats(worker, RowTiles.TILE));
        }
        int first = panel * RowTiles.WIDTH;
        put(taps, result, resultRow, row, rows, target, group * groupOutputs + first,
                Math.min(width, groupOutputs - first), square);
    }

    /** Writes a block of the result, channels-last, to its places in the target. */
    private void put(Taps taps, long result, long resultRow, int row, int rows, long target, int output, int count, long square) {
        int volume = taps.target().volume();
        if (taps.coversTarget()) {
            for (int r = 0; r < rows;) {
                int image = (row + r) / volume;
                int place = (row + r) % volume;
                int run = Math.min(rows - r, volume - place);
                ChannelsLast.scatter(result + r * resultRow, resultRow, count, run,
                        target + 4L * (((long) image * outputs + output) * volume + place), 4L * volume, square);
                r += run;
            }
        } else {
            for (int r = 0; r < rows; r++) {
                long element = target + 4L * ((long) (row + r) / taps.grid().volume() * outputs + output) * volume
                        + 4L * taps.element((row + r) % taps.grid().volume());
                for (int o = 0; o < count; o++) {
                    Memory.f32(element + 4L * o * volume, Memory.f32(result + r * resultRow + 4L * o));
                }
            }
        }
    }
}
