package dev.sirocco.tensor.exec.vector;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Pixels with their channels side by side, the order in which products of rows need them, from and to the order of
 * the tensors, in which a channel's pixels lie side by side.
 */
final class ChannelsLast {

    private static final VectorSpecies<Float> S = Floats.S;
    private static final int LANES = Floats.LANES;
    /** Room for a square of vectors. */
    static final int SQUARE = LANES * LANES;
    /** Room for {@link #window}. */
    static final int WINDOW = 2 * SQUARE;
    /** Elements to be left free behind pixels, since whole vectors are copied. */
    static final int SLACK = 16 * LANES;
    /** Pixels that a worker takes at a time. */
    private static final int PART = 1024;

    private static final VectorShuffle<Float> SWAP8 = swap(8), SWAP4 = swap(4), SWAP2 = swap(2), SWAP1 = swap(1);
    private static final VectorMask<Float> UPPER8 = upper(8), UPPER4 = upper(4), UPPER2 = upper(2), UPPER1 = upper(1);

    private static VectorShuffle<Float> swap(int size) {
        return VectorShuffle.fromOp(S, lane -> (lane ^ size) % LANES);
    }

    private static VectorMask<Float> upper(int size) {
        long lanes = 0;
        for (int lane = 0; lane < LANES; lane++) {
            lanes |= (lane & size) != 0 ? 1L << lane : 0;
        }
        return VectorMask.fromLong(S, lanes);
    }

    private ChannelsLast() {}

    /** Elements of a pixel: a whole number of panels, and not such that pixels fall into the same few cache lines. */
    static int pixel(int channels) {
        int padded = Gemm.roundUp(channels, RowTiles.WIDTH);
        return padded % 128 == 0 ? padded + LANES : padded;
    }

    /** Elements of all pixels of a tensor, with what may be read and written behind them. */
    static int size(int images, int channels, int pixels) {
        return Math.toIntExact((long) images * pixels * pixel(channels) + SLACK);
    }

    /** A tensor (images, channels, pixels) to pixels with their channels side by side, on all workers. */
    static void gather(Workers workers, long source, int images, int channels, int pixels, float[] to, int target) {
        int pieces = Math.ceilDiv(pixels, PART);
        int pixel = pixel(channels);
        workers.run(images * pieces, (part, worker) -> {
            int image = part / pieces;
            int from = part % pieces * PART;
            float[] own = RowTiles.own(workers, worker, SQUARE);
            gather(source + 4L * ((long) image * channels * pixels + from), 4L * pixels, channels,
                    Math.min(PART, pixels - from), to, target + (image * pixels + from) * pixel, pixel, own,
                    RowTiles.START);
        });
    }

    /**
     * Pixels from channels.
     *
     * @param channel bytes from a channel to the next in the source
     * @param pixel   elements from a pixel to the next in the target
     * @param own     an array with room for a square of vectors from {@code square} on
     */
    private static void gather(long source, long channel, int channels, int pixels, float[] to, int target, int pixel,
                               float[] own, int square) {
        for (int c = 0; c < channels; c += LANES) {
            int rows = Math.min(LANES, channels - c);
            for (int p = 0; p < pixels; p += LANES) {
                int q = Math.max(0, Math.min(p, pixels - LANES));
                gatherSquare(source + c * channel + 4L * q, channel, rows, Math.min(LANES, pixels), to,
                        target + q * pixel + c, pixel, own, square);
            }
        }
    }

    /** At most one vector of pixels and of channels. */
    private static void gatherSquare(long source, long channel, int channels, int pixels, float[] to, int target,
                                     int pixel, float[] own, int square) {
        if (pixels < LANES) {
            for (int p = 0; p < pixels; p++) {
                for (int c = 0; c < channels; c++) {
                    to[target + p * pixel + c] = Memory.f32(source + c * channel + 4L * p);
                }
            }
            return;
        }
        for (int i = 0; i < LANES; i++) {
            Floats.load(source + Math.min(i, channels - 1) * channel).intoArray(own, square + i * LANES);
        }
        transpose(own, square);
        for (int i = 0; i < LANES; i++) {
            RowTiles.at(own, square + i * LANES).intoArray(to, target + i * pixel);
        }
    }

    /** Channels from pixels: the inverse of {@link #gather}. */
    static void scatter(float[] from, int source, int pixel, int channels, int pixels, long target, long channel,
            int square) {
        for (int c = 0; c < channels; c += LANES) {
            int rows = Math.min(LANES, channels - c);
            for (int p = 0; p < pixels; p += LANES) {
                int q = Math.max(0, Math.min(p, pixels - LANES));
                int first = source + q * pixel + c;
                long to = target + c * channel + 4L * q;
                if (pixels < LANES) {
                    scatterScalars(from, first, pixel, rows, pixels, to, channel);
                } else {
                    for (int i = 0; i < LANES; i++) {
                        RowTiles.at(from, first + i * pixel).intoArray(from, square + i * LANES);
                    }
                    transpose(from, square);
                    for (int i = 0; i < rows; i++) {
                        Floats.store(to + i * channel, RowTiles.at(from, square + i * LANES));
                    }
                }
            }
        }
    }

    private static void scatterScalars(float[] from, int source, int pixel, int channels, int pixels, long target,
            long channel) {
        for (int c = 0; c < channels; c++) {
            for (int p = 0; p < pixels; p++) {
                Memory.f32(target + c * channel + 4L * p, from[source + p * pixel + c]);
            }
        }
    }

    /**
     * A window of an image, channels-last, with zeros for what lies outside the image.
     *
     * @param source the image (channels, height, width)
     * @param top    the window's first line, which may be negative
     * @param left   its first column, not positive
     * @param pixel  elements from a pixel of the window to the next; its lines follow each other without gaps
     * @param square where {@link #WINDOW} elements of the array are free
     */
    static void window(long source, int channels, int height, int width, int top, int left, int lines, int columns,
                       float[] to, int target, int pixel, int square) {
        int first = Math.max(0, top);
        int end = Math.min(height, top + lines);
        int right = Math.min(columns, width - left);
        for (int line = 0; line < lines; line++) {
            int start = target + line * columns * pixel;
            boolean inside = line + top >= first && line + top < end;
            Arrays.fill(to, start, start + (inside ? -left : columns) * pixel, 0);
            Arrays.fill(to, start + right * pixel, start + columns * pixel, 0);
        }
        int pixels = (end - first) * width;
        long channel = 4L * height * width;
        int temporary = square + SQUARE;
        for (int c = 0; c < channels; c += LANES) {
            int rows = Math.min(LANES, channels - c);
            for (int p = 0; p < pixels; p += LANES) {
                int q = Math.max(0, Math.min(p, pixels - LANES));
                int count = Math.min(LANES, pixels);
                gatherSquare(source + c * channel + 4L * (first * width + q), channel, rows, count, to, temporary,
                        LANES, to, square);
                int line = q / width + first - top;
                int column = q % width - left;
                for (int i = 0; i < count; i++) {
                    if (column < columns) {
                        RowTiles.at(to, temporary + i * LANES).intoArray(to,
                                target + (line * columns + column) * pixel + c);
                    }
                    if (++column == width - left) {
                        column = -left;
                        line++;
                    }
                }
            }
        }
    }

    /** Transposes a square of vectors by exchanging ever smaller off-diagonal squares. */
    private static void transpose(float[] m, int square) {
        if (LANES > 8) {
            exchange(m, square, 8, SWAP8, UPPER8);
        }
        if (LANES > 4) {
            exchange(m, square, 4, SWAP4, UPPER4);
        }
        exchange(m, square, 2, SWAP2, UPPER2);
        exchange(m, square, 1, SWAP1, UPPER1);
    }

    private static void exchange(float[] m, int square, int size, VectorShuffle<Float> swap, VectorMask<Float> upper) {
        for (int pair = 0; pair < LANES / 2; pair++) {
            int i = square + (pair / size * 2 * size + pair % size) * LANES;
            int j = i + size * LANES;
            FloatVector x = RowTiles.at(m, i);
            FloatVector y = RowTiles.at(m, j);
            x.blend(y.rearrange(swap), upper).intoArray(m, i);
            x.rearrange(swap).blend(y, upper).intoArray(m, j);
        }
    }
}
