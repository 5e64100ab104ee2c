package dev.sirocco.text.speech;

import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.TokenStream;

/** Abbreviations to whole words, and initials with full stops. */
final class AbbreviationFilter extends RewriteFilter {

    /** Before a name. */
    private static final Map<String, String> TITLES = Map.ofEntries(
            Map.entry("Mr", "mister"), Map.entry("Mrs", "missus"), Map.entry("Ms", "miz"), Map.entry("Mx", "mix"),
            Map.entry("Dr", "doctor"), Map.entry("Prof", "professor"), Map.entry("St", "saint"),
            Map.entry("Rev", "reverend"), Map.entry("Gen", "general"), Map.entry("Col", "colonel"),
            Map.entry("Capt", "captain"), Map.entry("Lt", "lieutenant"), Map.entry("Sgt", "sergeant"),
            Map.entry("Maj", "major"), Map.entry("Gov", "governor"), Map.entry("Sen", "senator"),
            Map.entry("Rep", "representative"), Map.entry("Pres", "president"), Map.entry("Hon", "honorable"),
            Map.entry("Mt", "mount"), Map.entry("Ft", "fort"));
    /** Behind a name. */
    private static final Map<String, String> PLACES = Map.ofEntries(
            Map.entry("St", "street"), Map.entry("Dr", "drive"), Map.entry("Ave", "avenue"),
            Map.entry("Blvd", "boulevard"), Map.entry("Rd", "road"), Map.entry("Ln", "lane"),
            Map.entry("Hwy", "highway"), Map.entry("Sq", "square"), Map.entry("Apt", "apartment"),
            Map.entry("Jr", "junior"), Map.entry("Sr", "senior"), Map.entry("Esq", "esquire"),
            Map.entry("Inc", "incorporated"), Map.entry("Ltd", "limited"),
            Map.entry("Co", "company"), Map.entry("Corp", "corporation"), Map.entry("Bros", "brothers"));
    /** Before a number, without a full stop too where the word is unlikely otherwise. */
    private static final Map<String, String> NUMBERED = Map.ofEntries(
            Map.entry("No", "number"), Map.entry("no", "number"), Map.entry("Nos", "numbers"),
            Map.entry("nos", "numbers"), Map.entry("Fig", "figure"), Map.entry("fig", "figure"),
            Map.entry("Vol", "volume"), Map.entry("vol", "volume"), Map.entry("p", "page"), Map.entry("pp", "pages"),
            Map.entry("Eq", "equation"), Map.entry("eq", "equation"), Map.entry("Sec", "section"),
            Map.entry("Ch", "chapter"), Map.entry("ca", "circa"), Map.entry("c", "circa"),
            Map.entry("Ext", "extension"), Map.entry("ext", "extension"));
    /** Anywhere; the full stop may be the sentence's too. */
    private static final Map<String, String> ANYWHERE = Map.ofEntries(
            Map.entry("etc", "et cetera"), Map.entry("e.g", "for example"), Map.entry("i.e", "that is"),
            Map.entry("vs", "versus"), Map.entry("v", "versus"), Map.entry("approx", "approximately"),
            Map.entry("cf", "compare"), Map.entry("et al", "et alii"), Map.entry("dept", "department"),
            Map.entry("Dept", "department"), Map.entry("govt", "government"), Map.entry("Univ", "university"),
            Map.entry("est", "established"), Map.entry("Est", "established"), Map.entry("min", "minimum"),
            Map.entry("max", "maximum"), Map.entry("tel", "telephone"), Map.entry("Tel", "telephone"),
            Map.entry("misc", "miscellaneous"));

    private static final String STREET = "(St|Dr|Ave|Blvd|Rd|Ln|Hwy|Sq)";

    private static final List<Rule> RULES = List.of(
            // "12 St. James St." is a street behind a name and a saint before one
            Rule.of("(?<=\\p{Lu}\\p{Ll}{1,20} |\\d |\\d(?:st|nd|rd|th) )" + STREET
                    + "\\.?(?=\\s*(?:$|[,;:.?!)]|[\\p{Ll}\\d]|(?:N|S|E|W|NE|NW|SE|SW)\\b))",
                    m -> PLACES.get(m.group(1))),
            Rule.of("(" + String.join("|", TITLES.keySet()) + ")\\.? (?=\\p{Lu}|and \\p{Lu})",
                    m -> TITLES.get(m.group(1)) + " "),
            Rule.of("(" + String.join("|", PLACES.keySet()) + ")\\.", m -> PLACES.get(m.group(1))),
            Rule.of("(Jr|Sr|Ltd|Blvd|Inc|Corp)", m -> PLACES.get(m.group(1))),
            Rule.of("(" + String.join("|", NUMBERED.keySet()) + ")\\. ?(?=\\d|[IVXLC]{2,}\\b)",
                    m -> NUMBERED.get(m.group(1)) + " "),
            Rule.of("(No|Vol|pp|Fig) (?=\\d)", m -> NUMBERED.get(m.group(1)) + " "),
            Rule.of("(?<!\\d )(" + String.join("|", ANYWHERE.keySet()).replace(".", "\\.") + ")\\.(?!\\.)",
                    m -> ANYWHERE.get(m.group(1))),
            Rule.of("vs|etc", m -> ANYWHERE.get(m.group())),
            Rule.anywhere("(?<=\\d) ?([ap])\\.?m\\b\\.?", m -> " " + (m.group(1).equals("a") ? "AM" : "PM")),
            Rule.anywhere("(?<=\\d)([AP])\\.?M\\b\\.?", m -> " " + m.group(1) + "M"),
            Rule.of("Ph\\.? ?D\\.?|PhD", m -> "PHD"),
            Rule.of("[ap]\\.m\\.?", m -> m.group().startsWith("a") ? "AM" : "PM"),
            // U.S.A. and J. R. R. Tolkien
            Rule.of("((?:\\p{L}\\.){1,8}\\p{L})\\.?('s)?", m -> InitialismFilter.spell(m.group(1).replace(".", ""))
                    + (m.group(2) == null ? "" : m.group(2))),
            Rule.of("(\\p{Lu})\\. (?=\\p{Lu})", m -> InitialismFilter.spell(m.group(1)) + " "),
            Rule.of("w/o", m -> "without"),
            Rule.anywhere("(?<!\\S)w/ ?", m -> "with "));

    AbbreviationFilter(TokenStream sentences) {
        super(sentences, RULES);
    }
}
