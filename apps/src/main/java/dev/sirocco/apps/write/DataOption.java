package dev.sirocco.apps.write;

import dev.sirocco.text.Cleaning;
import dev.sirocco.text.Corpus;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The text that a command reads, for commands to mix in. */
final class DataOption {

    @Option(names = "--data", paramLabel = "FILE", arity = "1..*", description = "Text in UTF-8, one file or several.")
    private List<Path> files = List.of();

    boolean isGiven() {
        return !files.isEmpty();
    }

    Corpus read(boolean clean) {
        Corpus corpus = Corpus.read(files, Corpus.LineEnds.NORMALISE);
        return clean ? Cleaning.standard().clean(corpus) : corpus;
    }
}
