package dev.sirocco.apps.write;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Range;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.Corpus;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco write search}: which lines of a text say what is asked for, whatever their words. */
@Command(name = "search", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Finds the lines of a text that are nearest in meaning to what is asked for.")
final class Search implements Callable<Integer> {

    private static final int MOST_SHOWN = 1000;

    @ParentCommand
    private Write parent;

    @Parameters(index = "0", paramLabel = "QUESTION", description = "What to look for.")
    private String question;

    @Parameters(index = "1", paramLabel = "FILE", description = "A text, whose lines are compared.")
    private Path file;

    @Option(names = "--model", paramLabel = "DIR", required = true,
            description = "A published sentence encoder, such as all-MiniLM-L6-v2.")
    private Path model;

    @Option(names = "-n", paramLabel = "N", defaultValue = "5", description = "Lines to show (default 5).")
    private int count;

    @Mixin
    private DeviceOption device;

    private record Found(String line, double likeness) {}

    @Override
    public Integer call() {
        new Range("-n", 1, MOST_SHOWN).check(count);
        if (question.isBlank()) {
            throw new UserError("nothing is asked for: say what to look for");
        }
        List<String> lines = Corpus.read(file).text().lines().map(String::strip).filter(line -> !line.isEmpty())
                .distinct().toList();
        if (lines.isEmpty()) {
            throw new UserError(file + " holds no text to look in");
        }
        try (SentenceEncoder encoder = SentenceEncoder.load(model, device.executor())) {
            float[] asked = encoder.encode(question);
            lines.stream().map(line -> new Found(line, dot(asked, encoder.encode(line))))
                    .sorted(Comparator.comparingDouble(Found::likeness).reversed()).limit(count)
                    .forEach(found -> parent.terminal().out().printf(Locale.ROOT, "%5.2f  %s%n", found.likeness,
                            found.line));
        }
        return 0;
    }

    /** The cosine of the angle between two directions. */
    private static double dot(float[] a, float[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }
}
