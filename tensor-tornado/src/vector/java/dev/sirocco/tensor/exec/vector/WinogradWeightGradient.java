package dev.sirocco.tensor.exec.vector;

/**
 * The gradient of a 3×3 convolution of stride 1 along its weights by {@link Winograd}'s method: x and dy are
 * transformed some tiles at a time, their products summed at each of the 36 points in the order of the tiles, and the
 * sums transformed back.
 */
final class WinogradWeightGradient implements Product {

    /** Elements of transformed tiles between two meetings of the workers. */
    private static final long BLOCK = 1_250_000;
    private static final int MIN_TILES = 64;
    /** Tiles that a worker transforms at a time. */
    private static final int UNIT = 64;

    private final ConvolutionShape shape;
    private final int across;
    /** Rows of tiles in a unit, and units in an image. */
    private final int rows;
    private final int bands;
    private final int unitTiles;
    private final int pixelX;
    private final int pixelY;

    WinogradWeightGradient(ConvolutionShape shape) {
        this.shape = shape;
        int down = Math.ceilDiv(shape.out().h(), Winograd.TILE);
        this.across = Math.ceilDiv(shape.out().w(), Winograd.TILE);
        this.rows = Math.clamp(UNIT / across, 1, down);
        this.bands = Math.ceilDiv(down, rows);
        this.unitTiles = rows * across;
        this.pixelX = ChannelsLast.pixel(shape.channels());
        this.pixelY = ChannelsLast.pixel(shape.outputs());
    }

    @Override
    public void run(Workers workers, long x, long dy, long dw) {
        int units = shape.n() * bands;
        int perTile = Winograd.POINTS * (pixelX + pixelY);
        int together = Math.clamp(Math.max(BLOCK / perTile, MIN_TILES) / unitTiles, 1, units);
        int rowsOut = Gemm.roundUp(shape.outputs(), RowTiles.ROWS);
        int pointX = WinogradCorrelation.pointSize(together * unitTiles * pixelX);
        int pointY = WinogradCorrelation.pointSize(together * unitTiles * pixelY);
        int pointW = WinogradCorrelation.pointSize(rowsOut * pixelX);
        int seen = RowTiles.START;
        int gradients = seen + Winograd.POINTS * pointX;
        int sums = gradients + Winograd.POINTS * pointY;
        float[] shared = RowTiles.shared(sums + (long) Winograd.POINTS * pointW);
        RowTiles tiles = new RowTiles(true, pixelY, RowTiles.WIDTH, pixelX, pixelX);
        for (int unit = 0; unit < units; unit += together) {
            int first = unit;
            int count = Math.min(together, units - unit);
            workers.run(count, (part, worker) -> transform(workers, worker, first + part, x, dy, shared,
                    seen + part * unitTiles * pixelX, pointX, gradients + part * unitTiles * pixelY, pointY));
            workers.run(Winograd.POINTS, (p, worker) -> tiles.multiply(rowsOut,
                    Gemm.roundUp(shape.channels(), RowTiles.WIDTH), count * unitTiles, shared, gradients + p * pointY,
                    shared, seen + p * pointX, shared, sums + p * pointW, first > 0,
                    RowTiles.own(workers, worker, 0)));
        }
        workers.run(shape.outputs(), (output, worker) ->
                transformBack(workers, worker, shared, sums + output * pixelX, pointW,
                        dw + 36L * output * shape.channels()));
    }

    /** Bᵀ d B and A dY Aᵀ for a unit, as [point][tile][channel]. */
    private void transform(Workers workers, int worker, int unit, long x, long dy, float[] shared, int seen, int pointX,
                           int gradients, int pointY) {
        int image = unit / bands;
        int top = unit % bands * rows * Winograd.TILE;
        int lines = rows * Winograd.TILE;
        int columns = across * Winograd.TILE;
        int work = RowTiles.START;
        int window = work + Winograd.WORK + ChannelsLast.WINDOW;
        float[] own = RowTiles.own(workers, worker, window + (lines + 2L) * (columns + 2) * Math.max(pixelX, pixelY));
        ChannelsLast.window(x + 4L * image * shape.channels() * shape.in().volume(), shape.channels(), shape.in().h(),
                shape.in().w(), top - shape.pad().h(), -shape.pad().w(), lines + 2, columns + 2, own, window, pixelX,
                work);
        for (int t = 0; t < unitTiles; t++) {
            int from = window + (t / across * (columns + 2) + t % across) * Winograd.TILE * pixelX;
            for (int c = 0; c < shape.channels(); c += Floats.LANES) {
                Winograd.input(own, from + c, (columns + 2) * pixelX, pixelX, shared, seen + t * pixelX + c, pointX,
                        work);
            }
        }
        ChannelsLast.window(dy + 4L * image * shape.outputs() * shape.out().volume(), shape.outputs(), shape.out().h(),
                shape.out().w(), top, 0, lines, columns, own, window, pixelY, work);
        for (int t = 0; t < unitTiles; t++) {
            int from = window + (t / across * columns + t % across) * Winograd.TILE * pixelY;
            for (int o = 0; o < shape.outputs(); o += Floats.LANES) {
                Winograd.outputAdjoint(own, from + o, columns * pixelY, pixelY, shared, gradients + t * pixelY + o,
                        pointY, work);
            }
        }
    }

    /** Gᵀ m G for one output and all channels. */
    private void transformBack(Workers workers, int worker, float[] shared, int sums, int pointW, long dw) {
        int kernel = RowTiles.START;
        int work = kernel + 9 * Floats.LANES;
        float[] own = RowTiles.own(workers, worker, work + Winograd.WORK);
        for (int c = 0; c < shape.channels(); c += Floats.LANES) {
            Winograd.kernelAdjoint(shared, sums + c, pointW, own, kernel, work);
            int count = Math.min(Floats.LANES, shape.channels() - c);
            for (int lane = 0; lane < count; lane++) {
                for (int t = 0; t < 9; t++) {
                    Memory.f32(dw + 36L * (c + lane) + 4L * t, own[kernel + t * Floats.LANES + lane]);
                }
            }
        }
    }
}
