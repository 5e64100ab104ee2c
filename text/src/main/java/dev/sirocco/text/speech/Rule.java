package dev.sirocco.text.speech;

import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A written form and what to put in its place. */
record Rule(Pattern written, Function<MatchResult, String> spoken) {

    /**
     * A rule of whole tokens: no letter or digit stands right before or after.
     *
     * @param written a regular expression, case matters; {@code {N}} stands for any number
     */
    static Rule of(String written, Function<MatchResult, String> spoken) {
        return anywhere("(?<![\\p{L}\\d]|\\d[.,])(?:" + written + ")(?!(?<=[\\p{L}\\d])[\\p{L}\\d])", spoken);
    }

    /** A rule that sets its own bounds. */
    static Rule anywhere(String written, Function<MatchResult, String> spoken) {
        return new Rule(Pattern.compile(written.replace("{N}", "(?:" + Numbers.WRITTEN + ")")), spoken);
    }

    String rewrite(CharSequence text) {
        return written.matcher(text).replaceAll(match -> Matcher.quoteReplacement(spoken.apply(match)));
    }
}
