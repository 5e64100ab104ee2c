package dev.sirocco.apps.imagine;

import dev.sirocco.apps.Home;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The models that came with Sirocco, in a folder each, called after what they make: sprites, emoji. */
record Styles(Path folder) {

    private static final String FIRST = "sprite";

    static Styles bundled() {
        return new Styles(Home.checkpoint("imagine"));
    }

    /** In alphabetical order. */
    List<String> names() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(folder)) {
            return folders.filter(each -> Files.exists(each.resolve(ModelFolder.CONFIG)))
                    .map(each -> each.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The style that was named, or that a word of the prompt names, or else sprites.
     *
     * @param named empty if none was
     * @throws UserError if there is none of that name, or none at all
     */
    String choose(String named, String prompt) {
        List<String> names = names();
        if (names.isEmpty()) {
            throw new UserError("no model came with Sirocco (nothing in " + folder + "): train one with `"
                    + Painter.COMMAND + " --data twemoji --autoencoder-minutes 20 --minutes 60 --out DIR`, then name "
                    + "it with --model DIR");
        }
        if (!named.isEmpty() && !names.contains(named)) {
            throw new UserError("no style '%s': choose one of %s".formatted(named, String.join(", ", names)));
        }
        return Stream.of(Stream.of(named), names.stream().filter(name -> words(prompt).anyMatch(isName(name))),
                Stream.of(FIRST), names.stream()).flatMap(each -> each).filter(names::contains).findFirst()
                .orElseThrow();
    }

    Path folder(String style) {
        return folder.resolve(style);
    }

    /** The prompt without the style's name, which says nothing more to the style's model; if other words are left. */
    static String without(String style, String prompt) {
        String rest = words(prompt).filter(isName(style).negate()).collect(Collectors.joining(" "));
        return rest.isEmpty() ? prompt : rest;
    }

    private static Stream<String> words(String prompt) {
        return Arrays.stream(prompt.strip().split("\\s+"));
    }

    /** Singular or plural, with or without a comma behind. */
    private static Predicate<String> isName(String style) {
        return word -> {
            String bare = word.replaceAll("\\p{Punct}", "");
            return bare.equalsIgnoreCase(style) || bare.equalsIgnoreCase(style + "s");
        };
    }
}
