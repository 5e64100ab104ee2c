package dev.sirocco.apps.write;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Interrupt;
import dev.sirocco.apps.MachineMemory;
import dev.sirocco.apps.Terminal;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.apps.train.TrainingOptions;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.train.Trainer;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.models.zoo.GptTask;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.CharTokenizer;
import dev.sirocco.text.Corpus;
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

    @Mixin
    private TrainingOptions training;

    @Option(names = "--preset", paramLabel = "P",
            description = "tiny, small (default) or base: 0.8, 1.8 or 4.8 million parameters, by Muon at a rate of "
                    + "0.04; nano: as nanoGPT on a CPU, by AdamW at 0.002.")
    private Preset preset;

    @Option(names = "--clean", negatable = true,
            description = "Clean the text first: quotes, dashes, blanks, Gutenberg licences.")
    private Boolean clean;

    @Option(names = "--validation", paramLabel = "SHARE",
            description = "Share of the text, at its end, to validate on (default 0.1, 0 for none).")
    private Double validation;

    @Option(names = "--context", paramLabel = "N", description = "Characters in a window.")
    private Integer context;

    @Option(names = "--dropout", paramLabel = "X", description = "Dropout rate.")
    private Double dropout;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() {
        Terminal terminal = parent.terminal();
        Path out = training.out();
        Run run = settings();
        Corpus corpus = DataOption.read(run.files(), run.clean());
        CharTokenizer tokenizer = training.isResumed() ? CharTokenizer.read(out) : CharTokenizer.of(corpus);
        Gpt.Config config = run.preset().model(tokenizer.vocabularySize(), run.context(), run.dropout());
        int batch = run.training().batch();
        MachineMemory.require(Footprint.training(config, batch), "choose a smaller --preset, --batch or --context");
        Corpus.Split split = run.validation() == 0 ? null : corpus.split(1 - run.validation());
        int[] text = (split == null ? corpus : split.train()).encode(tokenizer);
        int[] held = split == null ? new int[0] : split.validation().encode(tokenizer);

        long seed = run.training().seed();
        Gpt gpt = new Gpt(config, Scope.root(seed));
        GptTask task = new GptTask(gpt, text, held, batch, seed);
        // The interrupt outlives the trainer's own handling of signals, so that the weights are exported too.
        try (Interrupt _ = new Interrupt(); Trainer trainer = trainer(task, gpt, run, terminal)) {
            new WriterModel(gpt, tokenizer).writeSettings(out);
            training.write(run);
            if (training.isResumed() && !trainer.resume()) {
                throw new UserError(out + " holds no checkpoint to resume from: train without --resume");
            }
            terminal.out().printf("%,d characters, %d different; %,d parameters; %s%n", corpus.codePoints(),
                    tokenizer.vocabularySize(), gpt.parameters().count(), out);
            Trainer.Result result = trainer.run();
            if (Files.exists(Trainer.lastCheckpoint(out))) {
                ModelFolder.export(out);
                ModelCard.write(out, gpt, run, corpus, result);
            }
        }
        return 0;
    }

    /** Those of the preset or of the run that is resumed, with the options that were given. */
    private Run settings() {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("data", data.isGiven() ? data.text() : null);
        given.put("preset", training.isResumed() ? preset : null);
        given.put("context", context);
        given.put("dropout", dropout);
        given.put("clean", clean);
        given.put("validation", validation);
        Run run = training.settings(Run.class, (preset == null ? Preset.SMALL : preset)::run, given);
        if (run.data().isEmpty()) {
            throw new UserError("no text to train on: give --data FILE");
        }
        return run.check();
    }

    private Trainer trainer(GptTask task, Gpt gpt, Run run, Terminal terminal) {
        return new Trainer(task, run.preset().optimizer(gpt, run.training().learningRate()), run.preset().schedule(),
                run.training().config(run.preset().clip(), 0), training.folder(), Map.of(), device.executor(),
                terminal.out());
    }
}
