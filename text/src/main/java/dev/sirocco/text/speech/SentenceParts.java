package dev.sirocco.text.speech;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts a sentence in which everything is written as it is spoken into words and pauses. */
final class SentenceParts {

    private static final Pattern PART = Pattern.compile("(?<word>'?[A-Za-z]+(?:'[A-Za-z]+)*)"
            + "|(?<pause>\\.{2,}|--+|[\u2013\u2014,;:?!()\\[\\]]+|(?<=\\s)-(?=\\s)|\\n{2})");
    /** Short words that keep the apostrophe at their front. */
    private static final Set<String> CLIPPED = Set.of("'tis", "'twas", "'twere", "'em", "'til", "'cause", "'bout",
            "'round", "'n");
    private static final Map<Character, Pause> PAUSES = Map.of(';', Pause.SEMICOLON, ':', Pause.COLON, '-', Pause.DASH,
            '\u2013', Pause.DASH, '\u2014', Pause.DASH, '.', Pause.DASH, '?', Pause.QUESTION, '!', Pause.EXCLAMATION);

    private SentenceParts() {}

    /**
     * The parts, or none if there is no word.
     *
     * @param leftOut receives the code points of letters and digits that are no English ones
     */
    static List<Part> of(String sentence, IntConsumer leftOut) {
        List<Part> parts = new ArrayList<>();
        Matcher part = PART.matcher(sentence);
        while (part.find()) {
            if (part.group("word") != null) {
                parts.add(word(part.group()));
            } else if (!parts.isEmpty()) {
                addPause(parts, pause(part.group()));
            }
        }
        if (!parts.isEmpty()) {
            end(parts);
        }
        sentence.codePoints().filter(c -> c > 0x7F && Character.isLetterOrDigit(c)).forEach(leftOut);
        return parts;
    }

    private static Word word(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.startsWith("'") && !CLIPPED.contains(lower)) {
            lower = lower.substring(1);
            text = text.substring(1);
        }
        boolean single = text.length() == 1 || text.endsWith("'s") && text.length() == 3;
        return new Word(lower, single && (Character.isUpperCase(text.charAt(0)) || !lower.matches("[aio]")));
    }

    private static Pause pause(String marks) {
        Pause strongest = Pause.COMMA;
        for (char mark : marks.toCharArray()) {
            Pause pause = PAUSES.getOrDefault(mark, Pause.COMMA);
            strongest = pause.compareTo(strongest) > 0 ? pause : strongest;
        }
        return strongest;
    }

    private static void addPause(List<Part> parts, Pause pause) {
        if (parts.getLast() instanceof Pause before) {
            parts.set(parts.size() - 1, before.compareTo(pause) > 0 ? before : pause);
        } else {
            parts.add(pause);
        }
    }

    private static void end(List<Part> parts) {
        if (!(parts.getLast() instanceof Pause last)) {
            parts.add(Pause.PERIOD);
        } else if (last.compareTo(Pause.PERIOD) < 0) {
            parts.set(parts.size() - 1, Pause.PERIOD);
        }
    }
}
