package dev.sirocco.text;

import java.util.OptionalInt;
import java.util.Set;

/**
 * The tokens of a model that are no text.
 *
 * @param begin           with which a text begins; empty if the model knows none
 * @param isBeginExpected whether it stands in front of every text; else it is only there to begin with nothing
 * @param ends            each of which ends a text; maybe none
 */
public record SpecialTokens(OptionalInt begin, boolean isBeginExpected, Set<Integer> ends) {

    /** No such tokens. */
    public static final SpecialTokens NONE = new SpecialTokens(OptionalInt.empty(), false, Set.of());

    public SpecialTokens {
        ends = Set.copyOf(ends);
    }

    /** Whether a text is over with this token. */
    public boolean isEnd(int id) {
        return ends.contains(id);
    }
}
