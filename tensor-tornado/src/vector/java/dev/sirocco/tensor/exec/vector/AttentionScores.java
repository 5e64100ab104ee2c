package dev.sirocco.tensor.exec.vector;

import static dev.sirocco.tensor.exec.vector.Floats.LANES;
import static dev.sirocco.tensor.exec.vector.Floats.S;
import static dev.sirocco.tensor.exec.vector.Floats.broadcast;
import static dev.sirocco.tensor.exec.vector.Tiles.W;
import static dev.sirocco.tensor.exec.vector.Tiles.at;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * A block of scores, (keys × W queries): a column is a query, so that the softmaxes of W queries run side by side in
 * two vectors.
 */
final class AttentionScores {

    private static final FloatVector COUNTING = FloatVector.zero(S).addIndex(1);

    private AttentionScores() {}

    /**
     * What the scores of {@code rows} keys from {@code key} on are before q kᵀ is added: -∞ where a query does not see
     * a key, else the ALiBi bias, or 0.
     *
     * @param query the place of the first column's query
     * @param end the number of keys that any query sees
     */
    static void begin(float[] x, int scores, int rows, int key, int end, int query, boolean causal, float slope) {
        int seen = Math.min(rows, end - key);
        if (slope == 0 && (!causal || key + seen - 1 <= query)) {
            Arrays.fill(x, scores, scores + seen * W, 0);
        } else {
            float least = causal ? 0 : Float.NEGATIVE_INFINITY;
            for (int half = 0; half < W; half += LANES) {
                begin(x, scores + half, seen, query + half - key, least, slope);
            }
        }
        Arrays.fill(x, scores + seen * W, scores + rows * W, Float.NEGATIVE_INFINITY);
    }

    /** Distances below {@code least} are hidden. */
    private static void begin(float[] x, int scores, int rows, int distance, float least, float slope) {
        FloatVector d = COUNTING.add(distance);
        for (int i = 0; i < rows; i++) {
            d.mul(-slope).blend(Float.NEGATIVE_INFINITY, d.lt(least)).intoArray(x, scores + i * W);
            d = d.sub(1);
        }
    }

    /**
     * Replaces scores by exp(score - max), max being the largest of each column so far.
     *
     * @param max of each column, updated
     * @param sum of each column, updated
     * @param decay by how much what was summed with the old maxima has to shrink: set
     * @return whether any decay is not 1
     */
    static boolean softmax(float[] x, int scores, int rows, int max, int sum, int decay) {
        FloatVector old0 = at(x, max), old1 = at(x, max + LANES);
        FloatVector max0 = old0, max1 = old1;
        for (int i = 0; i < rows; i++) {
            max0 = max0.max(at(x, scores + i * W));
            max1 = max1.max(at(x, scores + i * W + LANES));
        }
        max0.intoArray(x, max);
        max1.intoArray(x, max + LANES);
        Floats.exp(old0.sub(max0)).intoArray(x, decay);
        Floats.exp(old1.sub(max1)).intoArray(x, decay + LANES);
        for (int half = 0; half < W; half += LANES) {
            exp(x, scores + half, rows, max + half, sum + half, decay + half);
        }
        return !max0.eq(old0).allTrue() || !max1.eq(old1).allTrue();
    }

    /** One vector of columns. The sum stays in a register: a method that returned it would hand it over in memory. */
    private static void exp(float[] x, int scores, int rows, int max, int sum, int decay) {
        FloatVector shift = at(x, max), total = at(x, sum).mul(at(x, decay));
        for (int i = 0; i < rows; i++) {
            FloatVector e = Floats.exp(at(x, scores + i * W).sub(shift));
            e.intoArray(x, scores + i * W);
            total = total.add(e);
        }
        total.intoArray(x, sum);
    }

    /** Sets {@code factors} to 1 / sum, and sums to the logSumExp of all scores, max + ln sum. */
    static void finish(float[] x, int max, int sum, int factors) {
        for (int half = 0; half < W; half += LANES) {
            FloatVector total = at(x, sum + half);
            broadcast(1).div(total).intoArray(x, factors + half);
            at(x, max + half).add(Functions.logOfNormal(total)).intoArray(x, sum + half);
        }
    }

    /**
     * Replaces scores by weights = exp(score - logSumExp), and gradients of weights by those of scores: weight ·
     * gradient.
     */
    static void backward(float[] x, int scores, int gradients, int rows, int logSumExp) {
        for (int half = 0; half < W; half += LANES) {
            FloatVector shift = at(x, logSumExp + half);
            for (int i = half; i < rows * W; i += W) {
                FloatVector weight = Floats.exp(at(x, scores + i).sub(shift));
                weight.intoArray(x, scores + i);
                weight.mul(at(x, gradients + i)).intoArray(x, gradients + i);
            }
        }
    }

    /** Sets each of {@code rows} rows to the row at {@code values}. */
    static void fill(float[] x, int target, int rows, int values) {
        FloatVector left = at(x, values), right = at(x, values + LANES);
        for (int i = 0; i < rows; i++) {
            left.intoArray(x, target + i * W);
            right.intoArray(x, target + i * W + LANES);
        }
    }

    /** Multiplies row i of a panel of W rows by {@code factors[i]}. */
    static void scaleRows(float[] x, int panel, int factors) {
        for (int i = 0; i < W; i++) {
            FloatVector factor = broadcast(x[factors + i]);
            at(x, panel + i * W).mul(factor).intoArray(x, panel + i * W);
            at(x, panel + i * W + LANES).mul(factor).intoArray(x, panel + i * W + LANES);
        }
    }
}
