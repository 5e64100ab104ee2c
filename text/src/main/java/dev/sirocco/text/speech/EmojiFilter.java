package dev.sirocco.text.speech;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.lucene.analysis.TokenStream;

/** Emoji by their Unicode names, flags by their countries, and the commonest smileys made of punctuation. */
final class EmojiFilter extends RewriteFilter {

    private static final Map<String, String> SMILEYS = Map.of(":)", "smiley face", ":-)", "smiley face", ":D",
            "big smile", ":-D", "big smile", ";)", "winking face", ";-)", "winking face", ":(", "sad face", ":-(",
            "sad face", "<3", "heart");
    private static final int REGIONAL_A = 0x1F1E6;

    private static final List<Rule> RULES = List.of(
            // joiners, variation selectors, skin tones and the frames of keycaps change how an emoji looks, not its
            // name
            Rule.anywhere("[\\x{200D}\\x{FE0E}\\x{FE0F}\\x{20E3}\\x{1F3FB}-\\x{1F3FF}]", m -> ""),
            Rule.anywhere("([\\x{1F1E6}-\\x{1F1FF}])([\\x{1F1E6}-\\x{1F1FF}])",
                    m -> " flag of " + country(m.group()) + " "),
            Rule.anywhere("\u2122", m -> " trademark "),
            Rule.anywhere("\u2192|->", m -> " to "),
            Rule.anywhere("((?!\\d)[\\p{IsEmoji}&&[^\\x{0}-\\x{2121}]])\\1*",
                    m -> " " + name(m.group(1).codePointAt(0)) + " "),
            Rule.anywhere("(?<!\\S)(?:[:;]-?[)(D]|<3)(?=[\\s.,!?]|$)", m -> SMILEYS.getOrDefault(m.group(), "")));

    EmojiFilter(TokenStream sentences) {
        super(sentences, RULES);
    }

    private static String country(String flag) {
        StringBuilder code = new StringBuilder();
        flag.codePoints().forEach(c -> code.append((char) ('A' + c - REGIONAL_A)));
        return Locale.of("", code.toString()).getDisplayCountry(Locale.ENGLISH).toLowerCase(Locale.ROOT);
    }

    /** "HEAVY BLACK HEART" tells of printing in one colour: it is a heart. */
    private static String name(int emoji) {
        return Character.getName(emoji).toLowerCase(Locale.ROOT).replace('-',
                ' ').replaceFirst("^(?:heavy )?(?:black|white) ", "");
    }
}
