package dev.sirocco.text.speech;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.lucene.analysis.TokenStream;

/** Numbers read digit by digit: phone numbers with a pause between groups, addresses of hosts, and version numbers. */
final class PhoneFilter extends NumericFilter {

    private static final Pattern NO_DIGITS = Pattern.compile("\\D+");

    private static final List<Rule> RULES = List.of(
            Rule.anywhere("(?<![\\w+])(\\+\\d{1,3}(?:[ .-]?\\(?\\d{2,5}\\)?){2,5})(?!\\d)",
                    m -> "plus " + groups(m.group(1))),
            Rule.anywhere("(?<!\\w)((?:1[ .-])?\\(?\\d{3}\\)?[ .-]\\d{3}[.-]\\d{4})(?!\\d)", m -> groups(m.group(1))),
            Rule.anywhere("(?<!\\w)((?:1 )?\\d{3} \\d{3} \\d{4})(?!\\d)", m -> groups(m.group(1))),
            Rule.anywhere("(?<![\\w-])(\\d{3}-\\d{4})(?![\\d-])", m -> groups(m.group(1))),
            Rule.anywhere("(?<!\\w)(\\(?0\\d{2,4}\\)?[ -]\\d{3,4}[ -]\\d{3,4})(?!\\d)", m -> groups(m.group(1))),
            Rule.anywhere("(?<=\\b(?i:call|dial|press|phone|extension) )(\\d{3,4})(?![\\d,.]*\\d)",
                    m -> Numbers.digits(m.group(1))),
            Rule.of("(v?)(\\d{1,5}(?:\\.\\d{1,5}){2,4})", m -> version(m.group(1), m.group(2))),
            Rule.of("(v)(\\d{1,5}(?:\\.\\d{1,5})?)", m -> version(m.group(1), m.group(2))));

    PhoneFilter(TokenStream sentences) {
        super(sentences, RULES);
    }

    private static String groups(String phone) {
        return NO_DIGITS.splitAsStream(phone).filter(group -> !group.isEmpty()).map(Numbers::digits)
                .collect(Collectors.joining(", "));
    }

    private static String version(String v, String numbers) {
        return (v.isEmpty() ? "" : "version ")
                + Pattern.compile("\\.").splitAsStream(numbers).map(Numbers::written)
                .collect(Collectors.joining(" point "));
    }
}
