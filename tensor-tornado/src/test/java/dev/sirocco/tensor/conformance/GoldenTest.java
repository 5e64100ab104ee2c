package dev.sirocco.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.fast.AdamW;
import dev.sirocco.tensor.fast.Attention;
import dev.sirocco.tensor.fast.AveragePool;
import dev.sirocco.tensor.fast.BatchNorm;
import dev.sirocco.tensor.fast.Convolution;
import dev.sirocco.tensor.fast.CrossEntropy;
import dev.sirocco.tensor.fast.Gelu;
import dev.sirocco.tensor.fast.GroupNorm;
import dev.sirocco.tensor.fast.InverseStft;
import dev.sirocco.tensor.fast.LayerNorm;
import dev.sirocco.tensor.fast.LogSoftmax;
import dev.sirocco.tensor.fast.MaxPool;
import dev.sirocco.tensor.fast.RmsNorm;
import dev.sirocco.tensor.fast.Silu;
import dev.sirocco.tensor.fast.Softmax;
import dev.sirocco.tensor.fast.Stft;
import dev.sirocco.tensor.fast.TransposedConvolution;
import dev.sirocco.tensor.grad.Grad;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Op.BinaryKind;
import dev.sirocco.tensor.ir.Op.UnaryKind;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Outputs and gradients against PyTorch's, which {@code src/test/python/golden_ops.py} wrote down. */
class GoldenTest {

    /** The longest sums there are have about as many terms. */
    private static final int TERMS = 500;

    private static final Map<String, Map<String, Function<List<Tensor>, List<Tensor>>>> GROUPS = new LinkedHashMap<>();

    static {
        elementwise(group("elementwise"));
        reductions(group("reductions"));
        movement(group("movement"));
        products(group("products"));
        convolutions(group("convolutions"));
        pools(group("pools"));
        softmaxes(group("softmaxes"));
        activations(group("activations"));
        norms(group("norms"));
        attentions(group("attentions"));
        group("optimisers").put("adamw", GoldenTest::adamW);
        spectra(group("spectra"));
    }

    private static Map<String, Function<List<Tensor>, List<Tensor>>> group(String name) {
        return GROUPS.computeIfAbsent(name, _ -> new LinkedHashMap<>());
    }

    static Stream<Arguments> executorsAndCases() {
        List<Named<Supplier<Executor>>> executors = new ArrayList<>();
        executors.add(Named.of("reference", Executors::reference));
        for (Candidate candidate : Candidate.values()) {
            executors.add(Named.of(candidate.toString(), candidate::executor));
        }
        return executors.stream().flatMap(executor -> GROUPS.entrySet().stream().flatMap(group ->
                group.getValue().keySet().stream().map(name -> Arguments.of(executor, group.getKey(), name))));
    }

    @ParameterizedTest
    @MethodSource("executorsAndCases")
    void outputsAndGradientsArePyTorchs(Supplier<Executor> executor, String group, String name)
            throws URISyntaxException {
        Safetensors file = open(group);
        Graph g = new Graph();
        List<Tensor> x = inputs(g, file, name, "x");
        List<Tensor> y = GROUPS.get(group).get(name).apply(x);
        for (int i = 0; i < y.size(); i++) {
            g.output("y" + i, y.get(i));
        }
        if (file.contains(name + "/dx0")) {
            List<Tensor> dx = Grad.vjp(f32(y), inputs(g, file, name, "c"), f32(x));
            for (int i = 0; i < dx.size(); i++) {
                g.output("dx" + i, dx.get(i));
            }
        }
        assertEquals(count(file, name, "y") + count(file, name, "dx"), g.outputs().size(), "outputs");
        try (Program p = g.compile(executor.get())) {
            g.inputs().keySet().forEach(input -> p.input(input).set(file.get(name + "/" + input)));
            p.run();
            g.outputs().keySet().forEach(output -> {
                Storage expected = file.get(name + "/" + output);
                assertEquals(expected.shape(), p.output(output).shape(), output);
                Close.assertClose(output, expected, p.output(output), TERMS);
            });
        }
    }

    static Set<String> groups() {
        return GROUPS.keySet();
    }

    @ParameterizedTest
    @MethodSource("groups")
    void everyWrittenCaseIsRead(String group) throws URISyntaxException {
        Set<String> written = open(group).names().stream()
                .map(name -> name.substring(0, name.indexOf('/'))).collect(Collectors.toCollection(HashSet::new));
        assertEquals(written, GROUPS.get(group).keySet());
    }

    private static Safetensors open(String group) throws URISyntaxException {
        return Safetensors.open(Path.of(GoldenTest.class.getResource("/golden/" + group + ".safetensors").toURI()));
    }

    private static long count(Safetensors file, String name, String kind) {
        return Stream.iterate(0, i -> file.contains(name + "/" + kind + i), i -> i + 1).count();
    }

    private static List<Tensor> inputs(Graph g, Safetensors file, String name, String kind) {
        List<Tensor> inputs = new ArrayList<>();
        for (int i = 0; i < count(file, name, kind); i++) {
            Storage numbers = file.get(name + "/" + kind + i);
            inputs.add(g.input(kind + i, numbers.dtype(), numbers.shape()));
        }
        return inputs;
    }

    private static List<Tensor> f32(List<Tensor> tensors) {
        return tensors.stream().filter(t -> t.dtype() == DType.F32).toList();
    }

    private static Function<List<Tensor>, List<Tensor>> one(UnaryOperator<Tensor> op) {
        return in -> List.of(op.apply(in.getFirst()));
    }

    private static Function<List<Tensor>, List<Tensor>> of(Composite op) {
        return in -> apply(op, in);
    }

    private static Function<List<Tensor>, List<Tensor>> both(BinaryOperator<Tensor> op) {
        return in -> List.of(op.apply(in.get(0), in.get(1)));
    }

    private static List<Tensor> apply(Op op, List<Tensor> in) {
        return in.getFirst().graph().add(op, in).outputs();
    }

    // ---- the same cases as in the script ----------------------------------------------------------------------

    private static void elementwise(Map<String, Function<List<Tensor>, List<Tensor>>> g) {
        for (UnaryKind kind : UnaryKind.values()) {
            g.put(kind.name().toLowerCase(), in -> apply(new Op.Unary(kind), in));
        }
        g.put("add", both(Tensor::add));
        g.put("sub", both(Tensor::sub));
        g.put("mul", both(Tensor::mul));
        g.put("div", both(Tensor::div));
        g.put("pow", both(Tensor::pow));
        g.put("maximum", both(Tensor::maximum));
        g.put("minimum", both(Tensor::minimum));
        g.put("maximum_ties", in -> apply(new Op.Binary(BinaryKind.MAX), in));
        g.put("square", one(Tensor::square));
        g.put("where", in -> List.of(in.get(0).cast(DType.F32).where(in.get(1), in.get(2))));
    }

    private static void reductions(Map<String, Function<List<Tensor>, List<Tensor>>> g) {
        g.put("sum", one(x -> x.sum(0, 2)));
        g.put("mean", one(x -> x.meanKeep(-1)));
        g.put("amax", one(x -> x.max(1)));
        g.put("amax_ties", one(x -> x.max(-1)));
        g.put("cumsum", one(x -> x.cumulativeSum(1)));
        g.put("topk", in -> List.of(in.getFirst().takeAlong(in.getFirst().topK(5)), in.getFirst().topK(5)));
        g.put("argmax", one(x -> x.argmax(0)));
        g.put("standard_deviation", one(x -> x.sub(x.meanKeep(-1)).square().mean(-1).sqrt()));
    }

    private static void movement(Map<String, Function<List<Tensor>, List<Tensor>>> g) {
        g.put("unfold", one(x -> x.unfold(1, 5, 2, 1)));
        g.put("fold", one(x -> x.reshape(2, 3, 3, 2, 3, 4).permute(0, 1, 4, 5, 2, 3)     // (N, C, rows, cols, 3, 2)
                .fold(3, 9, 2, 1)                                                        // (N, C, rows, 9, 3)
                .fold(2, 7, 2, 1)));
        g.put("flip", one(x -> x.flip(0, 2)));
        g.put("pad", one(x -> x.pad(2, 1, 2, 0.5).pad(1, 0, 3, 0.5)));
        g.put("slice", one(x -> x.slice(0, 1, 6, 2).slice(2, 3, 8)));
        g.put("concat", both((a, b) -> Tensor.concat(1, List.of(a, b.transpose()))));
        g.put("embedding", both((w, i) -> w.gather(0, i)));
        g.put("index_select", both((x, i) -> x.gather(1, i)));
        g.put("gather", both(Tensor::takeAlong));
        g.put("scatter_add", both((x, i) -> x.scatterAdd(0, i, 7)));
    }

    private static void products(Map<String, Function<List<Tensor>, List<Tensor>>> g) {
        g.put("plain", both(Tensor::matmul));
        g.put("many_rows", both(Tensor::matmul));
        g.put("broadcast", both(Tensor::matmul));
        g.put("transposed", both((a, b) -> a.transpose().matmul(b.transpose())));
        g.put("linear", in -> List.of(in.get(0).matmul(in.get(1).transpose()).add(in.get(2))));
    }

    private static void convolutions(Map<String, Function<List<Tensor>, List<Tensor>>> g) {
        g.put("conv1d", of(Convolution.same(1, 1, 3, 1, 1)));
        g.put("conv1d_depthwise", of(Convolution.same(1, 1, 3, 1, 8)));
        g.put("conv1d_all", of(Convolution.same(1, 2, 2, 3, 2)));
        g.put("conv2d", of(Convolution.same(2, 1, 1, 1, 1)));
        g.put("conv2d_1x1", of(Convolution.same(2, 1, 0, 1, 1)));
        g.put("conv2d_patches", of(Convolution.same(2, 4, 0, 1, 1)));
        g.put("conv2d_all", of(new Convolution(List.of(1, 2), List.of(2, 1), List.of(2, 1), List.of(2, 1), 2)));
        g.put("conv3d", of(Convolution.same(3, 2, 1, 1, 1)));
        g.put("transposed1d", of(TransposedConvolution.same(1, 4, 2, 0, 1, 1)));
        g.put("transposed1d_all", of(TransposedConvolution.same(1, 3, 1, 2, 2, 2)));
        g.put("transposed2d", of(TransposedConvolution.same(2, 2, 1, 0, 1, 1)));
        g.put("transposed3d", of(TransposedConvolution.same(3, 2, 1, 1, 1, 1)));
    }

    private static void pools(Map<String, Function<List<Tensor>, List<Tensor>>> g) {
        g.put("max1d", of(MaxPool.same(1, 3, 2, 1, 1)));
        g.put("max2d", of(MaxPool.same(2, 2, 2, 0, 1)));
        g.put("max2d_all", of(new MaxPool(List.of(2, 3), List.of(1, 2), List.of(1, 0), List.of(2, 1))));
        g.put("average1d", of(AveragePool.same(1, 4, 3, 1)));
        g.put("average2d", of(AveragePool.same(2, 3, 1, 1)));
        g.put("average3d", of(AveragePool.same(3, 2, 2, 0)));
    }

    private static void softmaxes(Map<String, Function<List<Tensor>, List<Tensor>>> g) {
        g.put("softmax", of(new Softmax()));
        g.put("softmax_of_large", of(new Softmax()));
        g.put("log_softmax", of(new LogSoftmax()));
        g.put("cross_entropy", of(new CrossEntropy()));
        g.put("cross_entropy_ignoring", of(new CrossEntropy()));
    }

    private static void activations(Map<String, Function<List<Tensor>, List<Tensor>>> g) {
        g.put("gelu", of(new Gelu(false)));
        g.put("gelu_tanh", of(new Gelu(true)));
        g.put("silu", of(new Silu()));
        g.put("relu", one(Tensor::relu));
    }

    private static void norms(Map<String, Function<List<Tensor>, List<Tensor>>> g) {
        g.put("layer", of(new LayerNorm(1e-5)));
        g.put("rms", of(new RmsNorm(1e-6)));
        g.put("group", of(new GroupNorm(4, 1e-5)));
        g.put("instance", of(new GroupNorm(8, 1e-6)));
        g.put("batch", of(new BatchNorm(1e-5)));
    }

    private static void attentions(Map<String, Function<List<Tensor>, List<Tensor>>> g) {
        g.put("full", of(new Attention(false, 1 / Math.sqrt(8))));
        g.put("causal", of(new Attention(true, 1 / Math.sqrt(8))));
        g.put("causal_behind", of(new Attention(true, 1 / Math.sqrt(8))));
        g.put("grouped", of(new Attention(true, 0.5)));
        g.put("alibi", of(new Attention(true, 0.5, List.of(0.5, 0.25))));
    }

    /** Param and the gradients of three steps → param and both moments after them. */
    private static List<Tensor> adamW(List<Tensor> in) {
        Tensor param = in.getFirst();
        List<Tensor> state = List.of(param, param.like(0), param.like(0));
        for (int step = 1; step < in.size(); step++) {
            Tensor hyper = param.graph().constant(Storage.of(Shape.of(3),
                    0.01f, (float) (1 - Math.pow(0.9, step)), (float) (1 - Math.pow(0.99, step))));
            state = apply(new AdamW(0.9, 0.99, 1e-8, 0.1),
                    List.of(state.get(0), in.get(step), state.get(1), state.get(2), hyper));
        }
        return state;
    }

    private static void spectra(Map<String, Function<List<Tensor>, List<Tensor>>> g) {
        g.put("stft", of(Stft.centred(16, 4)));
        g.put("istft", of(InverseStft.centred(16, 4)));
        g.put("there_and_back", in -> {
            List<Tensor> spectrum = apply(Stft.centred(16, 4), in.subList(0, 2));
            return apply(InverseStft.centred(16, 4), List.of(spectrum.get(0), spectrum.get(1), in.get(2)));
        });
    }
}
