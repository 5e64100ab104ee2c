package dev.sirocco.apps.imagine;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.OutputNames;
import dev.sirocco.apps.Range;
import dev.sirocco.apps.data.PictureData;
import dev.sirocco.apps.look.Classifier;
import dev.sirocco.apps.look.Matcher;
import dev.sirocco.apps.look.Ranking;
import dev.sirocco.models.sample.DiffusionSampler;
import dev.sirocco.models.sample.Solver;
import dev.sirocco.models.sample.Start;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.vision.CaptionedPictures;
import dev.sirocco.vision.LabelledPictures;
import dev.sirocco.vision.Picture;
import dev.sirocco.vision.Sheet;
import dev.sirocco.vision.metrics.FrechetDistance;
import dev.sirocco.vision.metrics.PeakSignalToNoise;
import dev.sirocco.vision.train.PictureProgram;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco imagine eval}: how good the pictures are that a model makes. */
@Command(name = "eval", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Measures models: the autoencoder on held-out pictures; with a classifier how often it reads the class that "
        + "was asked for, and how far its features of made pictures are from those of real ones; with a contrastive "
        + "model how often it finds the caption of a held-out picture by the picture that was made of it."})
final class ImagineEvaluation implements Callable<Integer> {

    private static final int BATCH = 50;
    private static final int NEAREST = 16;

    @ParentCommand
    private Imagine parent;

    @Option(names = "--model", paramLabel = "DIR", arity = "1..*", required = true,
            description = "Folders that `sirocco imagine train` wrote, on the same data.")
    private List<Path> folders;

    @Option(names = "--data", paramLabel = "DATA", arity = "1..*", required = true, description = "As for training.")
    private List<String> data;

    @Option(names = "--look", paramLabel = "DIR", required = true,
            description = "The classifier or the contrastive model, a folder that `sirocco look train` wrote.")
    private Path look;

    @Option(names = "--samples", paramLabel = "N", defaultValue = "200",
            description = "Pictures to make (default 200).")
    private int samples;

    @Option(names = "--solver", paramLabel = "NAME", arity = "1..*", defaultValue = "dpm",
            description = "ddpm, ddim, euler, heun, dpm (default).")
    private List<String> solvers;

    @Option(names = "--steps", paramLabel = "N", arity = "1..*", defaultValue = "20",
            description = "Steps of the solver (default 20).")
    private List<Integer> steps;

    @Option(names = "--cfg", paramLabel = "X", defaultValue = "2",
            description = "Strength of the guidance (default 2, 1 for none).")
    private double guidance;

    @Option(names = "--plot", paramLabel = "FILE", description = "Draw the distances over the steps, as PNG.")
    private Path plot;

    @Option(names = "--nearest", paramLabel = "FILE",
            description = "Show 16 pictures that were made above the nearest ones of the training data, as PNG.")
    private Path nearest;

    @Mixin
    private DeviceOption device;

    private PrintStream out() {
        return parent.terminal().out();
    }

    @Override
    public Integer call() {
        new Range("--samples", 20, 100_000).check(samples);
        steps.forEach(n -> new Range("--steps", 1, 1000).check(n));
        new Range("--cfg", 0, 100).check(guidance);
        solvers.forEach(Solver::named);
        Stream.of(plot, nearest).filter(Objects::nonNull).forEach(file -> OutputNames.check(file, ".png"));
        PictureData source = new PictureData(out()::println);
        Executor executor = device.executor();
        if (Classifier.isIn(look)) {
            classes(source.labelled(data.getFirst()), executor);
        } else {
            captions(source.captioned(data), executor);
        }
        return 0;
    }

    // ---- classes ----------------------------------------------------------------------------------------------

    private void classes(PictureData.Split<LabelledPictures> split, Executor executor) {
        Classifier classifier = Classifier.load(look);
        try (PictureProgram logits = classifier.program(BATCH, executor);
                PictureProgram features = classifier.features(BATCH, executor)) {
            List<Picture> held = classifier.form().fit(split.held().pictures());
            List<Picture> real = classifier.form().fit(split.training().pictures().subList(0, split.held().size()));
            FrechetDistance ofHeld = new FrechetDistance(features.vectors(held));
            out().printf(Locale.ROOT, "%-40s distance %7.3f%n", "real pictures, training against held out",
                    new FrechetDistance(features.vectors(real)).to(ofHeld));
            DistancePlot curves = new DistancePlot();
            for (Path folder : folders) {
                Painter painter = Painter.load(folder);
                autoencoder(painter,
                        painter.form().fit(split.held().pictures().subList(0, Math.min(1000, held.size()))), executor);
                List<int[]> told = IntStream.range(0, samples).mapToObj(i -> new int[] {i % painter.classes().size()})
                        .toList();
                for (String solver : solvers) {
                    for (int n : steps) {
                        long start = System.nanoTime();
                        List<Picture> made = classifier.form().fit(make(painter, told, solver, n, executor));
                        double seconds = (System.nanoTime() - start) / 1e9;
                        int[] read = logits.largest(made);
                        long right = IntStream.range(0, read.length).filter(i -> read[i] == told.get(i)[0]).count();
                        double distance = new FrechetDistance(features.vectors(made)).to(ofHeld);
                        String name = "%s %s".formatted(folder.getFileName(), solver);
                        out().printf(Locale.ROOT, "%-40s distance %7.3f, read rightly %6.2f %%, %.1f pictures/s%n",
                                name + " %d steps".formatted(n), distance, 100.0 * right / samples, samples / seconds);
                        curves.add(name, n, distance);
                    }
                }
            }
            if (plot != null) {
                curves.draw(plot);
            }
        }
    }

    // ---- captions ---------------------------------------------------------------------------------------------

    private void captions(PictureData.Split<CaptionedPictures> split, Executor executor) {
        Matcher matcher = Matcher.load(look);
        int count = Math.min(samples, split.held().size());
        List<Integer> chosen = new ArrayList<>(IntStream.range(0, split.held().size()).boxed().toList());
        Collections.shuffle(chosen, new Random(1));
        List<Picture> real = chosen.stream().limit(count).map(split.held().pictures()::get).toList();
        List<String> captions = chosen.stream().limit(count).map(split.held().captions()::get).toList();
        float[][] ofCaptions = matcher.ofCaptions(captions, executor);
        out().printf("real pictures: %s%n",
                Ranking.of(matcher.ofPictures(matcher.form().fit(real), executor), ofCaptions, captions));
        for (Path folder : folders) {
            Painter painter = Painter.load(folder);
            autoencoder(painter, painter.form().fit(split.held().pictures()), executor);
            List<int[]> told = captions.stream().map(painter::toldOrNothing).toList();
            for (String solver : solvers) {
                for (int n : steps) {
                    List<Picture> made = make(painter, told, solver, n, executor);
                    float[][] ofMade = matcher.ofPictures(matcher.form().fit(made), executor);
                    List<float[]> shuffled = new ArrayList<>(List.of(ofMade));
                    Collections.rotate(shuffled, 1 + count / 2);
                    out().printf("%s, %s, %d steps: %s%n", folder.getFileName(), solver, n,
                            Ranking.of(ofMade, ofCaptions, captions));
                    out().printf("  the captions shuffled: %s%n",
                            Ranking.of(shuffled.toArray(float[][]::new), ofCaptions, captions));
                    if (nearest != null) {
                        showNearest(made.subList(0, Math.min(NEAREST, made.size())),
                                painter.form().fit(split.training().pictures()));
                    }
                }
            }
        }
    }

    /** Each picture above the one that differs least from it, by its squares. */
    private void showNearest(List<Picture> made, List<Picture> training) {
        List<Picture> sheet = new ArrayList<>(made);
        for (Picture picture : made) {
            sheet.add(training.stream().min((a, b) -> Double.compare(PeakSignalToNoise.squares(picture, a),
                    PeakSignalToNoise.squares(picture, b))).orElseThrow(() -> new UserError("no training pictures")));
        }
        Sheet.of(sheet, made.size(), 2).write(nearest);
        out().printf("pictures and the nearest ones of the training data: %s%n", nearest);
    }

    // ---- both -------------------------------------------------------------------------------------------------

    private void autoencoder(Painter painter, List<Picture> held, Executor executor) {
        if (painter.autoencoder() != null) {
            Latents latents = painter.latents();
            List<Picture> decoded = latents.decode(latents.encode(held, executor), executor);
            out().printf(Locale.ROOT, "autoencoder: PSNR %.2f dB on %,d held-out pictures%n",
                    PeakSignalToNoise.of(held, decoded), held.size());
        }
    }

    private List<Picture> make(Painter painter, List<int[]> told, String solver, int n, Executor executor) {
        DiffusionSampler.Settings settings = painter.clipped(
                DiffusionSampler.Settings.of(Solver.named(solver), n).withGuidance(guidance));
        List<float[]> made = new ArrayList<>();
        try (Painter.Sampling sampling = painter.sampling(BATCH, executor)) {
            for (int first = 0; first < told.size(); first += BATCH) {
                List<int[]> wanted = new ArrayList<>();
                for (int row = 0; row < BATCH; row++) {
                    wanted.add(told.get((first + row) % told.size()));
                }
                sampling.tell(wanted, Collections.nCopies(BATCH, painter.nothing()));
                float[] all = sampling.sampler().sample(settings, Start.at(first, painter.shape(BATCH)));
                made.addAll(Latents.split(all, BATCH));
            }
        }
        return painter.latents().decode(made.subList(0, told.size()), executor);
    }
}
