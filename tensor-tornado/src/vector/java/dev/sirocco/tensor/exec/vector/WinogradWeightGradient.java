package dev.sirocco.tensor.exec.vector;

/**
 * The gradient of a 3×3 convolution of stride 1 along its weights by {@link Winograd}'s method: x and dy are transformed
 * some tiles at a time, their products summed at each of the 36 points in the order of the tiles, and the sums
 * transformed back.
 */
final class WinogradWeightGradient implements Product {

    private static final int SHARED = 1;
    private static final int OWN = 2;
    /** Bytes of transformed tiles between two meetings of the workers. */
    private static final long BLOCK = 5_000_000;
    private static final int MIN_TILES = 64;
    /** Tiles that a worker transforms at a time. */
    private static final int UNIT = 64;

    private final ConvolutionShape shape;
    private final int across;
    /** Rows of tiles in a unit, and units in an image. */
    private final int rows;
    private final int bands;
    private final int unitTiles;
    private final long pixelX;
    private final long pixelY;

    WinogradWeightGradient(ConvolutionShape shape) {
        this.shape = shape;
        int down = Math.ceilDiv(shape.out().h(), Winograd.TILE);
        this.across = Math.ceilDiv(shape.out().w(), Winograd.TILE);
        this.rows = Math.clamp(UNIT / across, 1, down);
        this.bands = Math.ceilDiv(down, rows);
        this.unitTiles = rows * across;
        this.pixelX = ChannelsLast.pixelBytes(shape.channels());
        this.pixelY = ChannelsLast.pixelBytes(shape.outputs());
    }

    @Override
    public void run(Workers workers, long x, long dy, long dw) {
        int units = shape.n() * bands;
        long perTile = Winograd.POINTS * (pixelX + pixelY);
        int together = Math.clamp(Math.max(BLOCK / perTile, MIN_TILES) / unitTiles, 1, units);
        int rowsOut = Gemm.roundUp(shape.outputs(), RowTiles.ROWS);
        long pointX = WinogradCorrelation.pointBytes((long) together * unitTiles * pixelX);
        long pointY = WinogradCorrelation.pointBytes((long) together * unitTiles * pixelY);
        long pointW = WinogradCorrelation.pointBytes(rowsOut * pixelX);
        long seen = workers.scratch(0, SHARED, Winograd.POINTS * (pointX + pointY + pointW));
        long gradients = seen + Winograd.POINTS * pointX;
        long sums = gradients + Winograd.POINTS * pointY;
        RowTiles tiles = new RowTiles(4, pixelY, 4L * RowTiles.WIDTH, pixelX, pixelX);
        for (int unit = 0; unit < units; unit += together) {
            int first = unit;
            int count = Math.min(together, units - unit);
            workers.run(count, (part, worker) -> transform(workers, worker, first + part, x, dy,
                    seen + (long) part * unitTiles * pixelX, pointX, gradients + (long) part * unitTiles * pixelY, pointY));
            workers.run(Winograd.POINTS, (p, worker) -> tiles.multiply(rowsOut, Gemm.roundUp(shape.channels(), RowTiles.WIDTH),
                    count * unitTiles, gradients + p * pointY, seen + p * pointX, sums + p * pointW, first > 0,
                    workers.floats(worker, RowTiles.TILE)));
        }
        workers.run(shape.outputs(), (output, worker) ->
                transformBack(workers, worker, sums + output * pixelX, pointW, dw + 36L * output * shape.channels()));
    }

    /** Bᵀ d B and A dY Aᵀ for a unit, as [point][tile][channel]. */
    private void transform(Workers workers, int worker, int unit, long x, long dy, long seen, long pointX, long gradients,
                           long pointY) {
        int image = unit / bands;
        int top = unit % bands * rows * Winograd.TILE;
        int lines = rows * Winograd.TILE;
        int columns = across * Winograd.TILE;
        long work = workers.scratch(worker, OWN, Winograd.WORK_BYTES + ChannelsLast.WINDOW_BYTES
                + (lines + 2L) * (columns + 2) * Math.max(pixelX, pixelY));
        long window = work + Winograd.WORK_BYTES + ChannelsLast.WINDOW_BYTES;
        ChannelsLast.window(x + 4L * image * shape.channels() * shape.in().volume(), shape.channels(), shape.in().h(),
                shape.in().w(), top - shape.pad().h(), -shape.pad().w(), lines + 2, columns + 2, window, pixelX, work);
        for (int t = 0; t < unitTiles; t++) {
            long from = window + ((long) t / across * (columns + 2) + t % across) * Winograd.TILE * pixelX;
            for (int c = 0; c < shape.channels(); c += Lanes.COUNT) {
                Winograd.input(from + 4L * c, (columns + 2) * pixelX, pixelX, seen + t * pixelX + 4L * c, pointX, work);
            }
        }
        ChannelsLast.window(dy + 4L * image * shape.outputs() * shape.out().volume(), shape.outputs(), shape.out().h(),
                shape.out().w(), top, 0, lines, columns, window, pixelY, work);
        for (int t = 0; t < unitTiles; t++) {
            long from = window + ((long) t / across * columns + t % across) * Winograd.TILE * pixelY;
            for (int o = 0; o < shape.outputs(); o += Lanes.COUNT) {
                Winograd.outputAdjoint(from + 4L * o, columns * pixelY, pixelY, gradients + t * pixelY + 4L * o, pointY, work);
            }
        }
    }

    /** Gᵀ m G for one output and all channels. */
    private void transformBack(Workers workers, int worker, long sums, long pointW, long dw) {
        long kernel = workers.scratch(worker, OWN, Winograd.WORK_BYTES + 9L * Lanes.BYTES);
        long work = kernel + 9L * Lanes.BYTES;
        for (int c = 0; c < shape.channels(); c += Lanes.COUNT) {
            Winograd.kernelAdjoint(sums + 4L * c, pointW, kernel, work);
            int count = Math.min(Lanes.COUNT, shape.channels() - c);
            for (int lane = 0; lane < count; lane++) {
                for (int t = 0; t < 9; t++) {
                    Memory.f32(dw + 36L * (c + lane) + 4L * t, Memory.f32(kernel + (long) t * Lanes.BYTES + 4L * lane));
                }
            }
        }
    }
}
