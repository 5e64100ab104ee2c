package dev.sirocco.audio.metrics;

import java.util.Arrays;

/**
 * The dynamic time warping of two sequences of vectors (Sakoe and Chiba 1978, without slope constraint or window): the
 * path from both beginnings to both ends, by steps in one or both, whose sum of Euclidean distances is least. Among
 * equals a step in both goes first, then one in the first sequence.
 *
 * @param first  the frame of the first sequence at each place of the path
 * @param second the frame of the second sequence at each place of the path
 * @param cost   the sum of the distances along the path
 */
public record TimeWarp(int[] first, int[] second, double cost) {

    private static final byte BOTH = 0;
    private static final byte IN_FIRST = 1;
    private static final byte IN_SECOND = 2;

    /**
     * @param a (frames, n), at least one frame; @param b (frames, n); time and memory grow with the product of
     *     the frames
     */
    public static TimeWarp of(float[][] a, float[][] b) {
        if (a.length == 0 || b.length == 0) {
            throw new IllegalArgumentException(a.length + " and " + b.length + " frames have no path");
        }
        byte[][] steps = new byte[a.length][b.length];
        double[] row = new double[b.length];
        Arrays.fill(row, Double.POSITIVE_INFINITY);
        for (int i = 0; i < a.length; i++) {
            double diagonal = i == 0 ? 0 : Double.POSITIVE_INFINITY;
            for (int j = 0; j < b.length; j++) {
                double above = row[j];
                double left = j == 0 ? Double.POSITIVE_INFINITY : row[j - 1];
                double least = Math.min(diagonal, Math.min(above, left));
                steps[i][j] = diagonal == least ? BOTH : above == least ? IN_FIRST : IN_SECOND;
                row[j] = least + distance(a[i], b[j]);
                diagonal = above;
            }
        }
        return backtracked(steps, row[b.length - 1]);
    }

    private static TimeWarp backtracked(byte[][] steps, double cost) {
        int i = steps.length - 1;
        int j = steps[0].length - 1;
        int[] first = new int[i + j + 1];
        int[] second = new int[i + j + 1];
        int at = first.length;
        while (i >= 0 && j >= 0) {
            first[--at] = i;
            second[at] = j;
            byte step = steps[i][j];
            i -= step == IN_SECOND ? 0 : 1;
            j -= step == IN_FIRST ? 0 : 1;
        }
        return new TimeWarp(Arrays.copyOfRange(first, at, first.length), Arrays.copyOfRange(second, at, second.length),
                cost);
    }

    private static double distance(float[] x, float[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException("vectors of " + x.length + " and " + y.length + " numbers");
        }
        double squares = 0;
        for (int i = 0; i < x.length; i++) {
            double d = x[i] - (double) y[i];
            squares += d * d;
        }
        return Math.sqrt(squares);
    }

    /** How many places the path has. */
    public int length() {
        return first.length;
    }

    /**
     * A track along the path: {@code warped(track, first())} and {@code warped(other, second())} are of one length.
     *
     * @param frames {@link #first} or {@link #second}, whichever sequence the track belongs to
     */
    public static float[] warped(float[] track, int[] frames) {
        float[] warped = new float[frames.length];
        for (int i = 0; i < frames.length; i++) {
            warped[i] = track[frames[i]];
        }
        return warped;
    }
}
