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

    private final ConvolutionShape shape;
    private final Taps taps;

    WeightGradient(ConvolutionShape shape) {
        this.shape = shape;
        this.taps = Taps.forward(shape);
    }

    @Override
    public void run(Workers workers, long x, long dy, long dw) {
        int sizeX = ChannelsLast.size(shape.n(), shape.channels(), shape.in().volume());
        int sizeY = ChannelsLast.size(shape.n(), shape.outputs(), shape.out().volume());
        float[] shared = RowTiles.shared((long) sizeX + sizeY);
        int gradients = RowTiles.START + sizeX;
        ChannelsLast.gather(workers, x, shape.n(), shape.channels(), shape.in().volume(), shared, RowTiles.START);
        ChannelsLast.gather(workers, dy, shape.n(), shape.outputs(), shape.out().volume(), shared, gradients);

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
            block(workers, worker, shared, gradients, dw, group, row, Math.min(rows, shape.groupOutputs() - row),
                    column, Math.min(columns, depth - column));
        });
    }

    private void block(Workers workers, int worker, float[] shared, int gradients, long dw, int group, int row,
                       int rows, int column, int columns) {
        int width = Gemm.roundUp(columns, RowTiles.WIDTH);
        int padded = Gemm.roundUp(rows, RowTiles.ROWS);
        int rowSize = width + Floats.LANES;
        float[] own = RowTiles.own(workers, worker, (long) (ROWS + padded) * rowSize);
        int seen = RowTiles.START;
        int result = seen + ROWS * rowSize;
        int gradient = ChannelsLast.pixel(shape.outputs());
        RowTiles tiles = new RowTiles(true, gradient, RowTiles.WIDTH, rowSize, rowSize);
        int places = shape.n() * shape.out().volume();
        int place = 0;
        do {
            int count = Math.min(ROWS, places - place);
            taps.rows(shared, RowTiles.START + group * shape.groupChannels(), ChannelsLast.pixel(shape.channels()),
                    shape.groupChannels(), place, count, column, column + columns, own, seen, rowSize);
            tiles.multiply(padded, width, count, shared,
                    gradients + place * gradient + group * shape.groupOutputs() + row, own, seen, own, result,
                    place > 0, own);
            place += count;
        } while (place < places);
        put(own, result, rowSize, dw + 4L * (group * shape.groupOutputs() + row) * shape.groupChannels() * shape.taps(),
                rows, column, columns);
    }

    /** From columns (tap, channel) to (channel, tap). */
    private void put(float[] own, int result, int resultRow, long dw, int rows, int column, int columns) {
        int channels = shape.groupChannels();
        for (int r = 0; r < rows; r++) {
            for (int k = column; k < column + columns; k++) {
                Memory.f32(dw + 4L * (((long) r * channels + k % channels) * shape.taps() + k / channels),
                        own[result + r * resultRow + k - column]);
            }
        }
    }
}
