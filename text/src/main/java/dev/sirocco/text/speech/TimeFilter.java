package dev.sirocco.text.speech;

import java.util.List;
import org.apache.lucene.analysis.TokenStream;

/** Times of day in twelve or twenty four hours, spans of hours, and ratios, which look like times. */
final class TimeFilter extends NumericFilter {

    private static final String HOUR = "([01]?\\d|2[0-4])";
    private static final String MINUTE = "([0-5]\\d)";
    private static final String HALF = " ?(?:AM|PM)";
    private static final String CLOCK = "(?:[01]?\\d|2[0-4]):[0-5]\\d";
    private static final String TIME = "(?:" + CLOCK + "|1?\\d)";

    private static final List<Rule> RULES = List.of(
            Rule.of("(" + TIME + ")(" + HALF + ")? ?[-\u2013] ?(?=" + TIME + HALF + ")",
                    m -> m.group(1) + (m.group(2) == null ? "" : m.group(2)) + " to "),
            Rule.of("(" + CLOCK + ") ?[-\u2013] ?(?=" + CLOCK + ")", m -> m.group(1) + " to "),
            Rule.of(HOUR + ":" + MINUTE + ":" + MINUTE + "(?:\\.\\d+)?", m -> clock(m.group(1), m.group(2), false)
                    + " and " + Numbers.cardinal(Integer.parseInt(m.group(3))) + " seconds"),
            Rule.of(HOUR + "(?:[:.]" + MINUTE + ")?" + "(?=" + HALF + ")", m -> clock(m.group(1), m.group(2), true)),
            Rule.of(HOUR + ":" + MINUTE + "(?: ?(?:hrs|h)\\b)?", m -> clock(m.group(1), m.group(2), false)),
            Rule.of("(\\d{1,2}) o'clock", m -> Numbers.cardinal(Integer.parseInt(m.group(1))) + " o'clock"),
            // minutes and seconds
            Rule.of("(\\d{2,3}):" + MINUTE, m -> Numbers.written(m.group(1)) + (m.group(2).equals("00") ? " minutes"
                    : " " + Numbers.twoDigits(Integer.parseInt(m.group(2))))),
            Rule.of("(\\d{1,3}):(\\d{1,3})", m -> Numbers.written(m.group(1)) + " to " + Numbers.written(m.group(2))));

    TimeFilter(TokenStream sentences) {
        super(sentences, RULES);
    }

    /** @param twelve whether morning or afternoon is said too */
    private static String clock(String hours, String minutes, boolean twelve) {
        int hour = Integer.parseInt(hours);
        int minute = minutes == null ? 0 : Integer.parseInt(minutes);
        String name = Numbers.cardinal(hour);
        if (minute > 0) {
            return name + " " + Numbers.twoDigits(minute);
        }
        return twelve ? name : hour == 0 || hour > 12 ? name + " hundred" : name + " o'clock";
    }
}
