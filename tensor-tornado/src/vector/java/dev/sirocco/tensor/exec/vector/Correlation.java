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
        int pixelSize = ChannelsLast.size(images, channels, pixels);
        int depth = phases.stream().mapToInt(p -> p.count() * groupChannels).max().orElse(0);
        float[] shared = RowTiles.shared(pixelSize + (long) groups * depth * paddedOutputs());
        ChannelsLast.gather(workers, source, images, channels, pixels, shared, RowTiles.START);
        for (Taps taps : phases) {
            pack(workers, taps, w, shared, RowTiles.START + pixelSize);
            multiply(workers, taps, shared, RowTiles.START + pixelSize, target);
        }
    }

    private int paddedOutputs() {
        return Gemm.roundUp(groupOutputs, RowTiles.WIDTH);
    }

    /** Packs the weights as [group][panel][tap][channel][output of the panel]. */
    private void pack(Workers workers, Taps taps, long w, float[] shared, int packed) {
        int panels = paddedOutputs() / RowTiles.WIDTH;
        int depth = taps.count() * groupChannels;
        workers.run(groups * panels, (part, _) -> {
            int first = part % panels * RowTiles.WIDTH;
            int width = Math.min(RowTiles.WIDTH, groupOutputs - first);
            long from = w + part / panels * weights.group + first * weights.output;
            int to = packed + part * depth * RowTiles.WIDTH;
            for (int t = 0; t < taps.count(); t++) {
                for (int c = 0; c < groupChannels; c++) {
                    long element = from + c * weights.channel + 4L * taps.index()[t];
                    for (int o = 0; o < width; o++) {
                        shared[to + o] = Memory.f32(element + o * weights.output);
                    }
                    to += RowTiles.WIDTH;
                }
            }
        });
    }

    private void multiply(Workers workers, Taps taps, float[] shared, int packed, long target) {
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
            block(workers, worker, taps, shared, packed, target, group, row, Math.min(rows, places - row), panel,
                    Math.min(share, panels - panel));
        });
    }

    private void block(Workers workers, int worker, Taps taps, float[] shared, int packed, long target, int group,
                       int row, int rows, int panel, int panels) {
        int depth = taps.count() * groupChannels;
        int piece = Gemm.evenPiece(depth, DEPTH, 1);
        int padded = Gemm.roundUp(rows, RowTiles.ROWS);
        int width = panels * RowTiles.WIDTH;
        int rowSize = Gemm.roundUp(piece, Floats.LANES) + Floats.LANES;
        int resultRow = ChannelsLast.pixel(width);
        float[] own = RowTiles.own(workers, worker, padded * (rowSize + resultRow) + ChannelsLast.SQUARE);
        int gathered = RowTiles.START;
        int result = gathered + padded * rowSize;
        int square = result + padded * resultRow;
        RowTiles tiles = new RowTiles(false, rowSize, depth * RowTiles.WIDTH, RowTiles.WIDTH, resultRow);
        int weight = packed + depth * (group * paddedOutputs() + panel * RowTiles.WIDTH);
        for (int k = 0; k < depth; k += piece) {
            int end = Math.min(depth, k + piece);
            taps.rows(shared, RowTiles.START + group * groupChannels, ChannelsLast.pixel(channels), groupChannels, row,
                    rows, k, end, own, gathered, rowSize);
            tiles.multiply(padded, width, end - k, own, gathered, shared, weight + k * RowTiles.WIDTH, own, result,
                    k > 0, own);
        }
        int first = panel * RowTiles.WIDTH;
        put(taps, own, result, resultRow, row, rows, target, group * groupOutputs + first,
                Math.min(width, groupOutputs - first), square);
    }

    /** Writes a block of the result, channels-last, to its places in the target. */
    private void put(Taps taps, float[] own, int result, int resultRow, int row, int rows, long target, int output,
                     int count, int square) {
        int volume = taps.target().volume();
        int places = taps.grid().volume();
        int run;
        for (int r = 0; r < rows; r += run) {
            int place = (row + r) % places;
            run = Math.min(rows - r, places - place);
            long plane = target + 4L * ((long) (row + r) / places * outputs + output) * volume;
            if (taps.coversTarget()) {
                ChannelsLast.scatter(own, result + r * resultRow, resultRow, count, run, plane + 4L * place,
                        4L * volume, square);
            } else {
                for (int i = 0; i < run; i++) {
                    long element = plane + 4L * taps.element(place + i);
                    for (int o = 0; o < count; o++) {
                        Memory.f32(element + 4L * o * volume, own[result + (r + i) * resultRow + o]);
                    }
                }
            }
        }
    }
}
