package dev.sirocco.text.pronunciation;

import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.train.Task;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A {@link Gpt} answering a word's letters with its sounds; the loss is in nats a sound. Words follow one another in
 * rows as long as the context, in a new order every epoch, so that hardly a token is padding; positions are relative,
 * so a word may stand anywhere. What a row's beginning cuts off from its letters counts nothing.
 */
public final class PronunciationTask implements Task {

    private static final int NOT_COUNTED = -1;
    /** Of the held-out words, those that validation looks at: enough for three digits. */
    private static final int MOST_VALIDATED = 1500;

    private final Gpt gpt;
    private final int batch;
    private final int context;
    private final long seed;
    private final List<int[]> training;
    private final int[] validation;
    private final long batchesPerEpoch;
    private int[] stream;
    private long epoch = -1;

    /**
     * @param batch rows in a batch
     * @param seed of the words' order
     */
    public PronunciationTask(Gpt gpt, Lexicon lexicon, LexiconSplit split, int batch, long seed) {
        this.gpt = gpt;
        this.batch = batch;
        this.seed = seed;
        context = gpt.config().context();
        training = new ArrayList<>(samples(lexicon, split.training()));
        int every = Math.ceilDiv(split.held().size(), MOST_VALIDATED);
        validation = join(samples(lexicon, IntStream.range(0, split.held().size()).filter(i -> i % every == 0)
                .mapToObj(split.held()::get).toList()));
        batchesPerEpoch = Math.max(1, training.stream().mapToLong(s -> s.length).sum() / ((long) batch * context));
    }

    /** Every pronunciation of every word as letters and sounds. */
    private static List<int[]> samples(Lexicon lexicon, List<String> words) {
        List<int[]> samples = new ArrayList<>();
        for (String word : words) {
            for (Pronunciation pronunciation : lexicon.pronunciations(word)) {
                samples.add(join(List.of(SpellingTokens.prompt(word), SpellingTokens.answer(pronunciation))));
            }
        }
        return samples;
    }

    private static int[] join(List<int[]> parts) {
        return parts.stream().flatMapToInt(Arrays::stream).toArray();
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
        if (number / batchesPerEpoch != epoch) {
            epoch = number / batchesPerEpoch;
            List<int[]> shuffled = new ArrayList<>(training);
            Collections.shuffle(shuffled, new Random(seed * 0x9e3779b97f4a7c15L + epoch));
            stream = join(shuffled);
        }
        fill(program, stream, (int) (number % batchesPerEpoch));
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
        return Math.ceilDiv(validation.length, batch * context);
    }

    @Override
    public double fillValidation(Program program, int number) {
        return fill(program, validation, number);
    }

    /** Fills the inputs with a batch of a stream; where it is over, nothing counts. Returns how many targets do. */
    private int fill(Program program, int[] stream, int number) {
        int[] tokens = new int[batch * context];
        int[] targets = new int[batch * context];
        Arrays.fill(targets, NOT_COUNTED);
        int counted = 0;
        for (int row = 0; row < batch; row++) {
            int start = (number * batch + row) * context;
            // Whether the letters of the sounds to come are in this row.
            boolean isWhole = start == 0 || start <= stream.length && stream[start - 1] == SpellingTokens.END;
            for (int t = 0; t < context && start + t + 1 < stream.length; t++) {
                int i = row * context + t;
                tokens[i] = stream[start + t];
                isWhole |= t > 0 && tokens[i - 1] == SpellingTokens.END;
                if (isWhole && SpellingTokens.isAnswer(stream[start + t + 1])) {
                    targets[i] = stream[start + t + 1];
                    counted++;
                }
            }
        }
        program.input("tokens").set(tokens);
        program.input("targets").set(targets);
        return counted;
    }
}
