package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Parameters;
import dev.sirocco.tensor.ir.Tensor;

/** A network that says which token may come next in a text; {@link LanguageDecoder} writes with it. */
public interface LanguageModel {

    /** How many tokens there are. */
    int vocabulary();

    /** The tokens of a text that it was made to see at once. */
    int context();

    Parameters parameters();

    /** How many numbers are remembered of a token: keys and values. */
    long remembered();

    /**
     * Something that reads texts piece by piece.
     *
     * @param batch texts at once
     * @param capacity tokens of each that it remembers
     * @throws IllegalArgumentException if the network has no positions for so many
     */
    Reader reader(int batch, int capacity);

    /** Remembers what was read, in states of its own. */
    @FunctionalInterface
    interface Reader {

        /**
         * The logits (B, vocabulary) that follow one of the tokens given, which come after those read before.
         *
         * @param idx I32 (B, T); what stands behind {@code last} is padding, to be overwritten later
         * @param position of the first of these tokens, I32 [1]; position + T must not exceed the capacity
         * @param last which of the tokens the logits are to follow, I32 [1]
         */
        Tensor nextLogits(Tensor idx, Tensor position, Tensor last);
    }
}
