package dev.sirocco.text.speech;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.lucene.analysis.TokenStream;

/** Units of measure and per cent behind a number; a fraction before a unit is left to the {@link FractionFilter}. */
final class UnitFilter extends NumericFilter {

    /** A unit's name for one and for many. */
    private record Unit(String one, String many) {

        static Unit of(String one) {
            return new Unit(one, one + "s");
        }

        static Unit same(String name) {
            return new Unit(name, name);
        }
    }

    private static final Map<String, Unit> UNITS = Map.ofEntries(
            Map.entry("km", Unit.of("kilometer")), Map.entry("m", Unit.of("meter")),
            Map.entry("cm", Unit.of("centimeter")), Map.entry("mm", Unit.of("millimeter")),
            Map.entry("\u00B5m", Unit.of("micrometer")), Map.entry("nm", Unit.of("nanometer")),
            Map.entry("mi", Unit.of("mile")), Map.entry("yd", Unit.of("yard")),
            Map.entry("ft", new Unit("foot", "feet")), Map.entry("in.", new Unit("inch", "inches")),
            Map.entry("\"", new Unit("inch", "inches")), Map.entry("sq ft", new Unit("square foot", "square feet")),
            Map.entry("sq km", Unit.of("square kilometer")), Map.entry("m\u00B2", Unit.of("square meter")),
            Map.entry("km\u00B2", Unit.of("square kilometer")), Map.entry("cm\u00B2", Unit.of("square centimeter")),
            Map.entry("m\u00B3", Unit.of("cubic meter")), Map.entry("cm\u00B3", Unit.of("cubic centimeter")),
            Map.entry("ha", Unit.of("hectare")), Map.entry("kg", Unit.of("kilogram")), Map.entry("g", Unit.of("gram")),
            Map.entry("mg", Unit.of("milligram")), Map.entry("\u00B5g", Unit.of("microgram")),
            Map.entry("lb", Unit.of("pound")), Map.entry("lbs", Unit.of("pound")), Map.entry("oz", Unit.of("ounce")),
            Map.entry("t", Unit.of("ton")), Map.entry("l", Unit.of("liter")), Map.entry("L", Unit.of("liter")),
            Map.entry("ml", Unit.of("milliliter")), Map.entry("mL", Unit.of("milliliter")),
            Map.entry("cl", Unit.of("centiliter")), Map.entry("gal", Unit.of("gallon")),
            Map.entry("pt", Unit.of("pint")), Map.entry("qt", Unit.of("quart")), Map.entry("tsp", Unit.of("teaspoon")),
            Map.entry("tbsp", Unit.of("tablespoon")), Map.entry("h", Unit.of("hour")), Map.entry("hr", Unit.of("hour")),
            Map.entry("hrs", Unit.of("hour")), Map.entry("min", Unit.of("minute")),
            Map.entry("mins", Unit.of("minute")), Map.entry("s", Unit.of("second")),
            Map.entry("sec", Unit.of("second")), Map.entry("secs", Unit.of("second")),
            Map.entry("ms", Unit.of("millisecond")), Map.entry("\u00B5s", Unit.of("microsecond")),
            Map.entry("ns", Unit.of("nanosecond")), Map.entry("yr", Unit.of("year")), Map.entry("yrs", Unit.of("year")),
            Map.entry("mph", new Unit("mile per hour", "miles per hour")),
            Map.entry("km/h", new Unit("kilometer per hour", "kilometers per hour")),
            Map.entry("kph", new Unit("kilometer per hour", "kilometers per hour")),
            Map.entry("m/s", new Unit("meter per second", "meters per second")),
            Map.entry("mpg", new Unit("mile per gallon", "miles per gallon")),
            Map.entry("fps", new Unit("frame per second", "frames per second")),
            Map.entry("rpm", new Unit("revolution per minute", "revolutions per minute")),
            Map.entry("bpm", new Unit("beat per minute", "beats per minute")),
            Map.entry("dpi", new Unit("dot per inch", "dots per inch")), Map.entry("Hz", Unit.same("hertz")),
            Map.entry("kHz", Unit.same("kilohertz")), Map.entry("MHz", Unit.same("megahertz")),
            Map.entry("GHz", Unit.same("gigahertz")), Map.entry("THz", Unit.same("terahertz")),
            Map.entry("B", Unit.of("byte")), Map.entry("KB", Unit.of("kilobyte")), Map.entry("kB", Unit.of("kilobyte")),
            Map.entry("MB", Unit.of("megabyte")), Map.entry("GB", Unit.of("gigabyte")),
            Map.entry("TB", Unit.of("terabyte")), Map.entry("PB", Unit.of("petabyte")),
            Map.entry("MiB", Unit.of("mebibyte")), Map.entry("GiB", Unit.of("gibibyte")),
            Map.entry("kbps", new Unit("kilobit per second", "kilobits per second")),
            Map.entry("Mbps", new Unit("megabit per second", "megabits per second")),
            Map.entry("Gbps", new Unit("gigabit per second", "gigabits per second")),
            Map.entry("GB/s", new Unit("gigabyte per second", "gigabytes per second")),
            Map.entry("MB/s", new Unit("megabyte per second", "megabytes per second")), Map.entry("V", Unit.of("volt")),
            Map.entry("mV", Unit.of("millivolt")), Map.entry("kV", Unit.of("kilovolt")),
            Map.entry("W", Unit.of("watt")), Map.entry("kW", Unit.of("kilowatt")), Map.entry("MW", Unit.of("megawatt")),
            Map.entry("GW", Unit.of("gigawatt")), Map.entry("kWh", Unit.of("kilowatt hour")),
            Map.entry("A", Unit.of("amp")), Map.entry("mA", Unit.of("milliamp")),
            Map.entry("mAh", Unit.of("milliamp hour")), Map.entry("\u03A9", Unit.of("ohm")),
            Map.entry("J", Unit.of("joule")), Map.entry("kJ", Unit.of("kilojoule")),
            Map.entry("cal", Unit.of("calorie")), Map.entry("kcal", Unit.of("kilocalorie")),
            Map.entry("N", Unit.of("newton")), Map.entry("Pa", Unit.of("pascal")),
            Map.entry("hPa", Unit.of("hectopascal")), Map.entry("kPa", Unit.of("kilopascal")),
            Map.entry("psi", Unit.same("p s i")), Map.entry("dB", Unit.of("decibel")),
            Map.entry("px", Unit.of("pixel")), Map.entry("MP", Unit.of("megapixel")),
            Map.entry("mol", Unit.of("mole")), Map.entry("hp", Unit.same("horsepower")),
            Map.entry("ppm", Unit.same("parts per million")),
            Map.entry("\u00B0C", new Unit("degree celsius", "degrees celsius")),
            Map.entry("\u00B0 C", new Unit("degree celsius", "degrees celsius")),
            Map.entry("\u00B0F", new Unit("degree fahrenheit", "degrees fahrenheit")),
            Map.entry("\u00B0 F", new Unit("degree fahrenheit", "degrees fahrenheit")),
            Map.entry("\u2103", new Unit("degree celsius", "degrees celsius")),
            Map.entry("\u2109", new Unit("degree fahrenheit", "degrees fahrenheit")),
            Map.entry("\u00B0", Unit.of("degree")), Map.entry("%", Unit.same("percent")),
            Map.entry("\u2030", Unit.same("per mille")));
    private static final String SYMBOL = UNITS.keySet().stream().sorted(Comparator.comparing(String::length).reversed())
            .map(UnitFilter::symbol).collect(Collectors.joining("|", "(", ")"));
    private static final String FRACTION = "(?:\\d+ )?\\d{1,3}/\\d{1,3}|\\d*[\u00BC-\u00BE\u2150-\u215E]";

    private static final List<Rule> RULES = List.of(
            Rule.anywhere("(?<![\\w.])(\\d+)' ?(\\d{1,2})(?:\"|'')", m -> length(m.group(1), UNITS.get("ft")) + " "
                    + length(m.group(2), UNITS.get("in."))),
            Rule.anywhere("(?<![\\w.])(\\d+)'(?![\\w])", m -> length(m.group(1), UNITS.get("ft"))),
            Rule.anywhere("(?<![\\w.,/])(" + FRACTION + ") ?" + SYMBOL + "(?![\\p{L}\\d])",
                    m -> m.group(1) + " of a " + UNITS.get(m.group(2)).one()),
            // "a 5-km run"
            Rule.anywhere("(?<![\\w.,])({N})-" + SYMBOL + "(?=[ ,.]|$)",
                    m -> Numbers.written(m.group(1)) + " " + UNITS.get(m.group(2)).one()),
            Rule.anywhere("(?<![\\p{L}\\d]|\\d[.,])({N}) ?" + SYMBOL + "(?![\\p{L}\\d'])",
                    m -> length(m.group(1), UNITS.get(m.group(2)))),
            Rule.anywhere("(?<=[a-z])/(h|s|min|day|week|month|year|hour|second)\\b",
                    m -> " per " + (UNITS.containsKey(m.group(1))
                    ? UNITS.get(m.group(1)).one() : m.group(1))));

    UnitFilter(TokenStream sentences) {
        super(sentences, RULES);
    }

    /** A lone capital is more often a part of a name, as in "221B Baker Street", unless a blank stands before it. */
    private static String symbol(String unit) {
        return unit.matches("[ABJN]") ? "(?<=\\d )" + unit : Pattern.quote(unit);
    }

    private static String length(String number, Unit unit) {
        return Numbers.written(number) + " " + (number.equals("1") ? unit.one : unit.many);
    }
}
