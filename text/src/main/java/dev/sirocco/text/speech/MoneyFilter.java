package dev.sirocco.text.speech;

import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.TokenStream;

/** Amounts of money: {@code $3.50} is "three dollars and fifty cents", {@code £1.2m} "one point two million pounds". */
final class MoneyFilter extends NumericFilter {

    /** Names of a currency and its hundredth part, for one and for many. */
    private record Currency(String one, String many, String cent, String cents) {}

    private static final Currency DOLLAR = new Currency("dollar", "dollars", "cent", "cents");
    private static final Currency POUND = new Currency("pound", "pounds", "penny", "pence");
    private static final Currency EURO = new Currency("euro", "euros", "cent", "cents");
    private static final Currency YEN = new Currency("yen", "yen", "sen", "sen");
    private static final Currency RUPEE = new Currency("rupee", "rupees", "paisa", "paise");
    private static final Currency FRANC = new Currency("swiss franc", "swiss francs", "centime", "centimes");
    private static final Map<String, Currency> CURRENCIES = Map.ofEntries(
            Map.entry("$", DOLLAR), Map.entry("US$", DOLLAR), Map.entry("USD", DOLLAR), Map.entry("\u00A3", POUND),
            Map.entry("GBP", POUND), Map.entry("\u20AC", EURO), Map.entry("EUR", EURO), Map.entry("\u00A5", YEN),
            Map.entry("JPY", YEN), Map.entry("\u20B9", RUPEE), Map.entry("INR", RUPEE), Map.entry("CHF", FRANC));
    private static final Map<String, String> POWERS = Map.of("k", "thousand", "K", "thousand", "m", "million", "M",
            "million",
            "mn", "million", "b", "billion", "B", "billion", "bn", "billion", "T", "trillion", "tn", "trillion");

    private static final String SIGN = "(US\\$|[$\u00A3\u20AC\u00A5\u20B9]|(?:USD|GBP|EUR|JPY|INR|CHF) )";
    private static final String BEHIND = " ?([$\u00A3\u20AC\u00A5\u20B9]|USD|GBP|EUR|JPY|INR|CHF)(?!\\d)";
    private static final String POWER = "(?: ?(thousand|million|billion|trillion|mn|bn|tn|[kKmMbBT])(?![\\p{L}\\d]))?";

    private static final List<Rule> RULES = List.of(
            Rule.anywhere("(?<![\\p{L}\\d])" + SIGN + "(\\d+)(?= (?:bill|note|coin)\\b)",
                    m -> Numbers.written(m.group(2)) + " " + CURRENCIES.get(m.group(1).strip()).one()),
            Rule.anywhere("(?<![\\p{L}\\d])(-?)" + SIGN + "(-?)({N})" + POWER,
                    m -> minus(m.group(1) + m.group(3)) + amount(m.group(4), m.group(5),
                            CURRENCIES.get(m.group(2).strip()))),
            Rule.anywhere("(?<![\\w.])({N})" + POWER + BEHIND, m -> amount(m.group(1), m.group(2),
                    CURRENCIES.get(m.group(3)))),
            Rule.anywhere("(?<![\\w.])({N}) ?\u00A2",
                    m -> Numbers.written(m.group(1)) + (m.group(1).equals("1") ? " cent" : " cents")),
            Rule.anywhere("(?<=dollars?|pounds?|euros?|cents?|yen)/(?=\\p{L})", m -> " per "));

    MoneyFilter(TokenStream sentences) {
        super(sentences, RULES);
    }

    private static String minus(String sign) {
        return sign.isEmpty() ? "" : "minus ";
    }

    private static String amount(String number, String power, Currency currency) {
        if (power != null) {
            return Numbers.written(number) + " " + POWERS.getOrDefault(power, power) + " " + currency.many();
        }
        int point = number.indexOf('.');
        if (point < 0 || number.length() - point != 3) {
            return Numbers.written(number) + " " + (number.equals("1") ? currency.one() : currency.many());
        }
        String whole = number.substring(0, point).replace(",", "");
        int hundredths = Integer.parseInt(number.substring(point + 1));
        String cents = Numbers.cardinal(hundredths) + " " + (hundredths == 1 ? currency.cent() : currency.cents());
        boolean none = whole.isEmpty() || whole.chars().allMatch(c -> c == '0');
        if (none && hundredths > 0) {
            return cents;
        }
        String units = Numbers.written(whole) + " " + (whole.equals("1") ? currency.one() : currency.many());
        return hundredths == 0 ? units : units + " and " + cents;
    }
}
