package dev.sirocco.models.zoo;

import dev.sirocco.models.sample.TokenSampler;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.UserError;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Continues texts with a {@link LanguageModel}. Prompts are read many tokens at once, in programs for a few lengths,
 * then every token takes one run of the program for one.
 *
 * <pre>{@code
 * try (LanguageDecoder decoder = new LanguageDecoder(gpt, 1, 512, new TokenSampler(65), Executors.best())) {
 *     decoder.begin(settings, seed);
 *     int[] token = decoder.next(new int[][] {prompt});
 *     while (…) {
 *         token = decoder.next(new int[][] {token});
 *     }
 * }
 * }</pre>
 *
 * <p>When the cache is full, the later half of the text is read anew and the rest forgotten. Equal seeds, settings and
 * prompts give equal texts.
 */
public final class LanguageDecoder implements AutoCloseable {

    private static final int BUCKET_GROWTH = 4;
    /** So few tokens are read one by one: a program for them would take longer to get warm than it saves. */
    private static final int FEW = 8;
    /** Keys and values are large, so that there is room for so many tokens at first, and for more as they come. */
    private static final int FIRST_ROOM = 128;

    private final LanguageModel model;
    private final int batch;
    private final int capacity;
    private final TokenSampler sampler;
    private final Executor executor;
    private final Map<Integer, Program> programs = new HashMap<>();
    private final int[][] text;

    private int room;
    private LanguageModel.Reader reader;
    /** What the reader remembers, (batch, tokens, …) each. */
    private List<State> memory = List.of();
    private TokenSampler.Settings settings = TokenSampler.Settings.greedy();
    private int seed;
    private int drawn;
    private int position;

    /**
     * @param batch texts continued at once
     * @param capacity tokens that are remembered
     */
    public LanguageDecoder(LanguageModel model, int batch, int capacity, TokenSampler sampler, Executor executor) {
        this.model = model;
        this.batch = batch;
        this.capacity = capacity;
        this.sampler = sampler;
        this.executor = executor;
        room = executor.isQuick() ? Math.min(FIRST_ROOM, capacity) : capacity;
        reader = model.reader(batch, room);
        text = new int[batch][capacity];
    }

    /** Forgets all. */
    public void begin(TokenSampler.Settings settings, long seed) {
        this.settings = settings;
        this.seed = (int) (seed ^ seed >>> 32);
        drawn = 0;
        position = 0;
    }

    /**
     * Reads tokens, and draws the one to follow.
     *
     * @param tokens those not read yet, one row for each text, all rows equally long and not empty
     * @return one token for each text
     */
    public int[] next(int[][] tokens) {
        if (tokens.length != batch || tokens[0].length == 0) {
            throw new IllegalArgumentException("%d rows of tokens for %d texts"
                    .formatted(tokens.length, batch));
        }
        int[] token = readAll(tokens);
        drawn++;
        return token;
    }

    private int[] readAll(int[][] tokens) {
        int[] token = null;
        for (int done = 0; done < tokens[0].length;) {
            if (position == capacity) {
                forgetHalf();
            }
            int bucket = bucket(tokens[0].length - done, capacity - position);
            if (position + bucket > room) {
                makeRoom(position + bucket);
            }
            int count = Math.min(bucket, tokens[0].length - done);
            token = read(tokens, done, count, bucket);
            done += count;
        }
        return token;
    }

    private void makeRoom(int tokens) {
        while (room < tokens) {
            room = Math.min(BUCKET_GROWTH * room, capacity);
        }
        close();
        programs.clear();
        reader = model.reader(batch, room);
        if (position > 0) {
            List<State> before = memory;
            programs.put(1, compile(1));
            takeOver(before);
        }
    }

    private void takeOver(List<State> before) {
        for (int i = 0; i < before.size(); i++) {
            MemorySegment from = before.get(i).storage().segment();
            MemorySegment to = memory.get(i).storage().segment();
            long bytes = from.byteSize() / batch;
            for (int row = 0; row < batch; row++) {
                MemorySegment.copy(from, row * bytes, to, row * (to.byteSize() / batch), bytes);
            }
        }
    }

    private void forgetHalf() {
        int[][] later = new int[text.length][];
        for (int row = 0; row < text.length; row++) {
            later[row] = Arrays.copyOfRange(text[row], position / 2, position);
        }
        position = 0;
        readAll(later);
    }

    /** The smallest length of a program that holds so many tokens, or the largest one that fits. */
    private static int bucket(int count, int room) {
        int bucket = 1;
        if (count <= FEW) {
            return bucket;
        }
        while (bucket < count && bucket * BUCKET_GROWTH <= room) {
            bucket *= BUCKET_GROWTH;
        }
        return bucket;
    }

    private int[] read(int[][] tokens, int from, int count, int bucket) {
        int[] padded = new int[tokens.length * bucket];
        for (int row = 0; row < tokens.length; row++) {
            System.arraycopy(tokens[row], from, padded, row * bucket, count);
            System.arraycopy(tokens[row], from, text[row], position, count);
        }
        Program p = programs.computeIfAbsent(bucket, this::compile);
        p.input("tokens").set(padded);
        p.input("position").set(new int[] {position});
        p.input("last").set(new int[] {count - 1});
        p.input("settings").set(settings.numbers());
        p.input("random").set(new int[] {seed, drawn});
        p.run();
        position += count;
        int[] token = p.output("token").ints();
        if (Arrays.stream(token).anyMatch(t -> t == TokenSampler.NONE)) {
            throw new UserError("the network's logits are not numbers (NaN): its weights are damaged, or training "
                    + "diverged");
        }
        return token;
    }

    private Program compile(int bucket) {
        Graph g = new Graph();
        g.randomFrom(g.input("random", DType.I32, 2));                       // seed and tokens drawn: no state to keep
        Tensor logits = reader.nextLogits(g.input("tokens", DType.I32, batch, bucket),
                g.input("position", DType.I32, 1), g.input("last", DType.I32, 1));
        g.output("token", sampler.sample(logits, g.input("settings", DType.F32, TokenSampler.NUMBERS)));
        memory = List.copyOf(g.updates().keySet());
        return g.compile(executor);
    }

    @Override
    public void close() {
        programs.values().forEach(Program::close);
    }
}
