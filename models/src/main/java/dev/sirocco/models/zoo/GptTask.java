package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.train.Task;
import dev.sirocco.models.train.WindowOrder;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.UserError;
import java.util.Arrays;
import java.util.stream.IntStream;

/** A {@link Gpt} predicting each next token of a text; the loss is in nats a token. */
public final class GptTask implements Task {

    private static final int NOT_COUNTED = -1;

    private final Gpt gpt;
    private final int[] training;
    private final int[] validation;
    private final int batch;
    private final int context;
    private final WindowOrder order;

    /**
     * @param training tokens of the text to learn
     * @param validation tokens of another one, may be empty
     * @param batch windows in a batch
     * @param seed of the windows' order
     */
    public GptTask(Gpt gpt, int[] training, int[] validation, int batch, long seed) {
        context = gpt.config().context();
        if (training.length < 2 * context) {
            throw new UserError(
                    "the text has %,d tokens, at least %,d are needed: take a longer one, or a shorter context"
                    .formatted(training.length, 2 * context));
        }
        this.gpt = gpt;
        this.training = training;
        this.validation = validation;
        this.batch = batch;
        order = new WindowOrder(training.length, context, seed);
    }

    @Override
    public Parameters parameters() {
        return gpt.parameters();
    }

    @Override
    public Tensor loss(Graph g) {
        Tensor tokens = g.input("tokens", DType.I32, batch, context);
        Tensor targets = g.input("targets", DType.I32, batch, context);
        return gpt.loss(tokens, targets);
    }

    @Override
    public String segment(String path) {
        return Task.block("h.", path);
    }

    @Override
    public void fill(Program program, long number) {
        fill(program, training, IntStream.range(0, batch).map(row -> order.start(number * batch + row)).toArray());
    }

    @Override
    public double units() {
        return (double) batch * context;
    }

    @Override
    public String unit() {
        return "tokens";
    }

    @Override
    public int validationBatches() {
        int windows = Math.ceilDiv(Math.max(0, validation.length - 1), context);
        return Math.ceilDiv(windows, batch);
    }

    @Override
    public double fillValidation(Program program, int number) {
        return fill(program, validation,
                IntStream.range(0, batch).map(row -> (number * batch + row) * context).toArray());
    }

    /** Fills the inputs with windows of a text; where it is over, nothing counts. Returns how many tokens do. */
    private int fill(Program program, int[] text, int[] starts) {
        int[] tokens = new int[batch * context];
        int[] targets = new int[batch * context];
        Arrays.fill(targets, NOT_COUNTED);
        int counted = 0;
        for (int row = 0; row < batch; row++) {
            int length = Math.clamp(text.length - 1 - starts[row], 0, context);
            if (length > 0) {
                System.arraycopy(text, starts[row], tokens, row * context, length);
                System.arraycopy(text, starts[row] + 1, targets, row * context, length);
                counted += length;
            }
        }
        program.input("tokens").set(tokens);
        program.input("targets").set(targets);
        return counted;
    }
}
