package dev.sirocco.text;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;

/** Finds, for characters outside a vocabulary, the closest ones inside it. */
final class ClosestKnown {

    private static final int OFFERED = 3;
    private static final Pattern MARKS = Pattern.compile("\\p{M}");

    private final CharTokenizer tokenizer;

    ClosestKnown(CharTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * What to write for an unknown character: the same character composed otherwise; its typographic kin; its
     * compatibility form (ligatures, full width); without accents; other digits; in the other case; with other accents;
     * and if none of these is known, the nearest character of its Unicode category.
     */
    UnknownCharacters.Unknown of(int codePoint) {
        Set<String> offers = new LinkedHashSet<>();
        if (CharTokenizer.isSurrogate(codePoint)) {
            offers.add("");
        } else {
            String self = Character.toString(codePoint);
            offer(offers, Normalizer.normalize(self, Normalizer.Form.NFC));
            offer(offers, Normalizer.normalize(self, Normalizer.Form.NFD));
            String ascii = Typography.ascii(codePoint);
            if (ascii != null) {
                offer(offers, ascii);
            }
            for (int kin : Typography.spelt(ascii == null ? self : ascii)) {
                offer(offers, Character.toString(kin));
            }
            if (self.equals("\"") || "\"".equals(ascii)) {
                offer(offers, "'");
            }
            if (codePoint == '\n' || "\n".equals(ascii)) {
                offer(offers, " ");
            }
            offer(offers, Normalizer.normalize(self, Normalizer.Form.NFKC));
            offer(offers, Normalizer.normalize(self, Normalizer.Form.NFKD));
            String bare = bare(self);
            offer(offers, bare);
            String folded = folded(self);
            offer(offers, folded);
            int digit = Character.digit(codePoint, 10);
            if (digit >= 0) {
                offer(offers, Integer.toString(digit));
            }
            for (String cased : List.of(self, bare, folded)) {
                offer(offers, cased.toLowerCase(Locale.ROOT));
                offer(offers, cased.toUpperCase(Locale.ROOT));
            }
            for (int id = 0; id < tokenizer.vocabularySize() && offers.isEmpty() && !bare.isEmpty(); id++) {
                String accented = tokenizer.decode(id);
                if (bare(accented).equalsIgnoreCase(bare)) {
                    offer(offers, accented);
                }
            }
            if (offers.isEmpty() && droppable(codePoint)) {
                offers.add("");
            }
        }
        if (!offers.isEmpty()) {
            return new UnknownCharacters.Unknown(codePoint, offers.stream().limit(OFFERED).toList(), true);
        }
        int nearest = nearestOfCategory(codePoint);
        return new UnknownCharacters.Unknown(codePoint, nearest < 0 ? List.of() : List.of(Character.toString(nearest)),
                false);
    }

    /**
     * The text in known characters only, or null if nothing but blanks would be left. A character without anything
     * alike goes, and with it one of two spaces around it.
     */
    String rewrite(String text) {
        String base = text;
        for (var form : List.of(Normalizer.Form.NFC, Normalizer.Form.NFD)) {
            String normal = Normalizer.normalize(text, form);
            if (unknownIn(normal) < unknownIn(base)) {
                base = normal;
            }
        }
        if (!tokenizer.knows('\r')) {
            base = base.replace("\r\n", "\n");
        }
        StringBuilder out = new StringBuilder();
        boolean gap = false;
        for (int codePoint : base.codePoints().toArray()) {
            if (tokenizer.knows(codePoint)) {
                if (!(gap && codePoint == ' ' && endsInSpace(out))) {
                    out.appendCodePoint(codePoint);
                }
                gap = false;
                continue;
            }
            var unknown = of(codePoint);
            boolean fits = unknown.alike() || group(codePoint) == 'P' || group(codePoint) == 'Z';
            if (fits && !unknown.closest().isEmpty()) {
                out.append(unknown.closest().getFirst());
            } else {
                gap = true;
            }
        }
        if (gap && !out.isEmpty() && endsInSpace(out)) {
            out.setLength(out.length() - 1);
        }
        return out.toString().isBlank() ? null : out.toString();
    }

    private static boolean endsInSpace(StringBuilder out) {
        return out.isEmpty() || out.charAt(out.length() - 1) == ' ';
    }

    private long unknownIn(String text) {
        return text.codePoints().filter(c -> !tokenizer.knows(c)).count();
    }

    private void offer(Set<String> offers, String spelling) {
        if (!spelling.isEmpty() && unknownIn(spelling) == 0) {
            offers.add(spelling);
        }
    }

    /** Without accents, and in ordinary letters. */
    private static String bare(String self) {
        return MARKS.matcher(Normalizer.normalize(self, Normalizer.Form.NFKD)).replaceAll("");
    }

    /** Letters without a Unicode decomposition: ø to o, ł to l, æ to ae, ß to ss. */
    private static String folded(String self) {
        char[] in = self.toCharArray();
        char[] out = new char[4 * in.length];
        return new String(out, 0, ASCIIFoldingFilter.foldToASCII(in, 0, out, 0, in.length));
    }

    private static boolean droppable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT, Character.CONTROL -> true;
            default -> false;
        };
    }

    private int nearestOfCategory(int codePoint) {
        List<Integer> kin = new ArrayList<>();
        int type = Character.getType(codePoint);
        char group = group(codePoint);
        for (int pass = 0; pass < 2 && kin.isEmpty(); pass++) {
            for (int id = 0; id < tokenizer.vocabularySize(); id++) {
                int known = tokenizer.codePoint(id);
                if (pass == 0 ? Character.getType(known) == type : group(known) == group) {
                    kin.add(known);
                }
            }
        }
        int nearest = -1;
        for (int known : kin) {
            if (nearest < 0 || Math.abs(known - codePoint) < Math.abs(nearest - codePoint)) {
                nearest = known;
            }
        }
        return nearest;
    }

    /** The first letter of the Unicode general category: L, M, N, P, S, Z or C. */
    private static char group(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.UPPERCASE_LETTER, Character.LOWERCASE_LETTER, Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER, Character.OTHER_LETTER -> 'L';
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK -> 'M';
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> 'N';
            case Character.DASH_PUNCTUATION, Character.START_PUNCTUATION, Character.END_PUNCTUATION,
                    Character.CONNECTOR_PUNCTUATION, Character.OTHER_PUNCTUATION, Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION -> 'P';
            case Character.MATH_SYMBOL, Character.CURRENCY_SYMBOL, Character.MODIFIER_SYMBOL, Character.OTHER_SYMBOL ->
                    'S';
            case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> 'Z';
            default -> 'C';
        };
    }
}
