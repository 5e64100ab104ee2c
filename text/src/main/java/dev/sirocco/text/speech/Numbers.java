package dev.sirocco.text.speech;

import java.util.stream.Collectors;

/** The names of numbers in American English, in lower case and without hyphens: {@code one hundred twenty three}. */
public final class Numbers {

    /** What a written number looks like: {@code 7}, {@code 1,234.5}, {@code .5}. */
    static final String WRITTEN = "(?:\\d{1,3}(?:,\\d{3})+(?!\\d)|\\d+)(?:\\.\\d+)?|\\.\\d+";

    private static final String[] SMALL = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight",
            "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
            "nineteen"};
    private static final String[] TENS =
            {"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};
    private static final String[] THOUSANDS = {"", " thousand", " million", " billion", " trillion"};
    /** Longer numbers are read digit by digit. */
    private static final int MAX_DIGITS = 15;

    private Numbers() {}

    /** {@code 1234} is "one thousand two hundred thirty four"; a negative number begins with "minus". */
    public static String cardinal(long n) {
        if (n < 0) {
            return "minus " + cardinal(Math.negateExact(n));
        }
        if (n >= 1_000_000_000_000_000L) {
            return digits(Long.toString(n));
        }
        StringBuilder name = new StringBuilder();
        long unit = 1_000_000_000_000L;
        for (int power = THOUSANDS.length - 1; power >= 0; power--, unit /= 1000) {
            int group = (int) (n / unit % 1000);
            if (group > 0) {
                name.append(' ').append(belowThousand(group)).append(THOUSANDS[power]);
            }
        }
        return name.isEmpty() ? SMALL[0] : name.substring(1);
    }

    /** {@code 22} is "twenty second". */
    public static String ordinal(long n) {
        String name = cardinal(n);
        int last = name.lastIndexOf(' ') + 1;
        return name.substring(0, last) + ordinalOf(name.substring(last));
    }

    /** A year from 1 to 9999: {@code 1984} is "nineteen eighty four", {@code 1905} "nineteen oh five". */
    public static String year(int year) {
        int century = year / 100;
        int rest = year % 100;
        if (year < 1000 || century % 10 == 0 && rest < 10) {
            return cardinal(year);
        }
        if (rest == 0) {
            return cardinal(century) + " hundred";
        }
        return cardinal(century) + " " + twoDigits(rest);
    }

    /** Minutes or the end of a year, from 0 to 99: {@code 5} is "oh five", {@code 30} "thirty". */
    static String twoDigits(int n) {
        return n < 10 ? "oh " + SMALL[n] : cardinal(n);
    }

    /** A number as {@linkplain #WRITTEN written}: {@code 1,020.50} is "one thousand twenty point five zero". */
    static String written(String number) {
        String plain = number.replace(",", "");
        int point = plain.indexOf('.');
        String whole = point < 0 ? plain : plain.substring(0, point);
        String name = whole.isEmpty() ? "" : whole.length() > MAX_DIGITS ? digits(whole)
                : cardinal(Long.parseLong(whole));
        return point < 0 ? name : (name + " point " + digits(plain.substring(point + 1))).strip();
    }

    /** {@code 007} is "zero zero seven"; what is no digit is passed over. */
    static String digits(String number) {
        return number.chars().filter(c -> c >= '0'
                && c <= '9').mapToObj(c -> SMALL[c - '0']).collect(Collectors.joining(" "));
    }

    /** The plural of a number's name: "nineteen eighties", "twos". */
    static String plural(String name) {
        return name.endsWith("y") ? name.substring(0, name.length() - 1) + "ies" : name.endsWith("x") ? name + "es"
                : name + "s";
    }

    private static String belowThousand(int n) {
        if (n < 20) {
            return SMALL[n];
        }
        if (n < 100) {
            return TENS[n / 10] + (n % 10 == 0 ? "" : " " + SMALL[n % 10]);
        }
        return SMALL[n / 100] + " hundred" + (n % 100 == 0 ? "" : " " + belowThousand(n % 100));
    }

    private static String ordinalOf(String word) {
        return switch (word) {
            case "one" -> "first";
            case "two" -> "second";
            case "three" -> "third";
            case "five" -> "fifth";
            case "eight" -> "eighth";
            case "nine" -> "ninth";
            case "twelve" -> "twelfth";
            default -> word.endsWith("y") ? word.substring(0, word.length() - 1) + "ieth" : word + "th";
        };
    }
}
