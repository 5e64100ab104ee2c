package dev.sirocco.text.pronunciation;

import static dev.sirocco.text.pronunciation.PartOfSpeech.ADJECTIVE;
import static dev.sirocco.text.pronunciation.PartOfSpeech.NOUN;
import static dev.sirocco.text.pronunciation.PartOfSpeech.PAST;
import static dev.sirocco.text.pronunciation.PartOfSpeech.VERB;

import java.util.List;
import java.util.Set;

/**
 * A word's neighbours in its sentence, and what they make it.
 *
 * @param words of the sentence in lower case; pauses among them as their marks
 * @param position of the word
 */
record Neighbours(List<String> words, int position) {

    /** How far away a word may be that tells one reading from another. */
    private static final int REACH = 4;

    private static final Set<String> AUXILIARIES = set("to will would can could may might must shall should do does "
            + "did don't doesn't didn't won't wouldn't can't cannot couldn't shouldn't mustn't let let's please "
            + "help helps helped i'll you'll he'll she'll it'll we'll they'll i'd you'd he'd she'd we'd they'd");
    private static final Set<String> SUBJECTS = set("i you we they who people");
    private static final Set<String> OBJECTS = set("them me us him myself yourself himself herself themselves it");
    private static final Set<String> THIRD_PERSONS = set("he she it which who that");
    private static final Set<String> THIRD_PERSON_PRONOUNS = set("he she it");
    private static final Set<String> BE_AND_HAVE = set("be am is are was were been being isn't aren't wasn't weren't "
            + "have has had having haven't hasn't hadn't i'm i've you're you've he's she's it's we're we've "
            + "they're they've that's there's get gets got seem seems seemed look looks looked become became");
    private static final Set<String> DETERMINERS = set("the a an my your his her its our their this that these those "
            + "no some any each every another all both whose what many several few one two three four five six seven "
            + "eight nine ten first second third last next same");
    private static final Set<String> PREPOSITIONS = set("in of for with on at by from about into without between "
            + "under after before per during through against within across");
    private static final Set<String> DEGREES = set("very so too quite more most less as how rather fairly pretty");
    private static final Set<String> ADVERBS = set("not never always also often just only still now then even soon "
            + "already ever usually sometimes");

    private static Set<String> set(String words) {
        return Set.copyOf(List.of(words.split(" ")));
    }

    /** Whether one of these words is near. */
    boolean have(Set<String> cues) {
        for (int i = Math.max(0, position - REACH); i <= Math.min(words.size() - 1, position + REACH); i++) {
            if (i != position && cues.contains(words.get(i))) {
                return true;
            }
        }
        return false;
    }

    /** Whether it follows a form of "be" or "have", be it with an adverb between. */
    boolean followBeOrHave() {
        return BE_AND_HAVE.contains(wordAt(before()));
    }

    /** What the word may be, the likeliest first; none if its neighbours do not tell. */
    List<PartOfSpeech> parts() {
        int before = before();
        String last = wordAt(before);
        String secondLast = wordAt(before - 1);
        String next = wordAt(position + 1);
        boolean isQuestion = AUXILIARIES.contains(secondLast)                              // "did she record"
                && (SUBJECTS.contains(last) || OBJECTS.contains(last) || THIRD_PERSONS.contains(last));
        if (BE_AND_HAVE.contains(last)) {
            return List.of(PAST, ADJECTIVE, NOUN);
        }
        if (AUXILIARIES.contains(last) || SUBJECTS.contains(last) || isQuestion) {
            return List.of(VERB);
        }
        if (DEGREES.contains(last)) {
            return List.of(ADJECTIVE, NOUN);
        }
        if (THIRD_PERSON_PRONOUNS.contains(last)) {                                        // "she read", without an s
            return List.of(PAST, VERB);
        }
        if (isDeterminer(last) || PREPOSITIONS.contains(last)) {
            return List.of(NOUN, ADJECTIVE, PAST);
        }
        if (isDeterminer(next) || OBJECTS.contains(next)) {                                // "record the"
            return isDeterminer(secondLast) ? List.of(PAST, VERB) : List.of(VERB);
        }
        if (last.matches(".*[^siu]s") && (PREPOSITIONS.contains(next) || next.equals("to"))) {
            return List.of(VERB);                                                          // "students object to"
        }
        if (isDeterminer(secondLast) || next.equals("of") || BE_AND_HAVE.contains(next)) {
            return List.of(NOUN, ADJECTIVE, PAST);
        }
        return List.of();
    }

    /** What a word in -s may be: a plural, or a verb with a subject. */
    List<PartOfSpeech> partsOfPlural() {
        String last = wordAt(before());
        String next = wordAt(position + 1);
        boolean isNoun = AUXILIARIES.contains(next) || BE_AND_HAVE.contains(next);
        boolean isAfterNounsCompany = isDeterminer(last) || PREPOSITIONS.contains(last);
        boolean isVerb = THIRD_PERSONS.contains(last) && !(last.equals("that") && PREPOSITIONS.contains(next))
                || isDeterminer(last) && before() < position - 1                           // "this often records"
                || !isAfterNounsCompany && (isDeterminer(next) || OBJECTS.contains(next)); // "… records the"
        return !isNoun && isVerb ? List.of(VERB) : isNoun || isAfterNounsCompany ? List.of(NOUN) : List.of();
    }

    private static boolean isDeterminer(String word) {
        return DETERMINERS.contains(word) || word.length() > 3 && (word.endsWith("'s") || word.endsWith("s'"))
                && !BE_AND_HAVE.contains(word) && !AUXILIARIES.contains(word);
    }

    /** The place of the word before that is no adverb. */
    private int before() {
        int i = position - 1;
        while (i > 0 && (ADVERBS.contains(words.get(i)) || words.get(i).length() > 4 && words.get(i).endsWith("ly"))) {
            i--;
        }
        return i;
    }

    private String wordAt(int i) {
        return i < 0 || i >= words.size() ? "" : words.get(i);
    }
}
