package dev.sirocco.apps.write;

import dev.sirocco.models.zoo.Gpt;

/** The bytes that a run takes at the least, known before anything is allocated. */
final class Footprint {

    private Footprint() {}

    /** Weights, gradients, what the optimiser remembers of them, and of each layer what its gradient needs. */
    static long training(Gpt.Config c, int batch) {
        double tokens = (double) batch * c.context();
        double activations = tokens * (c.layers() * (8.0 * c.width() + 2.0 * c.hidden()) + 2.0 * c.vocabulary());
        return (long) (Float.BYTES * (3 * weights(c) + activations));
    }

    /** Weights, the widest layer and the logits. */
    static long evaluation(Gpt.Config c, int batch) {
        double tokens = (double) batch * c.context();
        return (long) (Float.BYTES * (weights(c) + tokens * (2.0 * c.width() + c.hidden() + 2.0 * c.vocabulary())));
    }

    private static double weights(Gpt.Config c) {
        double attention = 2.0 * c.width() * c.width() + 2.0 * c.width() * c.width() / c.heads() * c.kvHeads();
        return c.layers() * (attention + 2.0 * c.width() * c.hidden())
                + (c.tied() ? 1.0 : 2.0) * c.vocabulary() * c.width();
    }
}
