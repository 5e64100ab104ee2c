package dev.sirocco.tensor.conformance;

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
import dev.sirocco.tensor.fast.Rotary;
import dev.sirocco.tensor.fast.Silu;
import dev.sirocco.tensor.fast.Softmax;
import dev.sirocco.tensor.fast.Stft;
import dev.sirocco.tensor.fast.TimeConvolution;
import dev.sirocco.tensor.fast.TransposedConvolution;
import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The named fast ops of {@code dev.sirocco.tensor.fast}, by ragged shapes. */
final class CompositeCases {

    private final List<Case> cases = new ArrayList<>();

    private CompositeCases() {
        activations();
        softmaxes();
        norms();
        attention();
        convolutions();
        timeConvolutions();
        pools();
        spectra();
        adamW();
        onViews();
        ofStoredNarrow();
    }

    static Stream<Case> all() {
        return new CompositeCases().cases.stream();
    }

    private void add(Composite op, int terms, Arg... args) {
        String shapes = Arrays.stream(args).map(a -> a.type().shape().toString()).collect(Collectors.joining(" "));
        cases.add(Case.several(op + " " + shapes, in -> apply(op, in), args).summing(terms));
    }

    private static List<Tensor> apply(Composite op, List<Tensor> in) {
        return in.getFirst().graph().add(op, in).outputs();
    }

    private void activations() {
        for (Composite op : List.of(new Gelu(true), new Gelu(false), new Silu())) {
            for (int[] dims : new int[][] {{}, {0}, {1}, {7}, {13, 17}, {4098}}) {
                add(op, 1, Arg.normal(dims));
            }
        }
    }

    private void softmaxes() {
        for (Composite op : List.of(new Softmax(), new LogSoftmax())) {
            for (int[] dims : new int[][] {{1}, {7}, {13, 17}, {2, 3, 64}, {3, 4098}, {64, 1}, {0, 7}}) {
                add(op, dims[dims.length - 1], Arg.normal(dims));
            }
            add(op, 17, new Arg(Arg.normal(7, 17).type(), random -> 100 * random.nextGaussian()));
        }
        for (int[] nv : new int[][] {{1, 1}, {7, 8}, {13, 65}, {3, 4098}, {64, 17}}) {
            add(new CrossEntropy(), nv[1], Arg.normal(nv), Arg.index(nv[1], nv[0]));
        }
        add(new CrossEntropy(), 17, Arg.normal(13, 17),
                new Arg(Arg.index(17, 13).type(), random -> random.nextBoolean() ? -1 : random.nextInt(17)));
    }

    private void norms() {
        for (int[] dims : new int[][] {{7}, {13, 17}, {2, 3, 64}, {3, 4098}, {64, 8}, {1, 768}}) {
            int c = dims[dims.length - 1];
            add(new LayerNorm(1e-5), c, Arg.normal(dims), Arg.normal(c), Arg.normal(c));
            add(new RmsNorm(1e-6), c, Arg.normal(dims), Arg.normal(c));
        }
        add(new GroupNorm(1, 1e-5), 56, Arg.normal(3, 8, 7), Arg.normal(8), Arg.normal(8));
        add(new GroupNorm(4, 1e-6), 34, Arg.normal(2, 8, 17), Arg.normal(8), Arg.normal(8));
        add(new GroupNorm(8, 1e-5), 91, Arg.normal(2, 8, 7, 13), Arg.normal(8), Arg.normal(8));
        add(new GroupNorm(2, 1e-5), 4, Arg.normal(13, 8), Arg.normal(8), Arg.normal(8));
        add(new GroupNorm(4, 1e-5), 192, Arg.normal(1, 12, 4, 4, 4), Arg.normal(12), Arg.normal(12));
        add(new BatchNorm(1e-5), 13, Arg.normal(13, 7), Arg.normal(7), Arg.normal(7));
        add(new BatchNorm(1e-5), 51, Arg.normal(3, 8, 17), Arg.normal(8), Arg.normal(8));
        add(new BatchNorm(1e-5), 182, Arg.normal(2, 5, 7, 13), Arg.normal(5), Arg.normal(5));
        add(new BatchNorm(1e-5), 3565, Arg.normal(5, 3, 23, 31), Arg.normal(3), Arg.normal(3));
    }

    private void timeConvolutions() {
        add(TimeConvolution.centred(7, 1), 7, Arg.normal(2, 33, 64), Arg.normal(7, 64));
        add(TimeConvolution.centred(3, 4), 3, Arg.normal(1, 7, 100), Arg.normal(3, 100));
        add(TimeConvolution.causal(4), 4, Arg.normal(3, 13, 17), Arg.normal(4, 17));
        add(TimeConvolution.causal(9), 9, Arg.normal(1, 5, 1), Arg.normal(9, 1));
        add(new TimeConvolution(0, 2), 2, Arg.normal(2, 1, 130), Arg.normal(2, 130));
        add(TimeConvolution.centred(5, 1), 5, Arg.normal(2, 0, 8), Arg.normal(5, 8));
    }

    private void attention() {
        for (boolean causal : new boolean[] {false, true}) {
            attention(new Attention(causal, 0.5), 1, 1, 1, 1, 1, 1, 1);
            attention(new Attention(causal, 0.35), 2, 7, 7, 3, 3, 8, 8);
            attention(new Attention(causal, 0.3), 1, 13, 17, 4, 2, 8, 13);
            attention(new Attention(causal, 0.125), 1, 65, 130, 2, 1, 64, 64);
            attention(new Attention(causal, 0.25), 2, 1, 17, 6, 2, 16, 16);
            attention(new Attention(causal, 0.3, List.of(0.5, 0.25, 0.125, 0.0625)), 2, 8, 13, 4, 4, 7, 7);
            add(new Attention(causal, 0.35), 17, Arg.normal(2, 3, 4, 8), Arg.normal(2, 17, 2, 8),
                    Arg.normal(2, 17, 2, 8), Arg.index(14, 1));
        }
        for (boolean interleaved : new boolean[] {false, true}) {
            add(new Rotary(interleaved), 2, Arg.normal(1, 1, 1, 2), Arg.normal(1, 1), Arg.normal(1, 1));
            add(new Rotary(interleaved), 2, Arg.normal(2, 7, 3, 8), Arg.normal(7, 4), Arg.normal(7, 4));
            add(new Rotary(interleaved), 2, Arg.normal(1, 13, 2, 66), Arg.normal(13, 33), Arg.normal(13, 33));
        }
    }

    /** B, T, S, H, Hkv, D, Dv. */
    private void attention(Attention op, int b, int t, int s, int h, int kv, int d, int dv) {
        add(op, d + s, Arg.normal(b, t, h, d), Arg.normal(b, s, kv, d), Arg.normal(b, s, kv, dv));
    }

    private void convolutions() {
        add(Convolution.same(1, 1, 0, 1, 1), 1, Arg.normal(1, 1, 1), Arg.normal(1, 1, 1));
        add(Convolution.same(1, 1, 3, 1, 1), 35, Arg.normal(2, 5, 64), Arg.normal(8, 5, 7));
        add(Convolution.same(1, 1, 3, 1, 8), 7, Arg.normal(2, 8, 17), Arg.normal(8, 1, 7));
        add(Convolution.same(1, 2, 2, 3, 2), 12, Arg.normal(1, 8, 65), Arg.normal(6, 4, 3));
        add(Convolution.same(1, 1, 0, 1, 1), 17, Arg.normal(3, 17, 13), Arg.normal(7, 17, 1));
        add(new Convolution(List.of(4), List.of(1), List.of(2), List.of(1), 1), 24, Arg.normal(1, 3, 64),
                Arg.normal(5, 3, 8));
        add(Convolution.same(2, 1, 1, 1, 1), 27, Arg.normal(2, 3, 8, 13), Arg.normal(7, 3, 3, 3));
        add(Convolution.same(2, 2, 1, 1, 1), 45, Arg.normal(1, 5, 17, 16), Arg.normal(16, 5, 3, 3));
        add(Convolution.same(2, 1, 0, 1, 1), 13, Arg.normal(2, 13, 8, 8), Arg.normal(17, 13, 1, 1));
        add(Convolution.same(2, 1, 2, 2, 4), 9, Arg.normal(1, 4, 9, 7), Arg.normal(8, 1, 3, 3));
        add(new Convolution(List.of(1, 3), List.of(1, 0), List.of(0, 2), List.of(2, 1), 1), 20,
                Arg.normal(2, 2, 7, 17), Arg.normal(3, 2, 2, 5));
        add(Convolution.same(2, 7, 0, 1, 1), 147, Arg.normal(1, 3, 28, 21), Arg.normal(64, 3, 7, 7));
        add(Convolution.same(3, 2, 1, 1, 1), 54, Arg.normal(1, 2, 5, 6, 7), Arg.normal(3, 2, 3, 3, 3));
        add(Convolution.same(2, 1, 2, 1, 1), 6, Arg.normal(1, 3, 5, 7), Arg.normal(4, 3, 2, 1));
        add(Convolution.same(1, 1, 3, 1, 1), 2060, Arg.normal(2, 3, 1030), Arg.normal(5, 3, 7));
        add(Convolution.same(1, 1, 0, 1, 1), 128, Arg.normal(5, 128, 3), Arg.normal(64, 128, 1));

        add(TransposedConvolution.same(1, 1, 0, 0, 1, 1), 1, Arg.normal(1, 1, 1), Arg.normal(1, 1, 1));
        add(TransposedConvolution.same(1, 8, 4, 0, 1, 1), 16, Arg.normal(2, 8, 13), Arg.normal(8, 5, 16));
        add(TransposedConvolution.same(1, 2, 1, 1, 2, 2), 8, Arg.normal(1, 4, 17), Arg.normal(4, 3, 3));
        add(TransposedConvolution.same(2, 2, 1, 0, 1, 1), 20, Arg.normal(2, 5, 7, 8), Arg.normal(5, 3, 4, 4));
        add(new TransposedConvolution(List.of(2, 3), List.of(0, 1), List.of(1, 2), List.of(1, 2), 3), 4,
                Arg.normal(1, 6, 4, 5), Arg.normal(6, 2, 2, 3));
        add(TransposedConvolution.same(3, 2, 1, 1, 1, 1), 16, Arg.normal(1, 2, 3, 2, 4), Arg.normal(2, 3, 3, 3, 3));
    }

    private void pools() {
        add(MaxPool.same(1, 3, 2, 1, 1), 1, Arg.normal(2, 3, 17));
        add(MaxPool.same(2, 2, 2, 0, 1), 1, Arg.normal(2, 3, 8, 13));
        add(MaxPool.same(2, 3, 1, 1, 1), 1, Arg.normal(1, 5, 7, 7));
        add(new MaxPool(List.of(2, 3), List.of(1, 2), List.of(1, 0), List.of(2, 1)), 1, Arg.normal(1, 2, 9, 13));
        add(new MaxPool(List.of(1, 3), List.of(1, 1), List.of(0, 1), List.of(1, 1)), 1, Arg.normal(2, 3, 1, 17));
        add(MaxPool.same(3, 2, 2, 0, 1), 1, Arg.normal(1, 2, 4, 5, 6));
        add(AveragePool.same(1, 4, 3, 1), 4, Arg.normal(2, 3, 17));
        add(AveragePool.same(2, 2, 2, 0), 4, Arg.normal(2, 3, 8, 13));
        add(AveragePool.same(2, 3, 1, 1), 9, Arg.normal(1, 5, 7, 7));
        add(AveragePool.same(3, 2, 2, 0), 8, Arg.normal(1, 2, 4, 5, 6));
    }

    private void spectra() {
        add(Stft.centred(16, 4), 16, Arg.normal(64), Arg.positive(16));
        add(Stft.centred(13, 5), 13, Arg.normal(3, 65), Arg.positive(13));
        add(new Stft(32, 8, 0), 32, Arg.normal(2, 130), Arg.positive(32));
        add(new Stft(16, 4, 6), 16, Arg.normal(2, 64), Arg.positive(16));
        add(InverseStft.centred(16, 4), 16, Arg.normal(9, 17), Arg.normal(9, 17), Arg.positive(16));
        add(InverseStft.centred(13, 5), 13, Arg.normal(3, 7, 13), Arg.normal(3, 7, 13), Arg.positive(13));
        add(new InverseStft(16, 4, 6), 16, Arg.normal(2, 9, 16), Arg.normal(2, 9, 16), Arg.positive(16));
    }

    private void adamW() {
        for (int[] dims : new int[][] {{}, {1}, {13, 17}, {4098}}) {
            add(new AdamW(0.9, 0.99, 1e-8, 0.1), 1, Arg.normal(dims), Arg.normal(dims), Arg.normal(dims),
                    Arg.positive(dims), Arg.positive(3));
        }
    }

    /** Operands that are casts of what is stored narrow. */
    private void ofStoredNarrow() {
        cases.add(Case.several("norm of bf16",
                in -> apply(new LayerNorm(1e-5), in.stream().map(CompositeCases::f32).toList()),
                Arg.of(DType.BF16, 7, 17), Arg.of(DType.BF16, 17), Arg.normal(17)).summing(17));
        cases.add(Case.several("softmax of f16",
                in -> apply(new Softmax(), in.stream().map(CompositeCases::f32).toList()),
                Arg.of(DType.F16, 7, 17)).summing(17));
        cases.add(Case.several("attention to bf16 keys and values", in -> apply(new Attention(true, 0.35),
                in.stream().map(CompositeCases::f32).toList()),
                Arg.normal(1, 3, 4, 8), Arg.of(DType.BF16, 1, 13, 2, 8), Arg.of(DType.BF16, 1, 13, 2, 8)).summing(21));
        cases.add(Case.several("convolution with bf16 weights", in -> apply(Convolution.same(1, 1, 1, 1, 1),
                in.stream().map(CompositeCases::f32).toList()), Arg.normal(2, 5, 17), Arg.of(DType.BF16, 7, 5, 3))
                .summing(15));
        cases.add(Case.several("cross-entropy of bf16",
                in -> apply(new CrossEntropy(), List.of(f32(in.get(0)), in.get(1))),
                Arg.of(DType.BF16, 7, 17), Arg.index(17, 7)).summing(17));
        cases.add(Case.several("gelu of bf16", in -> apply(new Gelu(true), List.of(f32(in.get(0)))),
                Arg.of(DType.BF16, 77)));
    }

    private static Tensor f32(Tensor t) {
        return t.cast(DType.F32);
    }

    /** Operands as models have them: halves of a projection, transposed pictures, results of other ops. */
    private void onViews() {
        cases.add(Case.several("attention of a fused projection", in -> {
            List<Tensor> qkv = in.getFirst().reshape(2, 17, 3, 4, 8).split(2, 3);
            return apply(new Attention(true, 0.35), qkv.stream().map(t -> t.squeeze(2)).toList());
        }, Arg.normal(2, 17, 96)).summing(25));
        cases.add(Case.several("attention of (B, H, T, D) operands", in -> apply(new Attention(true, 0.35),
                in.stream().map(t -> t.permute(0, 2, 1, 3)).toList()),
                Arg.normal(2, 3, 13, 8), Arg.normal(2, 3, 13, 8), Arg.normal(2, 3, 13, 8)).summing(21));
        cases.add(Case.several("attention of a value with itself", in -> apply(new Attention(false, 0.35),
                List.of(in.getFirst(), in.getFirst(), in.getFirst())), Arg.normal(1, 13, 2, 8)).summing(21));
        cases.add(Case.several("norm of a transposed view", in -> apply(new LayerNorm(1e-5),
                List.of(in.get(0).transpose(), in.get(1), in.get(2))), Arg.normal(2, 17, 13), Arg.normal(17),
                Arg.normal(17)).summing(17));
        cases.add(Case.several("softmax of a masked slice", in -> apply(new Softmax(),
                List.of(in.getFirst().slice(1, 2, 15).pad(1, 0, 2, Double.NEGATIVE_INFINITY))), Arg.normal(7, 17))
                .summing(13));
        cases.add(Case.several("convolution of channels last", in -> apply(Convolution.same(1, 1, 1, 1, 1),
                List.of(in.get(0).transpose(), in.get(1))), Arg.normal(2, 17, 5), Arg.normal(7, 5, 3)).summing(15));
        cases.add(Case.several("convolution, bias, norm and activation", in -> {
            Tensor h = apply(Convolution.same(2, 1, 1, 1, 1), in.subList(0, 2)).getFirst()
                    .add(in.get(2).reshape(8, 1, 1));
            Tensor n = apply(new GroupNorm(4, 1e-5), List.of(h, in.get(2), in.get(2))).getFirst();
            return List.of(apply(new Silu(), List.of(n)).getFirst().add(h));
        }, Arg.normal(2, 3, 7, 9), Arg.normal(8, 3, 3, 3), Arg.normal(8)).summing(126));
        cases.add(Case.several("gelu in a chain", in ->
                List.of(apply(new Gelu(false), List.of(in.get(0).mul(2).add(in.get(1)))).getFirst().mul(in.get(0))
                        .transpose()),
                Arg.normal(13, 64), Arg.normal(64)));
        cases.add(Case.several("adamw of bf16 moments", in -> {
            List<Tensor> next = apply(new AdamW(0.9, 0.99, 1e-8, 0.1), List.of(in.get(0), in.get(1),
                    in.get(2).cast(DType.F32), in.get(3).cast(DType.F32).square(), in.get(4)));
            return List.of(next.get(0), next.get(1).cast(DType.BF16), next.get(2).cast(DType.BF16));
        }, Arg.normal(77), Arg.normal(77), Arg.of(DType.BF16, 77), Arg.of(DType.BF16, 77), Arg.positive(3)).rough());
    }
}
