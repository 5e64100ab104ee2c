package dev.sirocco.apps.write;

import dev.sirocco.apps.train.TrainingOptions;
import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Interrupt;
import dev.sirocco.apps.MachineMemory;
import dev.sirocco.apps.Range;
import dev.sirocco.models.sample.TokenSampler;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.Corpus;
import dev.sirocco.text.GenerationReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco write report}: what a model writes, compared with what it has read. */
@Command(name = "report", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Writes a text and compares it with the one that the model was trained on: words that exist, repetition, "
        + "copying."})
final class Report implements Callable<Integer> {

    @ParentCommand
    private Write parent;

    @Parameters(arity = "0..1", paramLabel = "PROMPT", defaultValue = "",
            description = "The text to continue; may be empty.")
    private String prompt;

    @Mixin
    private DataOption data;

    @Option(names = "--clean", description = "Clean the text of --data first, as for training.")
    private boolean clean;

    @Option(names = "--chars", paramLabel = "N", defaultValue = "10000",
            description = "Characters to write in all (default 10,000).")
    private int characters;

    @Option(names = "-n", paramLabel = "N", defaultValue = "8",
            description = "Texts among which they are divided (default 8).")
    private int samples;

    @Option(names = "--copy-length", paramLabel = "N", defaultValue = "" + GenerationReport.COPY_LENGTH,
            description = "From how many characters a passage counts as copied (default ${DEFAULT-VALUE}).")
    private int copyLength;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    @Mixin
    private SamplingOptions sampling;

    @Mixin
    private ModelOption modelOption;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() {
        new Range("--chars", 1, Write.MOST_CHARACTERS).check(characters);
        new Range("-n", 1, Write.MOST_SAMPLES).check(samples);
        new Range("--copy-length", 1, Write.MOST_CHARACTERS).check(copyLength);
        TokenSampler.Settings settings = sampling.settings();
        Executor executor = device.executor();
        Corpus training = training();
        WriterModel model = modelOption.load();
        MachineMemory.require(TextModel.of(model).bytes(samples), "write fewer texts at once (-n)");
        GenerationReport report = GenerationReport.of(write(model, settings, executor), training, copyLength);
        parent.terminal().out().println(json ? report.json() : report.text());
        return 0;
    }

    /** The text of --data, or the one that the model's own run names. */
    private Corpus training() {
        if (data.isGiven()) {
            return data.read(clean);
        }
        Path folder = modelOption.folder();
        if (!Files.exists(folder.resolve(TrainingOptions.FILE))) {
            throw new UserError(folder + " does not say what it was trained on: give that text with --data FILE");
        }
        Run run = TrainingOptions.read(folder, Run.class);
        return DataOption.read(run.files(), run.clean());
    }

    private String write(WriterModel model, TokenSampler.Settings settings, Executor executor) {
        try (Interrupt interrupt = new Interrupt();
                Continuation texts = new Continuation(TextModel.of(model), prompt, samples, settings,
                        sampling.seed(), executor)) {
            return String.join("\n", texts.next(Math.ceilDiv(characters, samples), interrupt));
        }
    }
}
