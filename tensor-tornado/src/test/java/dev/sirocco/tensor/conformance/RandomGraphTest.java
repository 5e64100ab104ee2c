package dev.sirocco.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.fast.Attention;
import dev.sirocco.tensor.fast.Convolution;
import dev.sirocco.tensor.fast.Gelu;
import dev.sirocco.tensor.fast.LayerNorm;
import dev.sirocco.tensor.fast.Softmax;
import dev.sirocco.tensor.grad.Grad;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Graphs of thirty nodes drawn from a seed: every executor must agree with the reference on them. */
class RandomGraphTest {

    private static final int GRAPHS = 150;
    private static final int OPS = 30;
    private static final int RUNS = 2;
    private static final long MOST_ELEMENTS = 5000;

    static Stream<Arguments> seeds() {
        return IntStream.range(0, GRAPHS).boxed()
                .flatMap(seed -> Stream.of(Candidate.values()).filter(candidate -> candidate.takes(seed))
                        .map(candidate -> Arguments.of(candidate, seed)));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void resultsAreTheReferences(Candidate candidate, int seed) {
        Map<String, Storage> got = trace(seed).results(candidate.executor(), RUNS);
        Trace trace = trace(seed);
        String nodes = trace.graph().nodes().stream().map(Object::toString).collect(Collectors.joining("\n"));
        Map<String, Storage> expected = trace.results(Executors.reference(), RUNS);
        assertDoesNotThrow(() -> expected.forEach((name, storage) ->
                Close.assertClose(name, storage, got.get(name), 1000)), nodes + "\n" + trace.graph().outputs());
    }

    private static Trace trace(int seed) {
        Trace t = new Trace(seed);
        Random random = t.random();
        List<Tensor> pool = new ArrayList<>();
        State state = t.state(6, 8);
        pool.add(t.normal(6, 8));
        pool.add(t.normal(2, 3, 8));
        pool.add(t.normal(8));
        pool.add(t.graph().read(state));
        List<Tensor> variables = List.copyOf(pool);
        for (int i = 0; i < OPS; i++) {
            Tensor next = next(pool, random);
            pool.add(next.shape().numel() > MOST_ELEMENTS ? next.reshape((int) next.shape().numel()).slice(0, 0, 17)
                    : next);
        }
        for (int i = 0; i < 5; i++) {
            t.outputs(pool.get(random.nextInt(pool.size())));
        }
        t.outputs(pool.getLast());
        if (seed % 3 == 0) {
            Grad.of(pool.getLast().square().sum(), variables).forEach(t::outputs);
        }
        for (Tensor value : pool) {
            if (value.type().equals(state.type())) {
                t.graph().assign(state, value);
            }
        }
        return t;
    }

    /** One op more; results stay around 1, so that errors do not grow. */
    private static Tensor next(List<Tensor> pool, Random random) {
        Tensor x = pool.get(random.nextInt(pool.size()));
        int rank = x.rank();
        int axis = rank == 0 ? 0 : random.nextInt(rank);
        int op = random.nextInt(rank == 0 ? 8 : 30);
        return switch (op) {
            case 0 -> x.tanh();
            case 1 -> x.sin().mul(0.5);
            case 2 -> x.sigmoid().add(x.mul(0.5));
            case 3 -> x.mul(0.7).sub(0.1);
            case 4 -> x.abs().add(1).rsqrt();
            case 5 -> fitting(x, pool, random).add(x).mul(0.5);
            case 6 -> fitting(x, pool, random).tanh().mul(x);
            case 7 -> x.maximum(fitting(x, pool, random));
            case 8 -> x.transpose(axis, random.nextInt(rank));
            case 9 -> x.flip(axis);
            case 10 -> x.dim(axis) < 2 ? x : x.slice(axis, random.nextInt(2), x.dim(axis), 1 + random.nextInt(2));
            case 11 -> x.reshape(-1, x.dim(axis));
            case 12 -> x.pad(axis, random.nextInt(3), random.nextInt(2), random.nextInt(2), random.nextInt(2));
            case 13 -> Tensor.concat(axis, List.of(x, x.mul(0.5), x.flip(axis)));
            case 14 -> x.sumKeep(axis).mul(0.3);
            case 15 -> x.maxKeep(axis).sub(x);
            case 16 -> x.cumulativeSum(axis).mul(0.2);
            case 17 -> x.dim(axis) < 3 ? x : x.unfold(axis, 3, 1, 1).mul(0.5);
            case 18 -> rank < 2 ? x.sum() : x.transpose().matmul(x).mul(0.1);
            case 19 -> rank < 2 ? x : x.reshape(-1, x.dim(-1)).matmul(weights(x.dim(-1), x)).mul(0.2);
            case 20 -> x.gather(axis, x.graph().range(x.dim(axis)).mul(-1).add(x.dim(axis) - 1));
            case 21 -> x.graph().range(x.dim(-1)).less(x.graph().range(x.dim(-1)).like(2)).where(x, x.mul(-0.5));
            case 22 -> x.unsqueeze(axis).add(x.unsqueeze(axis + 1)).mul(0.5);
            case 23 -> x.graph().add(new Softmax(), x).add(x.mul(0.5));
            case 24 -> x.graph().add(new Gelu(true), x);
            case 25 -> x.graph().add(new LayerNorm(0.1), x, x.graph().fill(0.5, Shape.of(x.dim(-1))),
                    fitting(x, pool, random).reshape(-1).pad(0, 0, x.dim(-1), 0).slice(0, 0, x.dim(-1)));
            case 26 -> attention(x);
            case 27 -> x.updateSlice(axis, x.slice(axis, 0, (x.dim(axis) + 1) / 2).neg(), start(x, axis));
            case 28 -> x.graph().add(new Convolution(List.of(1), List.of(1), List.of(1), List.of(1), 1),
                    x.reshape(1, -1, x.dim(-1)), weights(3 * rows(x), x).slice(0, 0, 2).reshape(2, rows(x), 3))
                    .mul(0.3);
            default -> x.sub(x.meanKeep(-1)).mul(x.square().meanKeep(-1).add(0.1).rsqrt());
        };
    }

    private static int rows(Tensor x) {
        return (int) (x.shape().numel() / x.dim(-1));
    }

    /** The rows look at each other, from the last axis as a head. */
    private static Tensor attention(Tensor x) {
        Tensor q = x.reshape(1, -1, 1, x.dim(-1));                                      // (B, T, H, D)
        return x.graph().add(new Attention(true, 0.3), q, q.mul(0.5), q).reshape(x.shape());
    }

    /** Where a half of x fits, as I32 [1]. */
    private static Tensor start(Tensor x, int axis) {
        return x.graph().range(2).slice(0, 1, 2).mul(x.dim(axis) / 2);
    }

    /** Something of the pool that broadcasts with x, or x itself. */
    private static Tensor fitting(Tensor x, List<Tensor> pool, Random random) {
        List<Tensor> fitting = pool.stream().filter(t -> t.rank() <= x.rank()
                && IntStream.rangeClosed(1, t.rank()).allMatch(i -> t.dim(-i) == 1 || t.dim(-i) == x.dim(-i))).toList();
        return fitting.get(random.nextInt(fitting.size()));
    }

    /** (n, n), a function of places alone. */
    private static Tensor weights(int n, Tensor x) {
        Tensor place = x.graph().range(n).cast(DType.F32);
        return place.unsqueeze(1).add(place.mul(2)).sin();
    }
}
