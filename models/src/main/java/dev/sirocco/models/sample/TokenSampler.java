package dev.sirocco.models.sample;

import dev.sirocco.tensor.fast.Softmax;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.UserError;

/**
 * Draws the next token from logits, within the graph, so that nothing but the token leaves the device. The settings
 * enter as numbers: one program serves all.
 *
 * @param vocabulary only so many tokens can be drawn, the first ones: those that a tokenizer has. A network may have
 *     logits for more, so that their number is a round one.
 */
public record TokenSampler(int vocabulary) {

    /** How many numbers {@link #sample} takes. */
    public static final int NUMBERS = 4;
    /** In place of a token, where logits are NaN. */
    public static final int NONE = -1;

    /**
     * How adventurous to be.
     *
     * @param temperature logits are divided by it; 0 takes the most likely token always
     * @param topK only so many of the most likely tokens; 0 for no limit
     * @param topP only the most likely tokens that together reach this probability (Holtzman et al. 2020); 1 for no
     *     limit
     * @param minP only tokens at least so likely, relative to the most likely (Nguyen et al. 2024); 0 for no limit
     */
    public record Settings(double temperature, int topK, double topP, double minP) {

        /** @throws UserError if a number is out of its range */
        public Settings {
            require(temperature >= 0, "temperature", temperature, "0 or more");
            require(topK >= 0, "top-k", topK, "0 (off) or more");
            require(topP > 0 && topP <= 1, "top-p", topP, "above 0 and at most 1 (off)");
            require(minP >= 0 && minP <= 1, "min-p", minP, "from 0 (off) to 1");
        }

        /** The model's own distribution. */
        public static Settings plain() {
            return new Settings(1, 0, 1, 0);
        }

        public static Settings greedy() {
            return new Settings(0, 0, 1, 0);
        }

        public float[] numbers() {
            return new float[] {(float) temperature, topK, (float) topP, (float) minP};
        }

        private static void require(boolean isMet, String name, double value, String range) {
            if (!isMet) {
                throw new UserError(name + " must be " + range + ", not " + value);
            }
        }
    }

    /**
     * Traces the drawing of a token for each row; the graph needs a source of random numbers.
     *
     * @param all logits, (B, {@link #vocabulary} or more)
     * @param numbers of the {@link Settings}, F32 [{@link #NUMBERS}]
     * @return I32 (B); {@link #NONE} where no token could be drawn
     */
    public Tensor sample(Tensor all, Tensor numbers) {
        Graph g = all.graph();
        int n = vocabulary;
        Tensor logits = all.dim(-1) == n ? all : all.slice(-1, 0, n);                    // (B, n)
        Tensor temperature = numbers.slice(0, 0, 1);
        Tensor topK = numbers.slice(0, 1, 2);
        Tensor topP = numbers.slice(0, 2, 3);
        Tensor minP = numbers.slice(0, 3, 4);

        Tensor order = logits.topK(n);                                                   // (B, n), most likely first
        Tensor sorted = logits.takeAlong(order);
        Tensor rank = g.range(n).cast(DType.F32);                                        // (n)
        Tensor within = rank.less(topK.equalTo(topK.like(0)).where(topK.like(n), topK)); // (n)
        Tensor scaled = sorted.sub(sorted.slice(-1, 0, 1)).div(temperature.maximum(1e-6));
        Tensor p = g.add(new Softmax(), within.where(scaled, scaled.like(Double.NEGATIVE_INFINITY)));
        Tensor before = p.cumulativeSum(-1).sub(p);                                      // what the likelier ones have
        Tensor isKept = before.less(topP).mul(p.greaterEqual(p.slice(-1, 0, 1).mul(minP)));

        Tensor cumulative = p.mul(isKept).cumulativeSum(-1);                             // (B, n)
        Tensor drawn = g.uniform(Shape.of(logits.dim(0), 1)).mul(cumulative.slice(-1, n - 1, n));
        Tensor index = cumulative.lessEqual(drawn).sumKeep(-1);                          // (B, 1)
        Tensor last = isKept.mul(within).sumKeep(-1).sub(1);                             // rounding must not pass it
        Tensor chosen = index.mul(temperature.greater(0)).minimum(last).cast(DType.I32); // (B, 1), -1 of NaN
        return g.range(n).equalTo(chosen).where(order, order.like(NONE)).max(-1);        // (B)
    }
}
