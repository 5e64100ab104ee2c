package dev.sirocco.tensor.exec.vector;

/**
 * The gradient of a convolution along its weights, for any shape: the product of dy, transposed, with the matrix whose
 * rows are what each place sees. A worker has columns of the result to itself and adds up all places in their order.
 */
final class WeightGradient implements Product {

    /** Places that are added up at a time. */
    private static final int ROWS = 256;
    /** Columns that a worker takes at a time. */
    private static final int COLUMNS = 288;
    private static final int SHARED = 1;
    private static final int OWN = 2;

    private final ConvolutionShape shape;
    private final Taps taps;

    WeightGradient(ConvolutionShape shape) {
        this.shape = shape;
        this.taps = Taps.forward(shape);
    }

    @Override
    public void run(Workers workers, long x, long dy, long dw) {
        long bytesX = Gemm.roundUp(ChannelsLast.bytes(shape.n(), shape.channels(), shape.in().volume()), 64);
        long pixels = workers.scratch(0, SHARED,
                bytesX + ChannelsLast.bytes(shape.n(), shape.outputs(), shape.out().volume()));
        long gradients = pixels + bytesX;
        ChannelsLast.gather(workers, x, shape.n(), shape.channels(), shape.in().volume(), pixels);
        ChannelsLast.gather(workers, dy, shape.n(), shape.outputs(), shape.out().volume(), gradients);

        int depth = shape.taps() * shape.groupChannels();
        int count = workers.count();
        int pieces = Gemm.roundUp(Math.ceilDiv(depth, COLUMNS), count);
        int columns = Gemm.roundUp(Math.ceilDiv(depth, pieces), RowTiles.WIDTH);
        int across = Math.ceilDiv(depth, columns);
        int rows = across >= count ? shape.groupOutputs()
                : Gemm.roundUp(Math.ceilDiv(shape.groupOutputs(), Math.ceilDiv(count, across)), RowTiles.ROWS);
        int down = Math.ceilDiv(shape.groupOutputs(), rows);
        workers.run(shape.groups() * down * across, (part, worker) -> {
            int group = part / (down * across);
            int row = part / across % down * rows;
            int column = part % across * columns;
            block(workers, worker, pixels, gradients, dw, group, row, Math.min(rows, shape.groupOutputs() - row), column,
                    Math.min(columns, depth - column));
        });
    }

    private void block(Workers workers, int worker, long pixels, long gradients, long dw, int group, int row, int rows,
                       int column, int columns) {
        int width = Gemm.roundUp(columns, RowTiles.WIDTH);
        int padded = Gemm.roundUp(rows, RowTiles.ROWS);
        long seenRow = 4L * (width + Lanes.COUNT);
        long resultRow = seenRow;
        long seen = workers.scratch(worker, OWN, ROWS * seenRow + padded * resultRow);
        long result = seen + ROWS * seenRow;
        long gradient = ChannelsLast.pixelBytes(shape.outputs());
        RowTiles tiles = new RowTiles(4, gradient, 4L * RowTiles.WIDTH, seenRow, resultRow);
        int places = shape.n() * shape.out().volume();
        int place = 0;
        do {
            int count = Math.min(ROWS, places - place);
            taps.rows(pixels + 4L * group * shape.groupChannels(), ChannelsLast.pixelBytes(shape.channels()),
                    shape.groupChannels(), place, count, column, column + columns, seen, seenRow);
            tiles.multiply(padded, width, count,
                    gradients + place * gradient + 4L * (group * shape.groupOutputs() + row), seen, result, place > 0,
                    workers.floats(worker, RowTiles.TILE));
            place += count;
        } while (place < places);
        put(result, resultRow, dw + 4L * (group * shape.groupOutputs() + row) * shape.groupChannels() * shape.taps(), rows,
                column, columns);
    }

    /** From columns (tap, channel) to (channel, tap). */
    private void put(long result, long resultRow, long dw, int rows, int column, int columns) {
        int channels = shape.groupChannels();
        for (int r = 0; r < rows; r++) {
            for (int k = column; k < column + columns; k++) {
                Memory.f32(dw + 4L * (((long) r * channels + k % channels) * shape.taps() + k / channels),
                        Memory.f32(result + r * resultRow + 4L * (k - column)));
            }
        }
    }
}
