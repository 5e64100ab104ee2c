package dev.sirocco.tensor.exec.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Pixels with their channels side by side, the order in which products of rows need them, from and to the order of
 * the tensors, in which a channel's pixels lie side by side.
 */
final class ChannelsLast {

    private static final VectorSpecies<Float> S = Lanes.F32;
    private static final int LANES = Lanes.COUNT;
    /** Room for a square of vectors. */
    static final long SQUARE_BYTES = LANES * Lanes.BYTES;
    /** Room for {@link #window}. */
    static final long WINDOW_BYTES = 2 * SQUARE_BYTES;
    /** Pixels that a worker takes at a time. */
    private static final int PART = 1024;
    private static final int SQUARE_SLOT = 3;

    private ChannelsLast() {}

    /** Bytes of a pixel: a whole number of panels, and not such that pixels fall into the same few cache lines. */
    static long pixelBytes(int channels) {
        int padded = Gemm.roundUp(channels, RowTiles.WIDTH);
        return 4L * (padded % 128 == 0 ? padded + LANES : padded);
    }

    /** Elements to be left free behind pixels, since whole vectors are copied. */
    static long slackBytes() {
        return 16L * Lanes.BYTES;
    }

    /** Bytes of all pixels of a tensor, with what may be read and written behind them. */
    static long bytes(int images, int channels, int pixels) {
        return images * (long) pixels * pixelBytes(channels) + slackBytes();
    }

    /** A tensor (images, channels, pixels) to pixels with their channels side by side, on all workers. */
    static void gather(Workers workers, long source, int images, int channels, int pixels, long target) {
        int pieces = Math.ceilDiv(pixels, PART);
        long pixel = pixelBytes(channels);
        workers.run(images * pieces, (part, worker) -> {
            int image = part / pieces;
            int from = part % pieces * PART;
            gather(source + 4L * ((long) image * channels * pixels + from), 4L * pixels, channels,
                    Math.min(PART, pixels - from), target + ((long) image * pixels + from) * pixel, pixel,
                    workers.scratch(worker, SQUARE_SLOT, SQUARE_BYTES));
        });
    }

    /**
     * Pixels from channels.
     *
     * @param channel bytes from a channel to the next in the source
     * @param pixel   bytes from a pixel to the next in the target
     */
    static void gather(long source, long channel, int channels, int pixels, long target, long pixel, long square) {
        for (int c = 0; c < channels; c += LANES) {
            int rows = Math.min(LANES, channels - c);
            if (pixels < LANES) {
                for (int p = 0; p < pixels; p++) {
                    for (int i = c; i < c + rows; i++) {
                        Memory.f32(target + p * pixel + 4L * i, Memory.f32(source + i * channel + 4L * p));
                    }
                }
            } else {
                for (int p = 0; p < pixels; p += LANES) {
                    int q = Math.min(p, pixels - LANES);
                    transpose(source + c * channel + 4L * q, channel, rows, target + q * pixel + 4L * c, pixel, LANES, square);
                }
            }
        }
    }

    /** Channels from pixels: the inverse of {@link #gather}. */
    static void scatter(long source, long pixel, int channels, int pixels, long target, long channel, long square) {
        for (int c = 0; c < channels; c += LANES) {
            int rows = Math.min(LANES, channels - c);
            if (pixels < LANES) {
                for (int i = c; i < c + rows; i++) {
                    for (int p = 0; p < pixels; p++) {
                        Memory.f32(target + i * channel + 4L * p, Memory.f32(source + p * pixel + 4L * i));
                    }
                }
            } else {
                for (int p = 0; p < pixels; p += LANES) {
                    int q = Math.min(p, pixels - LANES);
                    transpose(source + q * pixel + 4L * c, pixel, LANES, target + c * channel + 4L * q, channel, rows, square);
                }
            }
        }
    }

    /**
     * A window of an image, channels-last, with zeros for what lies outside the image.
     *
     * @param source the image (channels, height, width)
     * @param top    the window's first line, which may be negative
     * @param left   its first column, not positive
     * @param pixel  bytes from a pixel of the window to the next; its lines follow each other without gaps
     */
    static void window(long source, int channels, int height, int width, int top, int left, int lines, int columns,
                       long target, long pixel, long square) {
        int first = Math.max(0, top);
        int end = Math.min(height, top + lines);
        for (int line = 0; line < lines; line++) {
            long start = target + (long) line * columns * pixel;
            boolean inside = line + top >= first && line + top < end;
            int right = Math.min(columns, width - left);
            zero(start, start + (inside ? -left : columns) * pixel);
            zero(start + right * pixel, start + (inside ? columns : right) * pixel);
        }
        int pixels = (end - first) * width;
        long channel = 4L * height * width;
        for (int c = 0; c < channels; c += LANES) {
            int rows = Math.min(LANES, channels - c);
            for (int p = 0; p < pixels; p += LANES) {
                int q = Math.max(0, Math.min(p, pixels - LANES));
                int count = Math.min(LANES, pixels);
                long from = source + c * channel + 4L * (first * width + q);
                long temporary = square + SQUARE_BYTES;
                gather(from, channel, rows, count, temporary, Lanes.BYTES, square);
                int line = q / width;
                int column = q % width;
                for (int i = 0; i < count; i++) {
                    if (column - left < columns) {
                        Lanes.put(target + ((long) (line + first - top) * columns + column - left) * pixel + 4L * c,
                                Lanes.floats(temporary + (long) i * Lanes.BYTES));
                    }
                    if (++column == width) {
                        column = 0;
                        line++;
                    }
                }
            }
        }
    }

    private static void zero(long from, long to) {
        for (long at = from; at < to; at += Lanes.BYTES) {
            Lanes.put(at, FloatVector.zero(S));
        }
    }

    /**
     * Transposes a square of vectors by exchanging ever smaller off-diagonal squares. Of the source {@code rowsIn}
     * rows exist, of the target {@code rowsOut} are written.
     */
    static void transpose(long source, long row, int rowsIn, long target, long targetRow, int rowsOut, long square) {
        for (int i = 0; i < LANES; i++) {
            Lanes.put(square + i * Lanes.BYTES, Lanes.floats(source + Math.min(i, rowsIn - 1) * row));
        }
        if (LANES > 8) {
            exchange(square, 8, SWAP8, UPPER8);
        }
        if (LANES > 4) {
            exchange(square, 4, SWAP4, UPPER4);
        }
        exchange(square, 2, SWAP2, UPPER2);
        exchange(square, 1, SWAP1, UPPER1);
        for (int i = 0; i < rowsOut; i++) {
            Lanes.put(target + i * targetRow, Lanes.floats(square + i * Lanes.BYTES));
        }
    }

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

    private static void exchange(long square, int size, VectorShuffle<Float> swap, VectorMask<Float> upper) {
        for (int pair = 0; pair < LANES / 2; pair++) {
            long i = square + (pair / size * 2 * size + pair % size) * Lanes.BYTES;
            long j = i + size * Lanes.BYTES;
            FloatVector x = Lanes.floats(i);
            FloatVector y = Lanes.floats(j);
            Lanes.put(i, x.blend(y.rearrange(swap), upper));
            Lanes.put(j, x.rearrange(swap).blend(y, upper));
        }
    }
}
