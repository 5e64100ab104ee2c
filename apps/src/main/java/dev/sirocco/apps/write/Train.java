package dev.sirocco.apps.write;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Interrupt;
import dev.sirocco.apps.MachineMemory;
import dev.sirocco.apps.Terminal;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.train.Trainer;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.models.zoo.GptTask;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.CharTokenizer;
import dev.sirocco.text.Corpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco write train}: a model from a text. */
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Trains a model on a text. Ctrl-C saves; --resume goes on.")
final class Train implements Callable<Integer> {

    @ParentCommand
    private Write parent;

    @Mixin
    private DataOption data;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder for the model and its checkpoints.")
    private Path out;

    @Option(names = "--preset", paramLabel = "P",
            description = "tiny, small (default) or base: 0.8, 1.8 or 4.8 million parameters; nano: as nanoGPT on a CPU.")
    private Preset preset;

    @Option(names = "--minutes", paramLabel = "M", description = "How long to train, over all resumptions.")
    private Double minutes;

    @Option(names = "--steps", paramLabel = "N", description = "How many steps to train.")
    private Long steps;

    @Option(names = "--resume", description = "Go on with the run in --out, with its settings.")
    private boolean isResumed;

    @Option(names = "--clean", negatable = true,
            description = "Clean the text first: quotes, dashes, blanks, Gutenberg licences.")
    private Boolean clean;

    @Option(names = "--validation", paramLabel = "SHARE",
            description = "Share of the text, at its end, to validate on (default 0.1, 0 for none).")
    private Double validation;

    @Option(names = "--batch", paramLabel = "N", description = "Windows of text in a step.")
    private Integer batch;

    @Option(names = "--context", paramLabel = "N", description = "Characters in a window.")
    private Integer context;

    @Option(names = "--lr", paramLabel = "X", description = "Largest learning rate: Muon's, default 0.04 (nano: AdamW's, 0.002).")
    private Double learningRate;

    @Option(names = "--dropout", paramLabel = "X", description = "Dropout rate.")
    private Double dropout;

    @Option(names = "--seed", paramLabel = "S", description = "Seed of all that is random (default 1).")
    private Long seed;

    @Option(names = "--eval-every", paramLabel = "N", description = "Steps between validations (default 250).")
    private Integer evalEvery;

    @Option(names = "--save-every", paramLabel = "N", description = "Steps between checkpoints (default 250).")
    private Integer saveEvery;

    @Option(names = "--log-every", paramLabel = "N", description = "Steps between lines of log.csv (default 10).")
    private Integer logEvery;

    @Option(names = "--inspect-every", paramLabel = "N",
            description = "Steps between measurements of activations and gradients for TensorBoard (default 0: none).")
    private Integer inspectEvery;

    @Option(names = "--recompute", negatable = true, description = "Take less memory and more time.")
    private Boolean recompute;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() {
        Terminal terminal = parent.terminal();
        Run run = settings();
        Corpus corpus = DataOption.read(run.files(), run.clean());
        CharTokenizer tokenizer = isResumed ? CharTokenizer.read(out) : CharTokenizer.of(corpus);
        Gpt.Config config = run.preset().model(tokenizer.vocabularySize(), run.context(), run.dropout());
        MachineMemory.require(Footprint.training(config, run.batch()), "choose a smaller --preset, --batch or --context");
        Corpus.Split split = run.validation() == 0 ? null : corpus.split(1 - run.validation());
        int[] training = (split == null ? corpus : split.train()).encode(tokenizer);
        int[] held = split == null ? new int[0] : split.validation().encode(tokenizer);

        Gpt gpt = new Gpt(config, Scope.root(run.seed()));
        GptTask task = new GptTask(gpt, training, held, run.batch(), run.seed());
        // The interrupt outlives the trainer's own handling of signals, so that the weights are exported too.
        try (Interrupt _ = new Interrupt(); Trainer trainer = trainer(task, gpt, run, terminal)) {
            new WriterModel(gpt, tokenizer).writeSettings(out);
            run.write(out);
            if (isResumed && !trainer.resume()) {
                throw new UserError(out + " holds no checkpoint to resume from: train without --resume");
            }
            terminal.out().printf("%,d characters, %d different; %,d parameters; %s%n", corpus.codePoints(),
                    tokenizer.vocabularySize(), gpt.parameters().count(), out);
            Trainer.Result result = trainer.run();
            if (Files.exists(Trainer.lastCheckpoint(out))) {
                WriterModel.export(out);
                ModelCard.write(out, gpt, run, corpus, result);
            }
        }
        return 0;
    }

    /** Those of the preset or of the run that is resumed, with the options that were given. */
    private Run settings() {
        boolean isUsed = Files.exists(Trainer.lastCheckpoint(out)) || Files.exists(out.resolve(WriterModel.WEIGHTS));
        if (!isResumed && isUsed) {
            throw new UserError(out + " holds a model already: go on with --resume, or name another --out");
        }
        if (Files.exists(out) && !Files.isDirectory(out)) {
            throw new UserError(out + " is a file: name a folder with --out");
        }
        Run base = isResumed ? Run.read(out) : (preset == null ? Preset.SMALL : preset).run();
        if (!isResumed && !data.isGiven()) {
            throw new UserError("no text to train on: give --data FILE");
        }
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("data", data.isGiven() ? data.text() : null);
        given.put("preset", isResumed ? preset : null);
        given.put("steps", steps);
        given.put("minutes", minutes);
        given.put("batch", batch);
        given.put("context", context);
        given.put("learningRate", learningRate);
        given.put("dropout", dropout);
        given.put("clean", clean);
        given.put("validation", validation);
        given.put("seed", seed);
        given.put("evalEvery", evalEvery);
        given.put("saveEvery", saveEvery);
        given.put("logEvery", logEvery);
        given.put("inspectEvery", inspectEvery);
        given.put("recompute", recompute);
        Map<String, String> changes = new LinkedHashMap<>();
        given.forEach((name, value) -> {
            if (value != null) {
                changes.put(name, value.toString());
            }
        });
        requirePositive("--steps", steps);
        requirePositive("--minutes", minutes);
        return base.with(changes);
    }

    /** Zero, which a run has for "no limit", is nothing to ask for. */
    private static void requirePositive(String option, Number value) {
        if (value != null && !(value.doubleValue() > 0)) {
            throw new UserError(option + " " + value + ": take a number above 0");
        }
    }

    private Trainer trainer(GptTask task, Gpt gpt, Run run, Terminal terminal) {
        Trainer.Config config = new Trainer.Config(run.steps(), run.minutes(), run.evalEvery(), run.saveEvery(),
                run.logEvery(), run.inspectEvery(), 1, run.preset().clip(), 0, run.recompute(), run.seed());
        return new Trainer(task, run.preset().optimizer(gpt, run.learningRate()), run.preset().schedule(), config,
                folder(), Map.of(), device.executor(), terminal.out());
    }

    private Path folder() {
        try {
            return Files.createDirectories(out);
        } catch (IOException e) {
            throw new UserError("cannot create the folder " + out + " (" + e.getMessage() + "): name another --out", e);
        }
    }
}
