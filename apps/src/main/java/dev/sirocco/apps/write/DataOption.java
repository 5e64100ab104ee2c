package dev.sirocco.apps.write;

import dev.sirocco.text.Cleaning;
import dev.sirocco.text.Corpus;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The text that a command reads, for commands to mix in. */
final class DataOption {

    @Option(names = "--data", paramLabel = "FILE", arity = "1..*", description = "Text in UTF-8, one file or several.")
    private List<Path> files = List.of();

    boolean isGiven() {
        return !files.isEmpty();
    }

    Corpus read(boolean clean) {
        return read(files, clean);
    }

    static Corpus read(List<Path> files, boolean clean) {
        Corpus corpus = Corpus.read(files, Corpus.LineEnds.NORMALISE);
        return clean ? Cleaning.standard().clean(corpus) : corpus;
    }

    /** The files as one text, from which {@link #files(String)} gets them back, whatever the working directory. */
    String text() {
        return files.stream().map(file -> file.toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    static List<Path> files(String text) {
        return Stream.of(text.split(File.pathSeparator)).map(Path::of).toList();
    }
}
