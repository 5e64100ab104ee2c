package dev.sirocco.audio.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Where a recording of several sentences pauses between them. */
public final class Pauses {

    /** Frames that a pause between sentences has at least: 0.16 s at 16 ms. */
    private static final int SHORTEST = 10;
    /** Of the way from the quietest frames to the loudest: below it is silence. */
    private static final double QUIET = 0.25;

    private Pauses() {}

    /**
     * The frames at which to cut, in the middle of pauses: of all ways to choose these, the one by which the parts are
     * most nearly as long as is expected.
     *
     * @param frames logarithmic spectra, a row each
     * @param weights of the parts: how much is said in each, in any unit
     * @return one cut fewer than parts; none if there are too few pauses
     */
    public static Optional<int[]> between(float[][] frames, int[] weights) {
        List<Integer> ends = new ArrayList<>(List.of(0));
        ends.addAll(pauses(frames));
        ends.add(frames.length);
        int parts = weights.length;
        int n = ends.size();
        if (n - 1 < parts) {
            return Optional.empty();
        }
        double scale = frames.length / (double) Arrays.stream(weights).sum();
        double[][] best = new double[parts + 1][n];                   // the least error of so many parts up to this end
        int[][] from = new int[parts + 1][n];
        for (double[] row : best) {
            Arrays.fill(row, Double.POSITIVE_INFINITY);
        }
        best[0][0] = 0;
        for (int part = 1; part <= parts; part++) {
            for (int end = 1; end < n; end++) {
                for (int start = 0; start < end; start++) {
                    double error = ends.get(end) - ends.get(start) - scale * weights[part - 1];
                    double sum = best[part - 1][start] + error * error;
                    if (sum < best[part][end]) {
                        best[part][end] = sum;
                        from[part][end] = start;
                    }
                }
            }
        }
        int[] cuts = new int[parts - 1];
        int end = from[parts][n - 1];
        for (int part = parts - 1; part > 0; part--) {
            cuts[part - 1] = ends.get(end);
            end = from[part][end];
        }
        return Optional.of(cuts);
    }

    /** The middles of pauses, those at the beginning and the end left out. */
    private static List<Integer> pauses(float[][] frames) {
        double[] loudness = Arrays.stream(frames).mapToDouble(Pauses::mean).toArray();
        double[] sorted = loudness.clone();
        Arrays.sort(sorted);
        double quietest = sorted[sorted.length / 20];
        double loudest = sorted[sorted.length - 1 - sorted.length / 20];
        double threshold = quietest + QUIET * (loudest - quietest);
        List<Integer> middles = new ArrayList<>();
        int start = -1;                                                // of the present pause; -1 while somebody speaks
        boolean hasSpoken = false;
        for (int f = 0; f < loudness.length; f++) {
            if (loudness[f] < threshold) {
                start = start < 0 ? f : start;
            } else {
                if (start >= 0 && hasSpoken && f - start >= SHORTEST) {
                    middles.add((start + f) / 2);
                }
                start = -1;
                hasSpoken = true;
            }
        }
        return middles;
    }

    private static double mean(float[] frame) {
        double sum = 0;
        for (float x : frame) {
            sum += x;
        }
        return sum / frame.length;
    }
}
