package dev.sirocco.text;

import dev.sirocco.tensor.ir.UserError;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A text holds characters that a model never saw. The message, one line, names each with its code point and the closest
 * characters the model does know, and spells the whole text anew where that changes little: fit to be printed, like
 * that of a UserError, without a stack trace.
 */
public final class UnknownCharacters extends UserError {

    private static final long serialVersionUID = 1;
    private static final int LISTED = 40;
    private static final int QUOTED = 200;

    /**
     * One character outside the vocabulary.
     *
     * @param codePoint the character
     * @param closest up to three spellings the model knows, closest first; each is one or a few characters; "" means
     *     that the character (a combining mark, a control) can be left out; empty if there is nothing close
     * @param alike whether {@code closest} are the same character but for accent, case, width or typography; if not,
     *     they are merely the nearest of its Unicode category
     */
    public record Unknown(int codePoint, List<String> closest, boolean alike) {

        public Unknown {
            closest = List.copyOf(closest);
        }

        @Override
        public String toString() {
            StringBuilder out = new StringBuilder(nameOf(codePoint));
            if (!closest.isEmpty()) {
                out.append(alike ? ", closest known " : ", nearest known ");
                out.append(closest.stream()
                        .map(s -> s.isEmpty() ? "nothing: leave it out" : s.codePointCount(0, s.length()) == 1
                                ? shown(s.codePointAt(0)) : "'" + s + "'")
                        .collect(Collectors.joining(" or ")));
            }
            return out.toString();
        }
    }

    private final transient List<Unknown> unknown;
    private final String rewritten;

    UnknownCharacters(List<Unknown> unknown, String rewritten) {
        super(message(unknown, rewritten));
        this.unknown = List.copyOf(unknown);
        this.rewritten = rewritten;
    }

    /** Every character outside the vocabulary, once, in the order of the text. */
    public List<Unknown> unknown() {
        return unknown;
    }

    /**
     * The whole text in characters the model knows: each unknown one in its closest spelling, or left out where nothing
     * is alike. Empty if nothing but blanks would be left, or the text was a whole {@link Corpus}.
     */
    public Optional<String> rewritten() {
        return Optional.ofNullable(rewritten);
    }

    private static String message(List<Unknown> unknown, String rewritten) {
        StringBuilder out = new StringBuilder("the text has ");
        out.append(unknown.size() == 1 ? "a character" : unknown.size() + " characters")
                .append(" the model never saw: ");
        out.append(unknown.stream().limit(LISTED).map(Unknown::toString).collect(Collectors.joining("; ")));
        if (unknown.size() > LISTED) {
            out.append("; and ").append(unknown.size() - LISTED).append(" more");
        }
        if (rewritten != null && rewritten.length() <= QUOTED && unknown.stream().allMatch(Unknown::alike)) {
            out.append(". Try: ").append(rewritten.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t"));
        }
        return out.toString();
    }

    private static String nameOf(int codePoint) {
        String number = "U+%04X".formatted(codePoint);
        String shown = shown(codePoint);
        return shown.startsWith("U+") ? shown : shown + " (" + number + ")";
    }

    /** The character in quotes, or its number and Unicode name where it cannot be seen. */
    private static String shown(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK,
                    Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE,
                    Character.UNASSIGNED, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> {
                if (codePoint == ' ') {
                    yield "' '";
                }
                String name = Character.getName(codePoint);
                yield "U+%04X".formatted(codePoint) + (name == null ? "" : " " + name);
            }
            default -> "'" + Character.toString(codePoint) + "'";
        };
    }
}
