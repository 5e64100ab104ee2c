package dev.sirocco.apps.write;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.MachineMemory;
import dev.sirocco.apps.Range;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.models.zoo.GptTask;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.Corpus;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco write eval}: how well a model predicts a text. */
@Command(name = "eval", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Measures how well a model predicts a text: the mean loss of a character in nats, and in bits.",
        "The text is read in windows of the model's context; every character but the first is predicted once."})
final class Evaluate implements Callable<Integer> {

    private enum Part { ALL, TRAIN, VALIDATION }

    private static final int MOST_BATCH = 65_536;

    @ParentCommand
    private Write parent;

    @Mixin
    private ModelOption modelOption;

    @Mixin
    private DataOption data;

    @Option(names = "--split", paramLabel = "PART", defaultValue = "all",
            description = "all (default), train or validation: which part of the text, as training divides it.")
    private Part part;

    @Option(names = "--validation", paramLabel = "SHARE", defaultValue = "0.1",
            description = "The validation part's share of the text (default 0.1).")
    private double validation;

    @Option(names = "--clean", description = "Clean the text first, as for training.")
    private boolean clean;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "16", description = "Windows at once (default 16).")
    private int batch;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() {
        new Range("--batch", 1, MOST_BATCH).check(batch);
        new Range("--validation", 0, 1).check(validation);
        if (!data.isGiven()) {
            throw new UserError("no text to evaluate on: give --data FILE");
        }
        Executor executor = device.executor();
        WriterModel model = modelOption.load();
        int[] text = part(data.read(clean)).encode(model.tokenizer());
        if (text.length < 2) {
            throw new UserError("the text has a single character, and the first is not predicted: give a longer one");
        }
        double loss = loss(model.gpt(), text, executor);
        parent.terminal().out().printf(Locale.ROOT, "val_loss %.4f bits_per_char %.4f%n", loss, loss / Math.log(2));
        return 0;
    }

    private Corpus part(Corpus whole) {
        return switch (part) {
            case ALL -> whole;
            case TRAIN -> whole.split(1 - validation).train();
            case VALIDATION -> whole.split(1 - validation).validation();
        };
    }

    /** The mean over all characters but the first. */
    private double loss(Gpt gpt, int[] text, Executor executor) {
        int context = gpt.config().context();
        int rows = Math.min(batch, Math.ceilDiv(text.length - 1, context));
        MachineMemory.require(Footprint.evaluation(gpt.config(), rows), "choose a smaller --batch");
        int[] nothingToLearn = new int[2 * context];
        GptTask task = new GptTask(gpt, nothingToLearn, text, rows, 0);
        Graph g = new Graph();
        g.output("loss", task.loss(g));
        double sum = 0;
        double predicted = 0;
        try (Program program = g.compile(executor)) {
            for (int i = 0; i < task.validationBatches(); i++) {
                double weight = task.fillValidation(program, i);
                program.run();
                sum += program.output("loss").scalar() * weight;
                predicted += weight;
            }
        }
        return sum / predicted;
    }
}
