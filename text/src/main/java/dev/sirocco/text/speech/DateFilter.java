package dev.sirocco.text.speech;

import java.util.List;
import java.util.Locale;
import org.apache.lucene.analysis.TokenStream;

/**
 * Dates: ISO, with slashes (month first unless it cannot be one), with the month's name; abbreviated months and
 * weekdays; decades.
 */
final class DateFilter extends RewriteFilter {

    private static final List<String> MONTHS = List.of("january", "february", "march", "april", "may", "june", "july",
            "august",
            "september", "october", "november", "december");
    private static final List<String> DAYS =
            List.of("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday");
    private static final String MONTH = "(Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
            + "|Sept?(?:ember)?"
            + "|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\\.?";
    private static final String DAY = "(0?[1-9]|[12]\\d|3[01])";
    private static final String TH = "(?:st|nd|rd|th)";
    private static final String YEAR = "([12]\\d{3})";
    private static final String WEEKDAY = "(Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)";

    private static final List<Rule> RULES = List.of(
            Rule.anywhere("(?<![\\d-])" + YEAR + "-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])(?:T(?=\\d)|(?!\\d))",
                    m -> monthDay(m.group(2), m.group(3)) + " "
                    + year(m.group(1)) + (m.group().endsWith("T") ? ", " : "")),
            Rule.of(DAY + "([/.])" + DAY + "\\2((?:[12]\\d)?\\d\\d)", m -> slashed(m.group(1), m.group(3), m.group(4))),
            Rule.of("(?:the )?" + DAY + TH + "?(?: of|-)? ?\\b" + MONTH + ",?[ -]" + YEAR,
                    m -> dayOf(m.group(1), m.group(2)) + " " + year(m.group(3))),
            Rule.of("(?:the )?" + DAY + TH + "?(?: of)? " + MONTH + "(?! ?\\d)", m -> dayOf(m.group(1), m.group(2))),
            Rule.of(MONTH + " (?:the )?" + DAY + TH + "?,? " + YEAR, m -> named(m.group(1), m.group(2)) + " "
                    + year(m.group(3))),
            Rule.of(MONTH + " " + DAY + TH + "? ?[-\u2013] ?" + DAY + TH + "?(?:, " + YEAR + ")?",
                    m -> named(m.group(1), m.group(2))
                    + " to " + ordinal(m.group(3)) + (m.group(4) == null ? "" : " " + year(m.group(4)))),
            Rule.of(MONTH + " " + DAY + TH + "?(?![:%]|[,.]\\d)", m -> named(m.group(1), m.group(2))),
            Rule.of(MONTH + ",? " + YEAR, m -> month(m.group(1)) + " " + year(m.group(2))),
            Rule.of("([12]\\d\\d0)'?s", m -> Numbers.plural(Numbers.year(Integer.parseInt(m.group(1))))),
            Rule.of("'?([2-9]0)'?s", m -> Numbers.plural(Numbers.cardinal(Integer.parseInt(m.group(1))))),
            Rule.of(WEEKDAY + " ?[-\u2013] ?" + WEEKDAY + "\\.?", m -> weekday(m.group(1)) + " to "
                    + weekday(m.group(2))),
            Rule.of(MONTH + " ?[-\u2013] ?" + MONTH, m -> month(m.group(1)) + " to " + month(m.group(2))),
            Rule.of("(Mon|Tues?|Wed|Thu(?:rs?)?|Fri)\\.?(?=,|$|\\s)", m -> weekday(m.group(1))),
            Rule.of("(Sat|Sun)(?:\\.|(?=,? (?:" + String.join("|", MONTHS) + "|the \\p{Ll}+ of)\\b))",
                    m -> weekday(m.group(1))),
            Rule.of("(Jan|Feb|Apr|Aug|Sept?|Oct|Nov|Dec)\\.?(?=[\\s,]|$)", m -> month(m.group(1))));

    DateFilter(TokenStream sentences) {
        super(sentences, RULES);
    }

    private static String slashed(String first, String second, String year) {
        boolean dayFirst = Integer.parseInt(first) > 12;
        String month = dayFirst ? second : first;
        if (Integer.parseInt(month) > 12) {
            return first + " " + second + " " + year;
        }
        return monthDay(month, dayFirst ? first : second) + " " + year(year);
    }

    private static String monthDay(String month, String day) {
        return MONTHS.get(Integer.parseInt(month) - 1) + " " + ordinal(day);
    }

    private static String dayOf(String day, String month) {
        return "the " + ordinal(day) + " of " + month(month);
    }

    private static String named(String month, String day) {
        return month(month) + " " + ordinal(day);
    }

    private static String ordinal(String day) {
        return Numbers.ordinal(Integer.parseInt(day));
    }

    private static String year(String digits) {
        int year = Integer.parseInt(digits);
        return digits.length() == 2 ? Numbers.twoDigits(year) : Numbers.year(year);
    }

    private static String month(String abbreviation) {
        return full(MONTHS, abbreviation);
    }

    private static String weekday(String abbreviation) {
        return full(DAYS, abbreviation);
    }

    private static String full(List<String> names, String abbreviation) {
        String start = abbreviation.substring(0, 3).toLowerCase(Locale.ROOT);
        return names.stream().filter(name -> name.startsWith(start)).findFirst().orElseThrow();
    }
}
