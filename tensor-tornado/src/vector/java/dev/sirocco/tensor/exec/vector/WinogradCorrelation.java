package dev.sirocco.tensor.exec.vector;

/**
 * A 3×3 convolution of stride 1, or its adjoint, which is one with the kernel turned round, by {@link Winograd}'s
 * method: a block of tiles at a time is transformed, multiplied at each of the 36 points, and transformed back.
 */
final class WinogradCorrelation implements Product {

    /** Bytes of transformed tiles and products that a worker works on at a time: L2. */
    private static final long BLOCK = 1_250_000;
    private static final int MIN_TILES = 48;
    private static final int MAX_TILES = 128;
    /** Below so many tiles, transforming the kernels takes a share of the time that is worth keeping four times w. */
    private static final int KEPT_TILES = 64;

    private final int images;
    private final int channels;
    private final int outputs;
    private final int height;
    private final int width;
    private final int outHeight;
    private final int outWidth;
    private final int top;
    private final int left;
    private final Weights kernels;
    private final boolean keepsKernels;
    /** The kernels' transforms where they are kept, from the first run on. */
    private float[] kept;

    /**
     * Where the weights lie: bytes from a channel of the source, or the target, to the next, and whether they are
     * turned.
     */
    private record Weights(long channel, long output, boolean turned) {
        long tap(int t) {
            return 4L * (turned ? 8 - t : t);
        }
    }

    private WinogradCorrelation(int images, int channels, int outputs, ConvolutionShape.Spatial source,
                                ConvolutionShape.Spatial target, int top, int left, Weights kernels,
                                boolean isConstantW) {
        this.images = images;
        this.channels = channels;
        this.outputs = outputs;
        this.height = source.h();
        this.width = source.w();
        this.outHeight = target.h();
        this.outWidth = target.w();
        this.top = top;
        this.left = left;
        this.kernels = kernels;
        int tiles = images * Math.ceilDiv(outHeight, Winograd.TILE) * Math.ceilDiv(outWidth, Winograd.TILE);
        keepsKernels = isConstantW && tiles < KEPT_TILES;
    }

    static WinogradCorrelation forward(ConvolutionShape s, boolean isConstantW) {
        return new WinogradCorrelation(s.n(), s.channels(), s.outputs(), s.in(), s.out(), -s.pad().h(), -s.pad().w(),
                new Weights(36, 36L * s.channels(), false), isConstantW);
    }

    static WinogradCorrelation adjoint(ConvolutionShape s) {
        return new WinogradCorrelation(s.n(), s.outputs(), s.channels(), s.out(), s.in(), s.pad().h() - 2,
                s.pad().w() - 2, new Weights(36L * s.channels(), 36, true), false);
    }

    @Override
    public void run(Workers workers, long source, long w, long target) {
        int panels = panels();
        int point = pointSize(panels * channels * RowTiles.WIDTH);
        float[] transformed = kept != null ? kept : transform(workers, w, point);
        int down = Math.ceilDiv(outHeight, Winograd.TILE);
        int across = Math.ceilDiv(outWidth, Winograd.TILE);
        int tiles = (int) Math.clamp(BLOCK / (4L * Winograd.POINTS * (channels + outputs)), MIN_TILES, MAX_TILES);
        int rows = Math.clamp(tiles / across, 1, down);
        int together = rows < down ? 1 : Math.clamp(tiles / (across * down), 1, images);
        int bands = Math.ceilDiv(down, rows);
        int blocks = Math.ceilDiv(images, together) * bands;
        int count = workers.count();
        int share = blocks % count == 0 || blocks >= 4 * count ? panels : Math.ceilDiv(panels, count);
        int shares = Math.ceilDiv(panels, share);
        workers.run(blocks * shares, (part, worker) -> {
            int image = part / shares / bands * together;
            int row = part / shares % bands * rows;
            int panel = part % shares * share;
            new Block(workers, worker, image, Math.min(together, images - image), row, Math.min(rows, down - row),
                    across, panel, Math.min(share, panels - panel)).run(source, transformed, point, target);
        });
    }

    private int panels() {
        return Math.ceilDiv(outputs, RowTiles.WIDTH);
    }

    @Override
    public long keptBytes() {
        return keepsKernels ? 4L * Winograd.POINTS * pointSize(panels() * channels * RowTiles.WIDTH) : 0;
    }

    private float[] transform(Workers workers, long w, int point) {
        long size = (long) Winograd.POINTS * point;
        float[] transformed = keepsKernels ? new float[Math.toIntExact(RowTiles.START + size)] : RowTiles.shared(size);
        int pieces = Math.ceilDiv(channels, 64);
        workers.run(panels() * pieces, (part, worker) ->
                transform(workers, worker, w, part / pieces, part % pieces * 64, transformed, point));
        kept = keepsKernels ? transformed : null;
        return transformed;
    }

    /** Not a power of two, so that the same element of all points does not fall into the same few cache lines. */
    static int pointSize(int size) {
        return size % 128 == 0 ? size + Floats.LANES : size;
    }

    /** G g Gᵀ of a panel of outputs, as [point][panel][channel][output of the panel]. */
    private void transform(Workers workers, int worker, long w, int panel, int channel, float[] transformed,
            int point) {
        int kernel = RowTiles.START;
        int work = kernel + 9 * Floats.LANES;
        float[] own = RowTiles.own(workers, worker, 9 * Floats.LANES + Winograd.WORK);
        int end = Math.min(channels, channel + 64);
        for (int c = channel; c < end; c++) {
            for (int half = 0; half < 2; half++) {
                int output = panel * RowTiles.WIDTH + half * Floats.LANES;
                int count = Math.clamp(outputs - output, 0, Floats.LANES);
                for (int lane = 0; lane < count; lane++) {
                    long from = w + c * kernels.channel + (output + lane) * kernels.output;
                    for (int t = 0; t < 9; t++) {
                        own[kernel + t * Floats.LANES + lane] = Memory.f32(from + kernels.tap(t));
                    }
                }
                Winograd.kernel(own, kernel, transformed, RowTiles.START + (panel * channels + c) * RowTiles.WIDTH
                        + half * Floats.LANES, point, work);
            }
        }
    }

    /** Tiles of some images, or of a band of one, and the panels of outputs that are computed for them. */
    private final class Block {
        private final int image;
        private final int count;
        private final int row;
        private final int rows;
        private final int across;
        private final int firstPanel;
        private final int panels;
        private final int tiles;
        private final int lines;
        private final int columns;
        private final int pixel;
        private final int outPixel;
        private final int pointIn;
        private final int pointOut;
        private final float[] own;
        private final int seen;
        private final int products;
        private final int pixels;
        private final int work;

        Block(Workers workers, int worker, int image, int count, int row, int rows, int across, int firstPanel,
                int panels) {
            this.image = image;
            this.count = count;
            this.row = row;
            this.rows = rows;
            this.across = across;
            this.firstPanel = firstPanel;
            this.panels = panels;
            this.tiles = count * rows * across;
            this.lines = rows * Winograd.TILE + 2;
            this.columns = across * Winograd.TILE + 2;
            this.pixel = ChannelsLast.pixel(channels);
            this.outPixel = ChannelsLast.pixel(panels * RowTiles.WIDTH);
            int padded = Gemm.roundUp(tiles, RowTiles.ROWS);
            this.pointIn = pointSize(padded * pixel);
            this.pointOut = pointSize(padded * outPixel);
            int windows = count * lines * columns * Math.max(pixel, outPixel);
            this.seen = RowTiles.START;
            this.products = seen + Winograd.POINTS * pointIn;
            this.pixels = products + Winograd.POINTS * pointOut;
            this.work = pixels + windows;
            this.own = RowTiles.own(workers, worker, work + Winograd.WORK + 16L * Floats.LANES + ChannelsLast.WINDOW);
        }

        void run(long source, float[] kernels, int point, long target) {
            transformInput(source);
            RowTiles tile = new RowTiles(false, pixel, channels * RowTiles.WIDTH, RowTiles.WIDTH, outPixel);
            for (int p = 0; p < Winograd.POINTS; p++) {
                tile.multiply(Gemm.roundUp(tiles, RowTiles.ROWS), panels * RowTiles.WIDTH, channels, own,
                        seen + p * pointIn, kernels, RowTiles.START + p * point
                        + firstPanel * channels * RowTiles.WIDTH, own, products + p * pointOut, false, own);
            }
            transformOutput(target);
        }

        private void transformInput(long source) {
            for (int i = 0; i < count; i++) {
                int window = pixels + i * lines * columns * pixel;
                ChannelsLast.window(source + 4L * (image + i) * channels * height * width, channels, height, width,
                        row * Winograd.TILE + top, left, lines, columns, own, window, pixel, work);
                for (int t = 0; t < rows * across; t++) {
                    int from = window + (t / across * columns + t % across) * Winograd.TILE * pixel;
                    int to = seen + (i * rows * across + t) * pixel;
                    for (int c = 0; c < channels; c += Floats.LANES) {
                        Winograd.input(own, from + c, columns * pixel, pixel, own, to + c, pointIn, work);
                    }
                }
            }
        }

        private void transformOutput(long target) {
            int first = firstPanel * RowTiles.WIDTH;
            int channelsOut = Math.min(outputs - first, panels * RowTiles.WIDTH);
            int outLines = Math.min(rows * Winograd.TILE, outHeight - row * Winograd.TILE);
            int places = work + Winograd.WORK;
            for (int i = 0; i < count; i++) {
                for (int t = 0; t < rows * across; t++) {
                    int from = products + (i * rows * across + t) * outPixel;
                    int line = t / across * Winograd.TILE;
                    int column = t % across * Winograd.TILE;
                    int tileLines = Math.min(Winograd.TILE, outLines - line);
                    int tileColumns = Math.min(Winograd.TILE, outWidth - column);
                    for (int o = 0; o < channelsOut; o += Floats.LANES) {
                        Winograd.output(own, from + o, pointOut, places, work);
                        for (int y = 0; y < tileLines; y++) {
                            for (int x = 0; x < tileColumns; x++) {
                                RowTiles.at(own, places + (y * Winograd.TILE + x) * Floats.LANES)
                                        .intoArray(own, pixels + ((line + y) * outWidth + column + x) * outPixel + o);
                            }
                        }
                    }
                }
                long to = target + 4L * (((long) (image + i) * outputs + first) * outHeight
                        + (long) row * Winograd.TILE) * outWidth;
                ChannelsLast.scatter(own, pixels, outPixel, channelsOut, outLines * outWidth, to,
                        4L * outHeight * outWidth, work);
            }
        }
    }
}
