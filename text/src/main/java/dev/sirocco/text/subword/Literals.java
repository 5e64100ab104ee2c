package dev.sirocco.text.subword;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** Tokens that are found in a text before all else: the first there is, and of several at one place the longest. */
final class Literals {

    private record Literal(String text, int id) {}

    /** By their first char, the longest first. */
    private final Map<Character, List<Literal>> literals = new HashMap<>();

    Literals(Vocabulary vocabulary) {
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.kind(id) == Vocabulary.Kind.LITERAL) {
                String text = vocabulary.text(id);
                literals.computeIfAbsent(text.charAt(0), _ -> new ArrayList<>()).add(new Literal(text, id));
            }
        }
        literals.values().forEach(
                same -> same.sort(Comparator.comparingInt((Literal literal) -> literal.text.length()).reversed()));
    }

    /** Gives the literals and what lies between them, in order, to one or the other. */
    void split(String text, IntConsumer found, Consumer<String> between) {
        int begin = 0;
        int at = 0;
        while (!literals.isEmpty() && at < text.length()) {
            Literal literal = at(text, at);
            if (literal == null) {
                at++;
                continue;
            }
            if (begin < at) {
                between.accept(text.substring(begin, at));
            }
            found.accept(literal.id);
            at += literal.text.length();
            begin = at;
        }
        if (begin < text.length()) {
            between.accept(text.substring(begin));
        }
    }

    private Literal at(String text, int at) {
        for (Literal literal : literals.getOrDefault(text.charAt(at), List.of())) {
            if (text.startsWith(literal.text, at)) {
                return literal;
            }
        }
        return null;
    }
}
