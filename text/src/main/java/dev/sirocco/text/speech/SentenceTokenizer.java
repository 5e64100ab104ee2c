package dev.sirocco.text.speech;

import java.io.IOException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.TypeAttribute;

/**
 * Cuts a stream into written sentences, one a token. A sentence ends at {@code . ? !} before a blank, but not after an
 * abbreviation, at an empty line, at the end of the text, and before it gets longer than {@value #MAX_LENGTH}
 * characters. The type of a paragraph's last sentence is {@value #PARAGRAPH_END}. Offsets are not set.
 */
final class SentenceTokenizer extends Tokenizer {

    /** The type of the last sentence of a paragraph. */
    static final String PARAGRAPH_END = "paragraph-end";
    /** A longer sentence is cut at its last comma or blank before this. */
    static final int MAX_LENGTH = 1000;

    private static final int BLOCK = 2048;
    /** What must be known of the text behind a full stop, in characters. */
    private static final int LOOKAHEAD = 64;

    /**
     * An empty line, or a line that begins with a bullet, or sentence marks before a blank with what may close after
     * them.
     */
    private static final Pattern CANDIDATE = Pattern.compile(
            "(?<paragraph>\\s*\\n[ \\t]*\\n\\s*|\\s*\\n\\s*(?=[*•] ))|(?<marks>[.?!]+[\"')\\]]*)\\s+");
    private static final Pattern LAST_WORD = Pattern.compile("[\\p{L}\\d.&'-]+$");
    /** Behind an initial: another. */
    private static final Pattern INITIAL = Pattern.compile("\\p{Lu}\\.");
    private static final Pattern INITIALS = Pattern.compile("\\p{L}|(?:\\p{L}\\.)+\\p{L}");

    /** Never the last word of a sentence: something always follows. */
    private static final Set<String> LEADING = Set.of("Mr", "Mrs", "Ms", "Mx", "Dr", "Prof", "Sr", "Rev", "Gen", "Col",
            "Capt", "Lt", "Sgt", "Maj", "Gov", "Sen", "Rep", "Pres", "Hon", "Messrs", "Mt", "Ft", "vs", "e.g", "i.e",
            "cf", "approx", "ca");
    /** Not the last word before a number, Arabic or Roman. */
    private static final Set<String> BEFORE_NUMBER =
            Set.of("No", "no", "Nos", "nos", "Fig", "fig", "Vol", "vol", "p", "pp", "Eq", "eq", "Sec", "Ch", "Ext",
                    "ext");
    private static final Pattern NUMBER = Pattern.compile("\\d|[IVXLC]{2,}\\b");
    private static final Set<String> TRAILING = Set.of("etc", "St", "Inc", "Ltd", "Co", "Corp", "Jr", "Ave", "Blvd",
            "Rd", "Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Oct", "Nov", "Dec", "Mon", "Tue",
            "Tues", "Wed", "Thu", "Thur", "Thurs", "Fri", "Sat", "Sun", "al", "dept", "Dept", "est", "Est", "Esq",
            "min", "max", "ft", "oz", "lb", "lbs");
    /** Words that tell a new sentence from a name, after an abbreviation. */
    private static final Set<String> STARTERS = Set.of("The", "A", "An", "He", "She", "It", "They", "We", "I", "You",
            "In", "On", "At", "But", "And", "So", "This", "That", "These", "Those", "There", "His", "Her", "Its",
            "Their", "Our", "My", "When", "Then", "If", "As", "After", "Before", "For", "What", "Who", "Why", "How",
            "Where", "No", "Not", "Now", "Yes");

    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final TypeAttribute type = addAttribute(TypeAttribute.class);
    private final char[] block = new char[BLOCK];
    private final StringBuilder pending = new StringBuilder();
    private boolean ended;

    @Override
    public boolean incrementToken() throws IOException {
        clearAttributes();
        skipBlanks();
        if (pending.isEmpty()) {
            return false;
        }
        while (!ended && pending.length() < MAX_LENGTH + LOOKAHEAD) {
            fill();
        }
        int end = sentenceEnd();
        term.append(pending, 0, end);
        pending.delete(0, end);
        return true;
    }

    /** Where the first sentence of what is pending ends. */
    private int sentenceEnd() {
        Matcher candidate = CANDIDATE.matcher(pending);
        while (candidate.find() && candidate.start() < MAX_LENGTH) {
            if (candidate.start("paragraph") >= 0) {
                type.setType(PARAGRAPH_END);
                return candidate.start();
            }
            int newLines = (int) candidate.group().chars().filter(c -> c == '\n').count();
            boolean last = candidate.end() == pending.length() && ended;
            if (newLines > 1 || last || endsSentence(candidate)) {
                if (newLines > 1 || last) {
                    type.setType(PARAGRAPH_END);
                }
                return candidate.end("marks");
            }
        }
        if (ended && pending.length() <= MAX_LENGTH) {
            type.setType(PARAGRAPH_END);
            return pending.length();
        }
        return cut();
    }

    private boolean endsSentence(Matcher candidate) {
        int at = candidate.end();
        String next = pending.substring(at, Math.min(pending.length(), at + LOOKAHEAD))
                .replaceFirst("^[\"'(\\[*]+", "");
        int first = next.isEmpty() ? ' ' : next.codePointAt(0);
        if (Character.isLowerCase(first)) {
            return false;
        }
        if (!candidate.group("marks").equals(".")) {
            return true;
        }
        Matcher before = LAST_WORD.matcher(pending).region(0, candidate.start());
        if (!before.find()) {
            return true;
        }
        String word = before.group();
        if (BEFORE_NUMBER.contains(word)) {
            return !NUMBER.matcher(next).lookingAt();
        }
        if (LEADING.contains(word) || word.length() == 1 && INITIAL.matcher(next).lookingAt()) {
            return false;
        }
        boolean mayGoOn = INITIALS.matcher(word).matches() || TRAILING.contains(word);
        return !mayGoOn || STARTERS.contains(next.split("[^\\p{L}]", 2)[0]);
    }

    /** Where to cut what has no end of a sentence: behind a mark within, a blank, or anywhere. */
    private int cut() {
        for (String mark : new String[] {"; ", ": ", ", ", " "}) {
            int at = pending.lastIndexOf(mark, MAX_LENGTH - mark.length());
            if (at > MAX_LENGTH / 2) {
                return at + mark.length();
            }
        }
        return Character.isHighSurrogate(pending.charAt(MAX_LENGTH - 1)) ? MAX_LENGTH - 1 : MAX_LENGTH;
    }

    private void skipBlanks() throws IOException {
        do {
            int blanks = 0;
            while (blanks < pending.length() && Character.isWhitespace(pending.charAt(blanks))) {
                blanks++;
            }
            pending.delete(0, blanks);
            if (pending.isEmpty() && !ended) {
                fill();
            }
        } while (!pending.isEmpty() && Character.isWhitespace(pending.charAt(0)) || pending.isEmpty() && !ended);
    }

    private void fill() throws IOException {
        int n = input.read(block, 0, BLOCK);
        if (n < 0) {
            ended = true;
        } else {
            pending.append(block, 0, n);
        }
    }

    @Override
    public void reset() throws IOException {
        super.reset();
        pending.setLength(0);
        ended = false;
    }
}
