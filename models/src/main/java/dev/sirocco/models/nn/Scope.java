package dev.sirocco.models.nn;

import dev.sirocco.tensor.fast.BlockPacking;
import dev.sirocco.tensor.fast.QuantisedMatMul.Format;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.io.TensorFile;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A place in a model, where layers make their parameters. Its path mirrors the names in published checkpoints, so
 * loading one needs no table of names:
 *
 * <pre>{@code
 * Linear q = new Linear(scope.at("h").at(3).at("attn").at("q"), 128, 128, false);   // h.3.attn.q.weight
 *
 * Gpt fresh = new Gpt(config, Scope.root(seed));
 * Gpt loaded = Scope.load(Path.of("gpt2"), name -> name.endsWith(".attn.bias"), s -> new Gpt(config, s));
 * }</pre>
 *
 * <p>A new parameter's numbers follow from the seed and its name alone, not from the order in which layers are made.
 */
public final class Scope {

    /** Where the numbers of a parameter come from; they are made in the type that is wanted, without a copy. */
    @FunctionalInterface
    private interface Source {
        Storage get(String name, Init init, DType dtype, Shape shape);
    }

    private final Parameters parameters;
    private final Source source;
    /** Of parameters with two axes or more. */
    private final DType matrices;
    /** What matrices are rounded to, where their rows are whole blocks; null for none. */
    private final Format blocks;
    private final String path;

    private Scope(Parameters parameters, Source source, DType matrices, Format blocks, String path) {
        this.parameters = parameters;
        this.source = source;
        this.matrices = matrices;
        this.blocks = blocks;
        this.path = path;
    }

    /** For a new model. */
    public static Scope root(long seed) {
        return new Scope(new Parameters(), (name, init, dtype, shape) -> {
            Storage weights = new Storage(dtype, shape);
            init.fill(weights, new SplittableRandom(seed ^ hash(name)));
            return weights;
        }, DType.F32, null, "");
    }

    /**
     * Builds a model with the tensors of a safetensors file; see {@link #load(String, Map, Predicate, Function)}.
     *
     * @param path as in {@link Safetensors#open}
     */
    public static <M> M load(Path path, Predicate<String> isIgnored, Function<Scope, M> model) {
        return load(Safetensors.open(path), isIgnored, model);
    }

    /** Builds a model with the tensors of a file; see {@link #load(String, Map, Predicate, Function)}. */
    public static <M> M load(TensorFile file, Predicate<String> isIgnored, Function<Scope, M> model) {
        Map<String, Storage> tensors = new LinkedHashMap<>();
        file.names().stream().filter(isIgnored.negate()).forEach(name -> tensors.put(name, file.get(name)));
        return load(file.path().toString(), tensors, isIgnored, model);
    }

    /**
     * Builds a model with the tensors of a checkpoint, copied as F32 unless the scope is {@linkplain #storing storing}
     * matrices in another type.
     *
     * @param from what the tensors came from, for messages
     * @param isIgnored which tensors the model need not take
     * @throws UserError if a tensor is missing, has another shape, or is not taken by the model
     */
    public static <M> M load(String from, Map<String, Storage> tensors, Predicate<String> isIgnored,
            Function<Scope, M> model) {
        return load(from, tensors, isIgnored, Weights.COPIED, model);
    }

    /** As {@link #load(String, Map, Predicate, Function)}, the weights being copied or taken as they are stored. */
    public static <M> M load(String from, Map<String, Storage> tensors, Predicate<String> isIgnored, Weights weights,
            Function<Scope, M> model) {
        List<String> missing = new ArrayList<>();
        Parameters parameters = new Parameters();
        M loaded = model.apply(new Scope(parameters, (name, _, dtype, shape) -> {
            Storage found = tensors.get(name);
            if (found == null) {
                missing.add(name + " " + shape);
                return new Storage(dtype, shape);
            }
            if (!weights.fit(found, shape)) {
                throw new UserError(from + ": " + name + " has the shape " + found.shape() + ", this model needs "
                        + shape + "; was it made with other settings?");
            }
            return weights.take(found, dtype, shape);
        }, DType.F32, null, ""));
        List<String> unexpected = tensors.keySet().stream().filter(isIgnored.negate())
                .filter(name -> parameters.all().stream().noneMatch(s -> s.name().equals(name))).sorted().toList();
        if (!missing.isEmpty() || !unexpected.isEmpty()) {
            throw new UserError(from + " does not fit this model: "
                    + (missing.isEmpty() ? "" : "missing " + few(missing))
                    + (missing.isEmpty() || unexpected.isEmpty() ? "" : "; ")
                    + (unexpected.isEmpty() ? "" : "unexpected " + few(unexpected)));
        }
        return loaded;
    }

    private static String few(List<String> names) {
        int shown = Math.min(5, names.size());
        String listed = String.join(", ", names.subList(0, shown));
        return names.size() > shown ? "%s and %d more".formatted(listed, names.size() - shown) : listed;
    }

    public Scope at(String name) {
        return new Scope(parameters, source, matrices, blocks, path.isEmpty() ? name : path + "." + name);
    }

    public Scope at(int index) {
        return at(Integer.toString(index));
    }

    /** The same place, its matrices being stored in this type; vectors stay F32. */
    public Scope storing(DType dtype) {
        return new Scope(parameters, source, dtype, blocks, path);
    }

    /**
     * The same place, its matrices being rounded to blocks of few bits, for {@link Linear} and {@link Embedding}; not
     * those whose rows are no whole blocks.
     */
    public Scope storing(Format format) {
        return new Scope(parameters, source, matrices, format, path);
    }

    /** Names joined by dots, such as {@code h.3.attn}; empty at the root. */
    public String path() {
        return path;
    }

    /** A tensor that is trained. */
    public State param(String name, Init init, int... dims) {
        return make(name, init, true, dims);
    }

    /** A tensor that belongs to the model and is not trained, such as running statistics. */
    public State buffer(String name, Init init, int... dims) {
        return make(name, init, false, dims);
    }

    private State make(String name, Init init, boolean isTrained, int... dims) {
        String full = at(name).path;
        Shape shape = Shape.of(dims);
        Storage numbers = source.get(full, init, shape.rank() < 2 ? DType.F32 : matrices, shape);
        boolean isPacked = blocks != null && shape.rank() == 2 && shape.dim(1) % Format.ELEMENTS == 0;
        State state = new State(full, isPacked ? BlockPacking.pack(numbers, blocks) : numbers);
        parameters.add(state, shape.numel(), isTrained);
        return state;
    }

    /** All that was made so far, here and anywhere under the same root. */
    public Parameters parameters() {
        return parameters;
    }

    /** FNV-1a of 64 bits, since String's hash has only 32. */
    private static long hash(String name) {
        long h = 0xcbf29ce484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            h = (h ^ b) * 0x100000001b3L;
        }
        return h;
    }
}
