package dev.sirocco.tensor.conformance;

import dev.sirocco.tensor.fast.Attention;
import dev.sirocco.tensor.fast.Convolution;
import dev.sirocco.tensor.fast.CrossEntropy;
import dev.sirocco.tensor.fast.Gelu;
import dev.sirocco.tensor.fast.GroupNorm;
import dev.sirocco.tensor.fast.LayerNorm;
import dev.sirocco.tensor.fast.MaxPool;
import dev.sirocco.tensor.fast.RmsNorm;
import dev.sirocco.tensor.fast.Softmax;
import dev.sirocco.tensor.fast.TransposedConvolution;
import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;
import java.util.stream.Stream;

/** Cases large enough to be cut into blocks and shared out among threads. */
final class LargeCases {

    private LargeCases() {}

    static Stream<Case> all() {
        return Stream.of(
                Case.of("a chain", in -> in.get(0).mul(in.get(1)).add(1).tanh(), Arg.normal(301, 1003),
                        Arg.normal(1003)),
                Case.of("a chain over a transposed view", in -> in.get(0).transpose().exp().add(in.get(1)),
                        Arg.normal(517, 301), Arg.normal(301, 517)),
                Case.of("sums of everything", in -> in.get(0).square().sum(), Arg.normal(131, 1999)).summing(262_000),
                Case.of("sums of rows", in -> in.get(0).sum(1), Arg.normal(257, 1001)).summing(1001),
                Case.of("sums of columns", in -> in.get(0).exp().sum(0), Arg.normal(1001, 257)).summing(1001),
                Case.of("sums in the middle", in -> in.get(0).sum(1), Arg.normal(33, 129, 65)).summing(129),
                Case.of("maxima of columns", in -> in.get(0).max(0), Arg.normal(1001, 257)),
                Case.of("cumulative sums", in -> in.get(0).cumulativeSum(0), Arg.normal(301, 503)).summing(301),
                product("a product", 301, 257, 513),
                product("a tall product", 2049, 65, 33),
                product("a deep product", 17, 4099, 19),
                product("a product of one row", 1, 1031, 2053),
                product("a product of a few rows", 5, 1031, 517),
                Case.of("products in batches", in -> in.get(0).matmul(in.get(1)), Arg.normal(12, 65, 64),
                        Arg.normal(12, 64, 67)).summing(64),
                Case.of("a product with its epilogue", in -> apply(new Gelu(true),
                        in.get(0).matmul(in.get(1)).add(in.get(2))).getFirst().add(in.get(3)),
                        Arg.normal(255, 129), Arg.normal(129, 386), Arg.normal(386), Arg.normal(255, 386)).summing(129),
                Case.of("a product with bf16 weights", in -> in.get(0).matmul(in.get(1).cast(DType.F32).transpose()),
                        Arg.normal(3, 513), Arg.of(DType.BF16, 1031, 513)).summing(513),
                Case.of("scattered rows", in -> in.get(0).scatterAdd(0, in.get(1), 65), Arg.normal(2049, 65),
                        Arg.index(65, 2049)).summing(32),
                Case.of("gathered rows", in -> in.get(0).gather(0, in.get(1)), Arg.normal(65, 257),
                        Arg.index(65, 1025)),
                Case.of("padded", in -> in.get(0).pad(2, 3, 5, 0).pad(1, 1, 1, 1, 0), Arg.normal(7, 65, 513)),
                Case.of("permuted", in -> in.get(0).permute(0, 2, 1, 3).reshape(4, 129, -1), Arg.normal(4, 8, 129, 65)),
                of(new LayerNorm(1e-5), 769, Arg.normal(259, 769), Arg.normal(769), Arg.normal(769)),
                of(new RmsNorm(1e-5), 769, Arg.normal(259, 769), Arg.normal(769)),
                of(new GroupNorm(8, 1e-5), 4624, Arg.normal(2, 32, 34, 34), Arg.normal(32), Arg.normal(32)),
                of(new Softmax(), 1003, Arg.normal(259, 1003)),
                of(new CrossEntropy(), 5003, Arg.normal(67, 5003), Arg.index(5003, 67)),
                of(new Attention(true, 0.125), 321, Arg.normal(2, 257, 4, 64), Arg.normal(2, 257, 2, 64),
                        Arg.normal(2, 257, 2, 64)),
                of(new Attention(false, 0.125), 1089, Arg.normal(1, 1, 8, 64), Arg.normal(1, 1025, 8, 64),
                        Arg.normal(1, 1025, 8, 64)),
                of(Convolution.same(2, 1, 1, 1, 1), 297, Arg.normal(2, 33, 34, 29), Arg.normal(40, 33, 3, 3)),
                of(Convolution.same(2, 2, 1, 1, 1), 288, Arg.normal(2, 32, 33, 31), Arg.normal(48, 32, 3, 3)),
                of(Convolution.same(2, 1, 0, 1, 1), 65, Arg.normal(2, 65, 32, 33), Arg.normal(96, 65, 1, 1)),
                of(Convolution.same(1, 1, 3, 1, 1), 231, Arg.normal(1, 33, 1027), Arg.normal(65, 33, 7)),
                of(Convolution.same(1, 1, 3, 1, 128), 7, Arg.normal(1, 128, 515), Arg.normal(128, 1, 7)),
                of(TransposedConvolution.same(1, 8, 4, 0, 1, 1), 130, Arg.normal(1, 65, 129), Arg.normal(65, 33, 16)),
                of(MaxPool.same(2, 3, 2, 1, 1), 1, Arg.normal(2, 32, 57, 55)));
    }

    private static Case product(String name, int m, int k, int n) {
        return Case.of(name, in -> in.get(0).matmul(in.get(1)), Arg.normal(m, k), Arg.normal(k, n)).summing(k);
    }

    private static Case of(Composite op, int terms, Arg... args) {
        return Case.several(op + " " + args[0].type(), in -> apply(op, in.toArray(Tensor[]::new)), args).summing(terms);
    }

    private static List<Tensor> apply(Composite op, Tensor... in) {
        return in[0].graph().add(op, List.of(in)).outputs();
    }
}
