package dev.sirocco.apps.look;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Home;
import dev.sirocco.apps.Range;
import dev.sirocco.apps.Sirocco;
import dev.sirocco.apps.Terminal;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.Corpus;
import dev.sirocco.vision.Picture;
import dev.sirocco.vision.train.PictureProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** {@code sirocco look}: what pictures show. */
@Command(name = "look", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Says what pictures show: the class, and the captions that fit best.",
        subcommands = {LookTraining.class, LookEvaluation.class})
public final class Look implements Callable<Integer> {

    private static final int MOST_SHOWN = 1000;

    @ParentCommand
    private Sirocco parent;

    @Parameters(arity = "0..*", paramLabel = "IMAGE", description = "Pictures: PNG, JPEG, WebP, BMP or GIF.")
    private List<Path> files = List.of();

    @Option(names = "--model", paramLabel = "DIR", arity = "1",
            description = "A folder that `sirocco look train` wrote, or a published ViT; may be given twice (default: "
                    + "the models that come with Sirocco).")
    private List<Path> folders;

    @Option(names = "--caption", paramLabel = "TEXT",
            description = "A caption to choose from; may be given several times.")
    private List<String> captions = List.of();

    @Option(names = "--top", paramLabel = "N", defaultValue = "3",
            description = "How many answers to show (default 3).")
    private int top;

    @Mixin
    private DeviceOption device;

    Terminal terminal() {
        return parent.terminal();
    }

    @Override
    public Integer call() {
        new Range("--top", 1, MOST_SHOWN).check(top);
        if (files.isEmpty()) {
            throw new UserError("no picture to look at: name one or several files");
        }
        List<Picture> pictures = files.stream().map(Picture::read).toList();
        Executor executor = device.executor();
        List<List<String>> answers = new ArrayList<>();
        for (Path folder : folders()) {
            answers.add(Classifier.isIn(folder)
                    ? classes(Classifier.load(folder), pictures, executor)
                    : captions(Matcher.load(folder), folder, pictures, executor));
        }
        for (int i = 0; i < pictures.size(); i++) {
            int picture = i;
            terminal().out().println(files.get(i));
            answers.forEach(lines -> terminal().out().println("    " + lines.get(picture)));
        }
        return 0;
    }

    private List<Path> folders() {
        if (folders != null) {
            return folders;
        }
        List<Path> bundled = List.of(Home.checkpoint("look").resolve("classes"),
                Home.checkpoint("look").resolve("captions")).stream().filter(Files::isDirectory).toList();
        if (bundled.isEmpty()) {
            throw new UserError("no model came with Sirocco (nothing in " + Home.checkpoint("look") + "): train one "
                    + "with `sirocco look train --data mnist --out DIR --minutes 10`, then name it with --model DIR");
        }
        return bundled;
    }

    private List<String> classes(Classifier classifier, List<Picture> pictures, Executor executor) {
        try (PictureProgram program = classifier.program(pictures.size(), executor)) {
            List<String> lines = new ArrayList<>();
            for (float[] logits : program.vectors(classifier.form().fit(pictures))) {
                double largest = IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).max().orElseThrow();
                double[] odds = IntStream.range(0, logits.length).mapToDouble(i -> Math.exp(logits[i] - largest))
                        .toArray();
                double sum = IntStream.range(0, odds.length).mapToDouble(i -> odds[i]).sum();
                lines.add(best(odds, classifier.classes(), 100 / sum, "%s %.1f %%"));
            }
            return lines;
        }
    }

    private List<String> captions(Matcher matcher, Path folder, List<Picture> pictures, Executor executor) {
        if (captions.isEmpty() && !Files.exists(folder.resolve(Matcher.CAPTIONS))) {
            throw new UserError("%s has no captions to choose from: give some with --caption TEXT".formatted(folder));
        }
        List<String> choices = captions.isEmpty()
                ? Corpus.read(folder.resolve(Matcher.CAPTIONS)).text().lines().toList() : captions;
        float[][] ofCaptions = matcher.ofCaptions(choices, executor);
        List<String> lines = new ArrayList<>();
        for (float[] picture : matcher.ofPictures(matcher.form().fit(pictures), executor)) {
            double[] fits = IntStream.range(0, choices.size()).mapToDouble(i -> Matcher.fit(picture, ofCaptions[i]))
                    .toArray();
            lines.add(best(fits, choices, 1, "\"%s\" %.2f"));
        }
        return lines;
    }

    /** The names with the largest values. */
    private String best(double[] values, List<String> names, double scale, String format) {
        return IntStream.range(0, values.length).boxed().sorted(Comparator.comparing(i -> -values[i])).limit(top)
                .map(i -> String.format(Locale.ROOT, format, names.get(i), values[i] * scale))
                .reduce((a, b) -> a + ", " + b).orElseThrow();
    }
}
