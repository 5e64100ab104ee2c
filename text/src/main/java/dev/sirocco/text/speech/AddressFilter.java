package dev.sirocco.text.speech;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.TokenStream;

/** URLs, e-mail addresses, names of files, hash tags and {@code @names}, part by part: "example dot com slash news". */
final class AddressFilter extends RewriteFilter {

    private static final String TOP = "(?:com|org|net|edu|gov|mil|int|io|ai|dev|app|info|biz|tv|me|us|uk|ca|au|nz|ie|eu"
            + "|de|fr|es|it"
            + "|nl|ch|at|se|no|dk|fi|pl|jp|cn|in|br|ru)";
    private static final String FILE = "(?:txt|pdf|png|jpe?g|gif|svg|html?|css|js|java|py|csv|tsv|json|xml|zip|gz|exe"
            + "|docx?|xlsx?"
            + "|pptx?|mp[34]|wav|flac|ogg|md|sh|jar|yml|yaml)";
    private static final String PATH = "[\\w\\-./~%?&=#+:@]*[\\w/]";

    private static final List<Rule> RULES = List.of(
            Rule.of("(?:mailto:)?([\\w.+-]+@[\\w-]+(?:\\.[\\w-]+)+)", m -> parts(m.group(1))),
            Rule.anywhere("(?i:https?|ftp)://(" + PATH + ")", m -> parts(m.group(1))),
            Rule.of("www\\." + PATH, m -> parts(m.group())),
            Rule.of("(?:[a-z\\d-]{1,63}\\.){1,8}" + TOP + "(?:/" + PATH + "|/)?", m -> parts(m.group())),
            Rule.of("[\\w-]{1,63}\\." + FILE, m -> parts(m.group())),
            Rule.anywhere("(?<![\\w&])#(\\p{L}\\w*)", m -> "hashtag " + parts(m.group(1))),
            Rule.anywhere("(?<![\\w.])@(\\w+)", m -> "at " + parts(m.group(1))));

    private static final Map<String, String> MARKS = Map.of(".", "dot", "/", "slash", "-", "dash", "_", "underscore",
            "@", "at", "?", "question mark", "&", "and", "=", "equals", "#", "hash", "+", "plus");
    private static final Set<String> MORE = Set.of("%", ":", "~");

    /** A word, capitals before one, digits, or a mark. */
    private static final Pattern PART = Pattern.compile("\\p{Lu}?\\p{Ll}+|\\p{Lu}+(?!\\p{Ll})|\\d+|[^\\p{L}\\d]");
    private static final Pattern VOWEL = Pattern.compile("[aeiouy]");
    private static final Set<String> SPELLED = Set.of("io", "uk", "us", "eu", "ai", "au", "nz", "ie", "es", "de", "ca",
            "jpeg", "exe");

    AddressFilter(TokenStream sentences) {
        super(sentences, RULES);
    }

    private static String parts(String address) {
        StringBuilder spoken = new StringBuilder();
        Matcher part = PART.matcher(address.endsWith("/") ? address.substring(0, address.length() - 1) : address);
        while (part.find()) {
            spoken.append(part(part.group())).append(' ');
        }
        return spoken.toString().strip();
    }

    private static String part(String part) {
        if (Character.isDigit(part.charAt(0))) {
            return part.length() == 4 && part.charAt(0) != '0' ? Numbers.year(Integer.parseInt(part))
                    : part.length() <= 2 && part.charAt(0) != '0' ? Numbers.cardinal(Long.parseLong(part))
                    : Numbers.digits(part);
        }
        if (!Character.isLetter(part.charAt(0))) {
            return MARKS.getOrDefault(part, MORE.contains(part) ? "" : part);
        }
        String lower = part.toLowerCase(Locale.ROOT);
        boolean capitals = part.equals(part.toUpperCase(Locale.ROOT));
        boolean spelled = capitals && part.length() <= 3 || part.length() == 1 || SPELLED.contains(lower)
                || !VOWEL.matcher(lower).find();
        return spelled ? InitialismFilter.spell(part) : lower;
    }
}
