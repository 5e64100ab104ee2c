package dev.sirocco.vision;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * How a path becomes a caption. The file's name gives the first words: {@code fire_dragon2.png} is a "fire dragon".
 * Then comes what the containing folders add, from the nearest outwards: the words that the table has for them, and for
 * the nearest one its own name in the singular if the table does not have it. Nothing is said twice, so with
 * {@code mon → monster}, {@code mon/dragons/fire_dragon.png} is "fire dragon, monster" and
 * {@code mon/dragons/hydra.png} is "hydra, dragon, monster".
 *
 * @param folderWords the table: a folder's name, or the last names of its path ({@code item/weapon}), to words; empty
 *                    for one that says nothing
 * @param leftOut     folders, named in the same way, whose pictures are left out
 * @param noise       words of file names that say nothing
 */
public record CaptionRule(Map<String, String> folderWords, Set<String> leftOut, Set<String> noise) {

    /** Without a table. */
    public static final CaptionRule PLAIN = new CaptionRule(Map.of(), Set.of(), Set.of());

    private static final Pattern SEPARATORS = Pattern.compile("[\\s_.\\-,;:()\\[\\]]+");

    /** The caption; none if the picture is left out, or its path says nothing. */
    public Optional<String> caption(String path) {
        List<String> names = List.of(path.split("/"));
        List<String> folders = names.subList(0, names.size() - 1);
        List<String> parts = new ArrayList<>();
        Set<String> said = new TreeSet<>();
        add(parts, said, words(names.getLast().replaceFirst("\\.[^.]*$", "")));
        for (int depth = folders.size(); depth > 0; depth--) {
            List<String> upTo = folders.subList(0, depth);
            if (keys(upTo).stream().anyMatch(leftOut::contains)) {
                return Optional.empty();
            }
            Optional<String> inTable = keys(upTo).stream().filter(folderWords::containsKey).findFirst()
                    .map(folderWords::get);
            if (inTable.isPresent()) {
                add(parts, said, words(inTable.get()));
            } else if (depth == folders.size()) {
                add(parts, said, words(upTo.getLast()).stream().map(CaptionRule::singular).toList());
            }
        }
        return parts.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", parts));
    }

    /** What a folder may be called in the table, the longest name first. */
    private static List<String> keys(List<String> folders) {
        List<String> keys = new ArrayList<>();
        for (int from = 0; from < folders.size(); from++) {
            keys.add(String.join("/", folders.subList(from, folders.size())));
        }
        return keys;
    }

    private static void add(List<String> parts, Set<String> said, List<String> words) {
        if (!words.isEmpty() && words.stream().map(CaptionRule::singular).anyMatch(w -> !said.contains(w))) {
            parts.add(String.join(" ", words));
            words.forEach(w -> said.add(singular(w)));
        }
    }

    /**
     * The words of a name, in lower case: digits at their end go, and so do words that begin with a digit, single
     * letters and noise.
     */
    private List<String> words(String name) {
        return SEPARATORS.splitAsStream(name.toLowerCase(Locale.ROOT)).map(w -> w.replaceFirst("(?<=\\D)\\d+$", ""))
                .filter(w -> w.length() > 1 && !Character.isDigit(w.charAt(0)) && !noise.contains(w)).toList();
    }

    /** By the common rules of English: bodies, boxes, dragons. */
    private static String singular(String word) {
        if (word.endsWith("ies") && word.length() > 4) {
            return word.substring(0, word.length() - 3) + "y";
        }
        if (word.endsWith("xes") || word.endsWith("ches") || word.endsWith("shes") || word.endsWith("sses")) {
            return word.substring(0, word.length() - 2);
        }
        boolean isPlural = word.endsWith("s") && word.length() > 3
                && !word.endsWith("ss") && !word.endsWith("us") && !word.endsWith("is");
        return isPlural ? word.substring(0, word.length() - 1) : word;
    }
}
