package dev.sirocco.apps.imagine;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Interrupt;
import dev.sirocco.apps.JsonFile;
import dev.sirocco.apps.data.PictureData;
import dev.sirocco.apps.data.PictureDataOptions;
import dev.sirocco.apps.train.BeginningOption;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.apps.train.Moments;
import dev.sirocco.apps.train.TrainingOptions;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Group;
import dev.sirocco.models.optim.Muon;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.models.optim.Schedule;
import dev.sirocco.models.sample.DiffusionLoss;
import dev.sirocco.models.train.Records;
import dev.sirocco.models.train.Trainer;
import dev.sirocco.models.zoo.AutoencoderKl;
import dev.sirocco.models.zoo.Dit;
import dev.sirocco.models.zoo.Unet;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.WordTokenizer;
import dev.sirocco.vision.Augmentation;
import dev.sirocco.vision.CaptionedPictures;
import dev.sirocco.vision.LabelledPictures;
import dev.sirocco.vision.Picture;
import dev.sirocco.vision.PictureForm;
import dev.sirocco.vision.metrics.PeakSignalToNoise;
import dev.sirocco.vision.train.AutoencoderTask;
import dev.sirocco.vision.train.DiffusionTask;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco imagine train}: a model that makes pictures. */
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Trains a model that makes pictures of what it is told: first an autoencoder, then a diffusion network on "
        + "its latents. It is told captions, or classes where the pictures have those.",
        "Without --minutes and --steps the autoencoder alone is trained.", "Ctrl-C saves; --resume goes on."})
final class ImagineTraining implements Callable<Integer> {

    private static final double DIVERGENCE = 1e-4;
    /** Of Muon's learning rate: AdamW's, for all that is not a hidden matrix. */
    private static final double ADAM_SHARE = 0.1;
    /** Held-out pictures that are validated on while training. */
    private static final int VALIDATED = 512;
    /** Words that occur once in the captions cannot be learned from them. */
    private static final int LEAST_OFTEN = 2;

    @ParentCommand
    private Imagine parent;

    @Mixin
    private PictureDataOptions data;

    @Option(names = "--size", paramLabel = "N",
            description = "Height and width of the pictures (default: their own, up to 64).")
    private Integer size;

    @Option(names = "--way", paramLabel = "WAY",
            description = "flow (default): rectified flow; clean: the same, by the clean picture; v: cosine schedule; "
                    + "epsilon: linear schedule.")
    private Painter.Way way;

    @Option(names = "--pixels", description = "Without an autoencoder.")
    private Boolean isPixels;

    @Option(names = "--autoencoder", paramLabel = "DIR", description = "Take the autoencoder of this model.")
    private Path autoencoderOf;

    @Option(names = "--autoencoder-minutes", paramLabel = "M", description = "How long to train the autoencoder.")
    private Double autoencoderMinutes;

    @Option(names = "--autoencoder-steps", paramLabel = "N", description = "How many steps to train the autoencoder.")
    private Long autoencoderSteps;

    @Option(names = "--latent", paramLabel = "N", description = "Channels of the latents (default 6).")
    private Integer latent;

    @Option(names = "--network", paramLabel = "NAME", description = "unet (default), or dit: a diffusion transformer.")
    private PictureNetwork.Kind network;

    @Option(names = "--layers", paramLabel = "N",
            description = "Layers of the transformer (default 8), or blocks of the U-Net at each size (default 2).")
    private Integer layers;

    @Option(names = "--width", paramLabel = "N",
            description = "Width of the transformer (default 192), or of the U-Net where it is widest (default 128).")
    private Integer width;

    @Option(names = "--ema", paramLabel = "X",
            description = "Decay of the averages of the weights (default 0.999, 0 for none).")
    private Double ema;

    @Mixin
    private BeginningOption beginning;

    @Mixin
    private TrainingOptions training;

    @Mixin
    private DeviceOption device;

    /** Pictures in the form that is learned, and what the network is told of each. */
    private record Lesson(List<Picture> pictures, List<int[]> told) {

        Lesson first(int n) {
            int some = Math.min(n, pictures.size());
            return new Lesson(pictures.subList(0, some), told.subList(0, some));
        }
    }

    @Override
    public Integer call() {
        PictureData source = new PictureData(out()::println);
        ImagineRun run = settings(source);
        if (!run.isPixels() && autoencoderOf == null && !run.hasAutoencoderEnd() && !hasAutoencoder()) {
            throw new UserError("no autoencoder: give --autoencoder-minutes M, --autoencoder-steps N, --autoencoder "
                    + "DIR or --pixels");
        }
        Executor executor = device.executor();
        training.folder();
        training.write(run);
        if (run.isLabelled()) {
            PictureData.Split<LabelledPictures> split = source.labelled(run.names().getFirst());
            PictureForm form = run.form(PictureForm.of(split.training().pictures()));
            List<String> classes = split.training().classes();
            Function<LabelledPictures, Lesson> lesson = part -> new Lesson(form.fit(part.pictures()),
                    IntStream.of(part.labels()).mapToObj(label -> new int[] {label}).toList());
            train(run, form, null, classes, lesson.apply(split.training()), lesson.apply(split.held()).first(VALIDATED),
                    executor);
        } else {
            PictureData.Split<CaptionedPictures> split = source.captioned(run.names());
            PictureForm form = run.form(PictureForm.of(split.training().pictures()));
            WordTokenizer tokenizer = WordTokenizer.of(split.training().captions(), LEAST_OFTEN);
            Function<CaptionedPictures, Lesson> lesson = part -> new Lesson(form.fit(part.pictures()),
                    part.captions().stream().map(caption -> tokenizer.encode(caption, PictureNetwork.WORDS)).toList());
            train(run, form, tokenizer, List.of(), lesson.apply(split.training().withMirrored()),
                    lesson.apply(split.held()).first(VALIDATED), executor);
        }
        return 0;
    }

    private Path autoencoderFolder() {
        return training.out().resolve(Painter.AUTOENCODER);
    }

    private boolean hasAutoencoder() {
        return Files.exists(autoencoderFolder().resolve(ModelFolder.WEIGHTS));
    }

    private PrintStream out() {
        return parent.terminal().out();
    }

    private ImagineRun settings(PictureData source) {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("data", data.text());
        given.put("size", size);
        given.put("way", way);
        given.put("isPixels", isPixels);
        given.put("autoencoderMinutes", autoencoderMinutes);
        given.put("autoencoderSteps", autoencoderSteps);
        given.put("latent", latent);
        given.put("network", network);
        given.put("layers", layers);
        given.put("width", width);
        given.put("ema", ema);
        return training.settings(ImagineRun.class,
                () -> ImagineRun.start(data.required(), data.isLabelled(source), network), given).check();
    }

    private void train(ImagineRun run, PictureForm form, WordTokenizer tokenizer, List<String> classes, Lesson lesson,
            Lesson held, Executor executor) {
        out().printf("%,d pictures of %d × %d, %,d held out%n", lesson.pictures.size(), form.size(), form.size(),
                held.pictures.size());
        Path autoencoderFolder = autoencoderFolder();
        try (Interrupt interrupt = new Interrupt()) {
            if (!run.isPixels()) {
                getAutoencoder(run, form, lesson.pictures, held.pictures, autoencoderFolder, executor);
            }
            if (interrupt.isRequested()) {
                return;
            }
            if (!run.training().hasEnd()) {
                out().printf("only the autoencoder, as neither --minutes nor --steps was given: give one with --resume "
                        + "to go on, or take it with --autoencoder %s for another model%n", training.out());
                return;
            }
            Autoencoder autoencoder = run.isPixels() ? null : Autoencoder.ours(autoencoderFolder);
            int words = tokenizer == null ? 0 : tokenizer.vocabularySize();
            PictureNetwork network = network(run, form, autoencoder, classes.size(), words);
            double shift = run.isPixels() ? Painter.Settings.shift(form.size()) : 1;
            Painter painter = new Painter(
                    new Painter.Settings(form.channels(), form.size(), run.network(), run.way(), shift), autoencoder,
                    network, tokenizer, classes);
            painter.writeSettings(training.out());
            trainNetwork(run, painter, lesson, held, executor);
        }
    }

    // ---- the autoencoder --------------------------------------------------------------------------------------

    /**
     * Fills the folder with the one that was asked for, or a new one, unless it has one; an interrupted run leaves it
     * so.
     */
    private void getAutoencoder(ImagineRun run, PictureForm form, List<Picture> pictures, List<Picture> held,
            Path folder, Executor executor) {
        if (hasAutoencoder()) {
            return;
        }
        if (autoencoderOf != null) {
            copyAutoencoder(autoencoderOf, folder, form);
        } else if (!trainAutoencoder(run, form, pictures, held, folder, executor)) {
            return;
        }
        measure(folder, form, pictures, executor);
    }

    private static void copyAutoencoder(Path model, Path folder, PictureForm form) {
        Path from = model.resolve(Painter.AUTOENCODER);
        int channels = Autoencoder.config(from).channels();
        if (channels != form.channels()) {
            throw new UserError("the autoencoder of %s is for pictures of %d channels, these have %d: take another"
                    .formatted(model, channels, form.channels()));
        }
        try {
            Files.createDirectories(folder);
            Files.copy(from.resolve(ModelFolder.CONFIG), folder.resolve(ModelFolder.CONFIG),
                    StandardCopyOption.REPLACE_EXISTING);
            Files.copy(ModelFolder.weights(from, Painter.COMMAND), folder.resolve(ModelFolder.WEIGHTS));
        } catch (IOException e) {
            throw new UserError("cannot take the autoencoder of %s (%s): name a folder that `%s` wrote"
                    .formatted(model, e.getMessage(), Painter.COMMAND), e);
        }
    }

    /** @return whether the training came to its end */
    private boolean trainAutoencoder(ImagineRun run, PictureForm form, List<Picture> pictures, List<Picture> held,
            Path folder, Executor executor) {
        AutoencoderKl.Config config = run.autoencoder(form);
        AutoencoderKl autoencoder = new AutoencoderKl(config, Scope.root(run.training().seed()));
        var settings = run.autoencoderTraining();
        AutoencoderTask task = new AutoencoderTask(autoencoder, pictures, held,
                new Augmentation(form.size() / 16.0, 0, 0, true, settings.seed()), settings.batch(), DIVERGENCE,
                settings.seed());
        double rate = settings.learningRate();
        Optimizer optimizer = new Optimizer(autoencoder.parameters(),
                new Group(p -> p.shape().rank() == 4, new Muon(rate, 0)),
                Group.all(new AdamW(rate * ADAM_SHARE, 0.9, 0.99, 1e-8, 0)));
        try (Trainer trainer = new Trainer(task, optimizer, Schedule.cosine(0.05).withWarmup(0.02),
                settings.config(1, 0), folder, Map.of(), executor, out())) {
            trainer.resume();
            int numbers = form.channels() * form.size() * form.size();
            int grid = form.size() / config.factor();
            out().printf("autoencoder: %,d parameters, %,d numbers a picture to %,d%n",
                    autoencoder.parameters().count(), numbers, config.latent() * grid * grid);
            Trainer.Result result = trainer.run();
            out().printf(Locale.ROOT, "autoencoder: PSNR %.2f dB on %,d held-out pictures%n",
                    PeakSignalToNoise.of(result.bestLoss(), 2), held.size());
            if (!result.isComplete()) {
                return false;
            }
        }
        JsonFile.write(folder.resolve(ModelFolder.CONFIG), Records.toTexts(config));
        ModelFolder.export(folder);
        return true;
    }

    /** Gives the autoencoder the scale and shift by which the latents of these pictures have mean 0 and deviation 1. */
    private static void measure(Path folder, PictureForm form, List<Picture> pictures, Executor executor) {
        AutoencoderKl.Config config = Autoencoder.config(folder);
        JsonFile.write(folder.resolve(ModelFolder.CONFIG), Records.toTexts(config.withScale(1, 0)));
        Autoencoder autoencoder = Autoencoder.ours(folder);
        List<Picture> some = pictures.subList(0, Math.min(2000, pictures.size()));
        Moments moments = new Moments();
        new Latents(form, autoencoder).encode(some, executor).forEach(moments::add);
        JsonFile.write(folder.resolve(ModelFolder.CONFIG),
                Records.toTexts(config.withScale(1 / moments.deviation(), moments.mean())));
    }

    // ---- the network ------------------------------------------------------------------------------------------

    private static PictureNetwork network(ImagineRun run, PictureForm form, Autoencoder autoencoder, int classes,
            int words) {
        Scope scope = Scope.root(run.training().seed());
        return switch (run.network()) {
            case UNET -> new PictureNetwork.OfUnet(new Unet(run.unet(form, autoencoder, classes, words), scope));
            case DIT -> new PictureNetwork.OfDit(new Dit(run.transformer(form, autoencoder, classes, words), scope));
        };
    }

    private void trainNetwork(ImagineRun run, Painter painter, Lesson lesson, Lesson held, Executor executor) {
        DiffusionLoss loss = new DiffusionLoss(painter.settings().schedule(), run.way().prediction(),
                run.way().times(), 0);
        Function<Lesson, DiffusionTask.Samples> samples =
                l -> new DiffusionTask.Samples(painter.latents().encode(l.pictures, executor), l.told);
        DiffusionTask task = new DiffusionTask(painter.denoiser(), painter.network().parameters(), loss,
                painter.shape(1).without(0), samples.apply(lesson), samples.apply(held), painter.nothing(),
                run.training().batch(), run.training().seed());
        try (Trainer trainer = new Trainer(task, painter.network().optimizer(run.training().learningRate()),
                Schedule.linear(0.02).withWarmup(0.02), run.training().config(1, run.ema()), training.out(), Map.of(),
                executor, out())) {
            beginning.start(trainer, training.isResumed(), training.out(), Painter.COMMAND);
            out().printf("network: %,d parameters; %s%n", painter.network().parameters().count(), training.out());
            trainer.run();
            if (Files.exists(Trainer.lastCheckpoint(training.out()))) {
                ModelFolder.export(training.out());
            }
        }
    }
}
