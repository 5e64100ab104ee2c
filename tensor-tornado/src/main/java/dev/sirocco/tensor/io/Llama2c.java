package dev.sirocco.tensor.io;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A Llama in a memory-mapped {@code .bin} of
 * <a href="https://github.com/karpathy/llama2.c">llama2.c</a>: version 0 without a magic number, 1, and 2 with matrices
 * in groups of bytes as {@code runq.c} reads them. Tensors have the names of its PyTorch model, such as
 * {@code layers.0.attention.wq.weight}. There is no {@code output.weight} if the token embedding serves for it.
 */
public final class Llama2c extends TensorFile {

    /**
     * The numbers in front of the weights.
     *
     * @param dim size of the hidden state
     * @param hiddenDim inner size of the feed-forward layers
     * @param seqLen most tokens at a time
     * @param isOutputShared whether the token embedding is the output layer too
     */
    public record Config(int dim, int hiddenDim, int nLayers, int nHeads, int nKvHeads, int vocabSize, int seqLen,
            boolean isOutputShared) {

        /** A negative number of tokens says that the output layer has weights of its own. */
        private static Config version0(Cursor in) {
            int[] n = numbers(in);
            return new Config(n[0], n[1], n[2], n[3], n[4], Math.abs(n[5]), n[6], n[5] > 0);
        }

        private static Config withFlag(Cursor in) {
            int[] n = numbers(in);
            return new Config(n[0], n[1], n[2], n[3], n[4], n[5], n[6], in.u8() != 0);
        }

        private static int[] numbers(Cursor in) {
            int[] numbers = new int[7];
            Arrays.setAll(numbers, _ -> in.i32());
            return numbers;
        }

        private boolean isPossible() {
            return IntStream.of(dim, hiddenDim, nHeads, nKvHeads, vocabSize, seqLen)
                            .allMatch(n -> n > 0 && n <= MAX_SIZE)
                    && nLayers > 0 && nLayers <= MAX_LAYERS && dim % nHeads == 0 && nHeads % nKvHeads == 0;
        }

        private int headDim() {
            return dim / nHeads;
        }
    }

    /** A tensor in the order of the file. */
    private record Weight(String name, Shape shape) {}

    static final String MAGIC = "24ka";

    /** Not a weight: cosines and sines that version 0 brings along. */
    private static final String ROTARY = "rotary";

    private static final ValueLayout.OfFloat SCALE =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int HEADER_BYTES = 256;
    private static final int VERSION_0_HEADER_BYTES = 28;
    private static final int MAX_LAYERS = 256;
    private static final int MAX_SIZE = 1 << 24;

    private final int version;
    private final Config config;

    private Llama2c(Path path, int version, Config config, Map<String, StoredTensor> tensors) {
        super(path, tensors);
        this.version = version;
        this.config = config;
    }

    /** @throws UserError if the file cannot be read, is none of llama2.c, or is damaged */
    public static Llama2c open(Path path) {
        return of(path, map(path));
    }

    static Llama2c of(Path file, MemorySegment whole) {
        if (isVersion0(file, whole)) {
            return ofVersion0(new Cursor(file, whole));
        }
        if (!beginsWith(whole, MAGIC)) {
            throw new UserError(file + " is not a file of llama2.c: check the path, or fetch it again");
        }
        Cursor in = new Cursor(file, whole);
        in.take(MAGIC.length());
        int version = in.i32();
        if (version != 1 && version != 2) {
            throw in.damaged("its version of llama2.c is " + version + ", not 0, 1 or 2");
        }
        Config config = Config.withFlag(in);
        int group = version == 2 ? in.i32() : 1;
        if (!config.isPossible() || group < 1) {
            throw in.damaged("its header has impossible sizes");
        }
        in.seek(HEADER_BYTES);
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        norms(config).forEach(w -> tensors.put(w.name(), floats(in, w)));
        matrices(config).forEach(w -> tensors.put(w.name(), version == 1 ? floats(in, w) : groups(in, w, group)));
        if (in.left() > 0) {
            throw in.damaged("%,d bytes follow the last tensor".formatted(in.left()));
        }
        return new Llama2c(file, version, config, tensors);
    }

    // ---- version 0 ------------------------------------------------------------------------------------------------

    /** There is no magic number; but the header must be possible, and give the file's size exactly. */
    static boolean isVersion0(Path file, MemorySegment whole) {
        if (whole.byteSize() < VERSION_0_HEADER_BYTES) {
            return false;
        }
        Config config = Config.version0(new Cursor(file, whole));
        return config.isPossible() && whole.byteSize() == VERSION_0_HEADER_BYTES
                + 4 * version0(config).stream().mapToLong(w -> w.shape().numel()).sum();
    }

    private static Llama2c ofVersion0(Cursor in) {
        Config config = Config.version0(in);
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        version0(config).forEach(w -> tensors.put(w.name(), floats(in, w)));
        tensors.remove(ROTARY);
        return new Llama2c(in.file(), 0, config, tensors);
    }

    private static List<Weight> version0(Config c) {
        List<Weight> matrices = matrices(c);
        List<Weight> norms = norms(c);
        int output = 1 + 7 * c.nLayers();
        List<Weight> all = new ArrayList<>();
        all.add(matrices.getFirst());
        all.addAll(norms.subList(0, c.nLayers()));
        all.addAll(matrices.subList(1, 1 + 4 * c.nLayers()));
        all.addAll(norms.subList(c.nLayers(), 2 * c.nLayers()));
        all.addAll(matrices.subList(1 + 4 * c.nLayers(), output));
        all.add(norms.getLast());
        all.add(new Weight(ROTARY, Shape.of(c.seqLen(), c.headDim())));
        all.addAll(matrices.subList(output, matrices.size()));
        return all;
    }

    // ---- versions 1 and 2 -----------------------------------------------------------------------------------------

    private static List<Weight> norms(Config c) {
        List<Weight> norms = new ArrayList<>();
        addLayers(norms, c, "attention_norm", c.dim());
        addLayers(norms, c, "ffn_norm", c.dim());
        norms.add(new Weight("norm.weight", Shape.of(c.dim())));
        return norms;
    }

    private static List<Weight> matrices(Config c) {
        List<Weight> matrices = new ArrayList<>();
        matrices.add(new Weight("tok_embeddings.weight", Shape.of(c.vocabSize(), c.dim())));
        addLayers(matrices, c, "attention.wq", c.dim(), c.dim());
        addLayers(matrices, c, "attention.wk", c.nKvHeads() * c.headDim(), c.dim());
        addLayers(matrices, c, "attention.wv", c.nKvHeads() * c.headDim(), c.dim());
        addLayers(matrices, c, "attention.wo", c.dim(), c.dim());
        addLayers(matrices, c, "feed_forward.w1", c.hiddenDim(), c.dim());
        addLayers(matrices, c, "feed_forward.w2", c.dim(), c.hiddenDim());
        addLayers(matrices, c, "feed_forward.w3", c.hiddenDim(), c.dim());
        if (!c.isOutputShared()) {
            matrices.add(new Weight("output.weight", Shape.of(c.vocabSize(), c.dim())));
        }
        return matrices;
    }

    private static void addLayers(List<Weight> weights, Config c, String name, int... dims) {
        for (int i = 0; i < c.nLayers(); i++) {
            weights.add(new Weight("layers." + i + "." + name + ".weight", Shape.of(dims)));
        }
    }

    private static StoredTensor floats(Cursor in, Weight w) {
        MemorySegment data = in.take(4 * w.shape().numel());
        return new StoredTensor.Contiguous(in.file(), w.name(), StoredType.F32, w.shape(), data);
    }

    private static StoredTensor groups(Cursor in, Weight w, int group) {
        long numel = w.shape().numel();
        if (numel % group != 0) {
            throw in.damaged("%s %s does not consist of groups of %d".formatted(w.name(), w.shape(), group));
        }
        return new Groups(w.shape(), group, in.take(numel), in.take(4 * (numel / group)));
    }

    /** Bytes, and a scale for each so many of them. */
    private record Groups(Shape shape, int group, MemorySegment values, MemorySegment scales) implements StoredTensor {

        @Override
        public String type() {
            return "I8/" + group;
        }

        @Override
        public long bytes() {
            return values.byteSize() + scales.byteSize();
        }

        @Override
        public DType dtype() {
            return DType.F32;
        }

        @Override
        public Storage read() {
            Storage unpacked = new Storage(DType.F32, shape);
            for (long i = 0; i < shape.numel(); i++) {
                unpacked.set(i, values.get(ValueLayout.JAVA_BYTE, i) * scales.get(SCALE, i / group * 4));
            }
            return unpacked;
        }
    }

    // ---- what is in it --------------------------------------------------------------------------------------------

    public Config config() {
        return config;
    }

    @Override
    public String format() {
        return "llama2.c v" + version;
    }

    /** The configuration by the names of its PyTorch model. */
    @Override
    public Map<String, Object> metadata() {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("dim", config.dim());
        metadata.put("hidden_dim", config.hiddenDim());
        metadata.put("n_layers", config.nLayers());
        metadata.put("n_heads", config.nHeads());
        metadata.put("n_kv_heads", config.nKvHeads());
        metadata.put("vocab_size", config.vocabSize());
        metadata.put("max_seq_len", config.seqLen());
        return metadata;
    }
}
