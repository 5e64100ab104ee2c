package dev.sirocco.apps.look;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Interrupt;
import dev.sirocco.apps.Range;
import dev.sirocco.apps.Terminal;
import dev.sirocco.apps.data.PictureData;
import dev.sirocco.apps.data.PictureDataOptions;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.apps.train.TrainingOptions;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Group;
import dev.sirocco.models.optim.Muon;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.models.optim.Schedule;
import dev.sirocco.models.train.Task;
import dev.sirocco.models.train.Trainer;
import dev.sirocco.models.zoo.Clip;
import dev.sirocco.models.zoo.Vit;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.WordTokenizer;
import dev.sirocco.vision.Augmentation;
import dev.sirocco.vision.CaptionedPictures;
import dev.sirocco.vision.LabelledPictures;
import dev.sirocco.vision.PictureForm;
import dev.sirocco.vision.train.ClassifierTask;
import dev.sirocco.vision.train.ContrastiveTask;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco look train}: a model that looks at pictures. */
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Trains a model on pictures: a ViT that tells the class, where the pictures have classes, and a contrastive "
        + "model that tells which caption fits, where they have captions.", "Ctrl-C saves; --resume goes on."})
final class LookTraining implements Callable<Integer> {

    private static final int CONTEXT = 12;
    private static final double SMOOTHING = 0.05;
    private static final double DECAY = 0.1;
    /** Of Muon's learning rate: AdamW's, for all that is not a matrix of a layer. */
    private static final double ADAM_SHARE = 0.3;

    @ParentCommand
    private Look parent;

    @Mixin
    private PictureDataOptions data;

    @Option(names = "--size", paramLabel = "N",
            description = "Height and width at which pictures are seen (default: their own, up to 64).")
    private Integer size;

    @Option(names = "--patch", paramLabel = "N",
            description = "Height and width of a patch (default: an eighth of the size, or a seventh).")
    private Integer patch;

    @Mixin
    private TrainingOptions training;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() {
        Terminal terminal = parent.terminal();
        PictureData pictures = new PictureData(terminal.out()::println);
        LookRun run = settings(pictures);
        if (run.isLabelled()) {
            trainClassifier(run, pictures.labelled(run.names().getFirst()));
        } else {
            trainMatcher(run, pictures.captioned(run.names()));
        }
        return 0;
    }

    private LookRun settings(PictureData pictures) {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("data", data.text());
        given.put("size", size);
        given.put("patch", patch);
        LookRun run = training.settings(LookRun.class,
                () -> LookRun.start(data.required(), data.isLabelled(pictures)), given);
        run.training().check();
        new Range("--size", 0, 1024).check(run.size());
        new Range("--patch", 0, 256).check(run.patch());
        return run;
    }

    private void trainClassifier(LookRun run, PictureData.Split<LabelledPictures> split) {
        PictureForm form = form(run, PictureForm.of(split.training().pictures()));
        int classes = split.training().classes().size();
        Vit vit = new Vit(Vit.Config.small(form.size(), patch(run, form), form.channels(), classes),
                Scope.root(run.training().seed()));
        ClassifierTask task = new ClassifierTask(vit::logits, vit.parameters(), fit(split.training(), form),
                fit(split.held(), form), augmentation(run, form), run.training().batch(), SMOOTHING,
                run.training().seed());
        Classifier classifier = new Classifier(vit, split.training().classes());
        train(run, task, () -> classifier.writeSettings(training.out()), "%,d pictures in %d classes, %,d held out"
                .formatted(split.training().size(), classes, split.held().size()));
        if (Files.exists(training.out().resolve(ModelFolder.WEIGHTS))) {
            parent.terminal().out().println(Accuracy.of(Classifier.load(training.out()), split.held(),
                    device.executor()));
        }
    }

    private static LabelledPictures fit(LabelledPictures pictures, PictureForm form) {
        return new LabelledPictures(form.fit(pictures.pictures()), pictures.labels(), pictures.classes());
    }

    private void trainMatcher(LookRun run, PictureData.Split<CaptionedPictures> split) {
        PictureForm form = form(run, PictureForm.of(split.training().pictures()));
        WordTokenizer tokenizer = training.isResumed() ? WordTokenizer.read(training.out())
                : WordTokenizer.of(split.training().captions(), 2);
        Clip clip = new Clip(Clip.Config.small(form.size(), patch(run, form), form.channels(),
                tokenizer.vocabularySize(), CONTEXT, 0), Scope.root(run.training().seed()));
        ContrastiveTask task = new ContrastiveTask(clip, pairs(split.training(), form, tokenizer),
                pairs(split.held(), form, tokenizer), augmentation(run, form), run.training().batch(),
                run.training().seed());
        train(run, task, () -> new Matcher(clip, tokenizer).writeSettings(training.out(), split.training().captions()),
                "%,d pictures with captions of %,d words, %,d held out".formatted(split.training().size(),
                        tokenizer.vocabularySize() - 1, split.held().size()));
    }

    private static ContrastiveTask.Pairs pairs(CaptionedPictures pictures, PictureForm form, WordTokenizer tokenizer) {
        return new ContrastiveTask.Pairs(form.fit(pictures.pictures()),
                pictures.captions().stream().map(caption -> tokenizer.encode(caption, CONTEXT)).toList());
    }

    private static PictureForm form(LookRun run, PictureForm own) {
        return run.size() == 0 ? own : own.withSize(run.size());
    }

    private static int patch(LookRun run, PictureForm form) {
        int chosen = run.patch() > 0 ? run.patch() : form.size() % 8 == 0 ? form.size() / 8 : form.size() / 7;
        if (chosen < 1 || form.size() % chosen != 0) {
            throw new UserError("pictures of %d × %d in patches of %d: take a --patch that divides the --size"
                    .formatted(form.size(), form.size(), chosen));
        }
        return chosen;
    }

    /** Moved a little and, where that is of no consequence, mirrored: digits and letters it would change. */
    private static Augmentation augmentation(LookRun run, PictureForm form) {
        boolean isDigits = run.data().contains("mnist") && !run.data().contains("fashion");
        return isDigits ? new Augmentation(form.size() / 14.0, 10, 0.1, false, run.training().seed())
                : new Augmentation(form.size() / 28.0, 0, 0, true, run.training().seed());
    }

    private void train(LookRun run, Task task, Runnable writeSettings, String about) {
        Terminal terminal = parent.terminal();
        Path out = training.folder();
        // The interrupt outlives the trainer's own handling of signals, so that the weights are exported too.
        try (Interrupt _ = new Interrupt(); Trainer trainer = new Trainer(task,
                optimizer(task.parameters(), run.training().learningRate()), Schedule.linear(0).withWarmup(0.02),
                run.training().config(0, 0), out, Map.of(), device.executor(), terminal.out())) {
            writeSettings.run();
            training.write(run);
            if (training.isResumed() && !trainer.resume()) {
                throw new UserError(out + " holds no checkpoint to resume from: train without --resume");
            }
            terminal.out().printf("%s; %,d parameters; %s%n", about, task.parameters().count(), out);
            trainer.run();
            if (Files.exists(Trainer.lastCheckpoint(out))) {
                ModelFolder.export(out);
            }
        }
    }

    /** Muon for the matrices within the transformers' layers, AdamW for the rest. */
    private static Optimizer optimizer(Parameters parameters, double rate) {
        return new Optimizer(parameters,
                new Group(p -> p.name().contains("encoder.layer") && p.shape().rank() == 2, new Muon(rate, DECAY)),
                Group.all(new AdamW(rate * ADAM_SHARE, 0.9, 0.95, 1e-10, 0)));
    }
}
