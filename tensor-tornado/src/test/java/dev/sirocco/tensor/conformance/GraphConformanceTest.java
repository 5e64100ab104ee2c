package dev.sirocco.tensor.conformance;

import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.fast.LayerNorm;
import dev.sirocco.tensor.fast.Softmax;
import dev.sirocco.tensor.grad.Grad;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Graphs that are hard on fusion, views, memory planning and states. Each runs three times. */
class GraphConformanceTest {

    private static final int RUNS = 3;

    private record Scenario(String name, int terms, Consumer<Trace> trace) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Scenario scenario(String name, Consumer<Trace> trace) {
        return new Scenario(name, 64, trace);
    }

    static Stream<Arguments> scenarios() {
        return Stream.of(outputs(), views(), states(), orders(), randomness()).flatMap(List::stream)
                .flatMap(s -> Stream.of(Candidate.values()).map(candidate -> Arguments.of(candidate, s)));
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void resultsAreTheReferences(Candidate candidate, Scenario scenario) {
        Trace expected = new Trace(7);
        Trace actual = new Trace(7);
        scenario.trace.accept(expected);
        scenario.trace.accept(actual);
        Map<String, Storage> got = actual.results(candidate.executor(), RUNS);
        expected.results(Executors.reference(), RUNS)
                .forEach((name, storage) -> Close.assertClose(name, storage, got.get(name), scenario.terms));
    }

    // ---- what is asked for ------------------------------------------------------------------------------------

    private static List<Scenario> outputs() {
        return List.of(
                scenario("an output that is an input", t -> {
                    Tensor x = t.normal(7, 13);
                    t.outputs(x, x, x.exp());
                }),
                scenario("outputs that are views of inputs", t -> {
                    Tensor x = t.normal(7, 8, 13);
                    t.outputs(x.permute(2, 0, 1), x.slice(1, 2, 7, 3), x.flip(0), x.reshape(56, 13),
                            x.unfold(1, 3, 2, 1), x.reshape(1, 7, 8, 13).broadcast(Shape.of(3, 7, 8, 13)),
                            x.transpose().reshape(7, 104));
                }),
                scenario("an output that is a state", t -> {
                    Tensor s = t.graph().read(t.state(7, 13));
                    t.outputs(s, s.transpose(), s.mul(2));
                }),
                scenario("an output that is a constant", t -> t.outputs(
                        t.graph().constant(Storage.of(Shape.of(3), 1f, 2f, 3f)), t.graph().fill(2.5, Shape.of(2, 3)),
                        t.graph().range(5), t.graph().fill(-1, Shape.SCALAR).exp())),
                scenario("one tensor under several names, and views of it", t -> {
                    Tensor y = t.normal(13, 17).exp();
                    t.outputs(y, y, y.transpose(), y.reshape(221), y.slice(0, 3, 9));
                }),
                scenario("gradients of activations between products", t -> {
                    Tensor x = t.normal(13, 17);
                    Tensor up = t.normal(17, 33);
                    Tensor down = t.normal(33, 9);
                    for (UnaryOperator<Tensor> f
                            : List.<UnaryOperator<Tensor>>of(Tensor::gelu, Tensor::geluTanh, Tensor::silu)) {
                        Tensor y = f.apply(x.matmul(up)).matmul(down);
                        Grad.of(y.square().mean(), List.of(x, up, down)).forEach(t::outputs);
                    }
                }),
                scenario("a value inside a chain and asked for", t -> {
                    Tensor x = t.normal(13, 321);
                    Tensor a = x.mul(2);
                    Tensor b = a.add(1);
                    Tensor c = b.tanh();
                    t.outputs(b, c, c.mul(a), c.sum(1));
                }),
                scenario("operands asked for as well", t -> {
                    Tensor x = t.normal(8, 17);
                    Tensor h = x.matmul(t.normal(17, 64));
                    Tensor r = h.add(t.normal(64)).relu();
                    t.outputs(h, r, r.matmul(t.normal(64, 3)), x);
                }),
                scenario("inputs that nothing needs", t -> {
                    t.normal(7);
                    t.outputs(t.normal(3).exp());
                    t.normal(13, 17);
                }),
                scenario("rank 0", t -> {
                    Tensor a = t.normal();
                    Tensor b = t.normal(1, 1).reshape();
                    t.outputs(a.add(b), a.exp().sum(), a.broadcast(Shape.of(3, 5)).mul(b), a.max(), b);
                }),
                scenario("sizes of 0", t -> {
                    Tensor x = t.normal(0, 7);
                    t.outputs(x, x.exp(), x.sumKeep(0), x.transpose().matmul(x), x.transpose(),
                            Tensor.concat(0, List.of(x, t.normal(3, 7))), x.pad(0, 1, 1, 4), x.reshape(7, 0),
                            x.matmul(t.normal(7, 5)), t.normal(3, 7).slice(0, 3, 3).mul(2), x.sum());
                }),
                scenario("sizes of 1", t -> {
                    Tensor x = t.normal(1, 1, 1);
                    t.outputs(x.exp(), x.sum(), x.sumKeep(1).mul(x), x.matmul(x), x.cumulativeSum(2), x.topK(1),
                            x.broadcast(Shape.of(2, 3, 5)).transpose(), x.unfold(1, 1, 1, 1), x.pad(1, 0, 1, 2, 7));
                }),
                scenario("an assigned value that is an output, too", t -> {
                    State s = t.state(13);
                    Tensor next = t.graph().read(s).mul(0.5).add(t.normal(13));
                    t.graph().assign(s, next);
                    t.outputs(next, next.reshape(13, 1));
                }));
    }

    // ---- views ------------------------------------------------------------------------------------------------

    private static List<Scenario> views() {
        return List.of(
                scenario("views of views", t -> {
                    Tensor x = t.normal(7, 8, 13);
                    Tensor v = x.permute(1, 2, 0).slice(0, 1, 8, 2).flip(1).slice(1, 2, 12);
                    t.outputs(v, v.mul(v), v.reshape(4, 70).exp(), v.sum(1), v.permute(2, 0, 1).reshape(28, 10));
                }),
                scenario("reshapes that need a copy, and those that do not", t -> {
                    Tensor x = t.normal(4, 6, 10);
                    t.outputs(x.permute(1, 0, 2).reshape(24, 10), x.permute(1, 0, 2).reshape(6, 2, 2, 10).mul(2),
                            x.slice(0, 1, 3).reshape(120).neg(), x.slice(1, 0, 3).reshape(2, 2, 30).neg(),
                            x.reshape(2, 2, 6, 10).permute(0, 2, 1, 3).slice(3, 0, 5).reshape(12, 10).neg(),
                            x.unsqueeze(1).broadcast(Shape.of(4, 3, 6, 10)).reshape(12, 60).neg(),
                            x.flip(2).reshape(24, 5, 2).neg());
                }),
                scenario("matmul reads permuted, sliced, flipped and repeated operands", t -> {
                    Tensor a = t.normal(2, 13, 3, 8);
                    Tensor b = t.normal(2, 8, 3, 17);
                    Tensor q = a.permute(0, 2, 1, 3);
                    Tensor k = b.permute(0, 2, 1, 3);
                    t.outputs(q.matmul(k), q.slice(2, 1, 13, 3).matmul(k.slice(3, 2, 16)), q.flip(3).matmul(k),
                            q.matmul(t.normal(8, 5)), t.normal(1, 1, 7, 13).matmul(q),
                            q.sum(0).matmul(t.normal(8, 1).broadcast(Shape.of(8, 33))));
                }),
                scenario("a matmul's transposed result", t -> {
                    Tensor y = t.normal(13, 17).matmul(t.normal(17, 64)).transpose();
                    t.outputs(y.add(t.normal(64, 13)), y.reshape(16, 52), y.matmul(y.transpose()));
                }),
                scenario("concat of views and of parts of itself", t -> {
                    Tensor x = t.normal(8, 17);
                    Tensor both = Tensor.concat(1, List.of(x.transpose().slice(0, 0, 8), x.flip(0), x.exp()));
                    t.outputs(both, both.slice(1, 5, 30).mul(2), Tensor.concat(0, List.of(both, both.neg())));
                }),
                scenario("rotated halves", t -> {
                    Tensor x = t.normal(5, 3, 16);
                    Tensor turned = Tensor.concat(-1, List.of(x.slice(-1, 8, 16).neg(), x.slice(-1, 0, 8)));
                    t.outputs(x.mul(t.normal(16)).add(turned.mul(t.normal(16))));
                }),
                scenario("padding between, and what undoes it", t -> {
                    Tensor x = t.normal(7, 9).exp();
                    Tensor p = x.pad(0, 1, 2, 1, 0).pad(1, 0, 0, 2, 0);
                    t.outputs(p, p.slice(0, 1, 14, 2), p.unfold(1, 3, 1, 1).sum(2), p.matmul(t.normal(25, 4)));
                }),
                scenario("windows of a chain", t -> {
                    Tensor w = t.normal(2, 65).tanh().unfold(1, 16, 4, 1);
                    t.outputs(w, w.mul(t.normal(16)).fold(1, 65, 4, 1), w.matmul(t.normal(16, 9)), w.maxKeep(-1));
                }),
                scenario("windows folded and read again", t -> {
                    Tensor y = t.normal(3, 13, 8).fold(1, 32, 2, 1);
                    t.outputs(y.unfold(1, 8, 2, 1).sub(1), y.transpose(), y.fold(0, 34, 1, 1));
                }),
                scenario("broadcasts along every axis", t -> {
                    Tensor a = t.normal(7, 1, 1);
                    Tensor b = t.normal(1, 8, 1);
                    Tensor c = t.normal(1, 1, 13);
                    Tensor y = a.mul(b).add(c);
                    t.outputs(y, y.sum(0, 2), y.sumKeep(1).mul(y), a.mul(c).squeeze(1).matmul(t.normal(13, 5)));
                }),
                scenario("gather from, and to, views", t -> {
                    Tensor table = t.normal(17, 2, 8).transpose(1, 2);
                    Tensor rows = table.gather(0, t.input(Arg.index(17, 5, 3)));
                    t.outputs(rows.permute(4 - 1, 0, 1, 2).exp(), rows.slice(1, 1, 3).sum(0),
                            rows.reshape(15, 16).scatterAdd(0, t.input(Arg.index(7, 15)), 7));
                }),
                scenario("indices that are computed", t -> {
                    Tensor logits = t.normal(7, 33);
                    Tensor best = logits.topK(5);
                    t.outputs(logits.takeAlong(best), best.slice(1, 0, 1).squeeze(1).add(t.graph().range(7)).oneHot(40),
                            logits.argmax(1), logits.transpose().argmax(0));
                }),
                scenario("storage types as views", t -> {
                    Tensor w = t.input(Arg.of(DType.BF16, 17, 64));
                    Tensor q = t.input(Arg.of(DType.I8, 8, 13));
                    Tensor h = t.input(Arg.of(DType.F16, 4, 3, 5));
                    t.outputs(w.transpose(), w.slice(0, 2, 9).cast(DType.F32).mul(2), q.transpose().cast(DType.F32),
                            h.permute(2, 0, 1).cast(DType.F32).sum(0), h.flip(1),
                            Tensor.concat(0, List.of(w, w.flip(0))), Trace.f32(q).mul(0.1).cast(DType.BF16),
                            t.normal(3, 17).matmul(Trace.f32(w)));
                }),
                scenario("places repeated along lines and columns, and the sum of their gradients", t -> {
                    for (int size : new int[] {1, 3, 7, 16, 65}) {
                        for (int times : new int[] {2, 3, 8}) {
                            Tensor x = t.normal(2, 3, size, size);
                            Tensor y = x.reshape(6, size, 1, size, 1).broadcast(Shape.of(6, size, times, size, times))
                                    .reshape(2, 3, times * size, times * size);
                            t.outputs(y, y.add(1).silu());
                            t.outputs(Grad.of(y.mul(t.normal(y.shape().dims())).sum(), List.of(x)).getFirst());
                        }
                    }
                }),
                scenario("small steps, large steps and steps back along the last axis", t -> {
                    Tensor x = t.normal(5, 2600);
                    t.outputs(x.flip(1), x.flip(0, 1).neg(), x.transpose().exp(), x.transpose().flip(0, 1));
                    for (int step : new int[] {2, 3, 7, 40}) {
                        t.outputs(x.slice(1, 1, 2600, step), x.slice(1, 0, 61, step).neg(),
                                x.flip(1).slice(1, 1, 2600, step));
                    }
                    t.outputs(x.reshape(13000).slice(0, 1, 13000, 2),
                            x.reshape(13000, 1).broadcast(Shape.of(13000, 3)));
                }),
                scenario("pictures cut into squares, and put together again", t -> {
                    for (int square : new int[] {2, 7, 16, 20}) {
                        Tensor x = t.normal(2, 3, 3, square, 5, square).permute(0, 2, 4, 1, 3, 5);
                        t.outputs(x.reshape(2, 15, 3 * square * square), x.reshape(30, 3 * square * square).mul(2),
                                x.permute(0, 1, 2, 4, 5, 3).reshape(2, 15, 3 * square * square),
                                t.normal(2, 3, 5, square, square, 3).permute(0, 5, 1, 3, 2, 4)
                                        .reshape(2, 3, 3 * square, 5 * square));
                    }
                }),
                scenario("repeats, steps and squares of narrow types", t -> {
                    for (DType type : List.of(DType.BF16, DType.I8, DType.I32)) {
                        Tensor x = t.input(Arg.of(type, 6, 8, 9));
                        t.outputs(x.reshape(6, 8, 1, 9, 1).broadcast(Shape.of(6, 8, 2, 9, 2)).reshape(6, 16, 18),
                                x.slice(2, 0, 9, 2), x.flip(2), x.reshape(3, 2, 8, 9).permute(0, 2, 1, 3));
                    }
                }),
                scenario("sums and largest of a few", t -> {
                    for (int few : new int[] {1, 2, 3, 4, 6, 7, 8, 12, 15, 16, 17, 24}) {
                        Tensor x = t.normal(131, few);
                        Tensor y = t.normal(37, few, 5);
                        t.outputs(x.sum(1), x.max(1), x.exp().sum(1), x.tanh().max(1), y.sum(1), y.max(1),
                                y.exp().sum(1), y.transpose().tanh().max(2));
                    }
                }),
                scenario("softmax over a strided axis", t -> {
                    Tensor x = t.normal(3, 17, 5);
                    t.outputs(x.graph().add(new Softmax(), x.transpose()).transpose(),
                            x.graph().add(new LayerNorm(1e-5), x.permute(2, 0, 1), t.normal(17), t.normal(17)));
                }));
    }

    // ---- states -----------------------------------------------------------------------------------------------

    private static List<Scenario> states() {
        return List.of(
                scenario("two states swapped", t -> {
                    State a = t.state(7, 13);
                    State b = t.state(7, 13);
                    Tensor old = t.graph().read(a);
                    t.graph().assign(a, t.graph().read(b));
                    t.graph().assign(b, old);
                    t.outputs(t.graph().read(a).sub(t.graph().read(b)));
                }),
                scenario("a state turned round", t -> {
                    State s = t.state(13, 13);
                    Tensor old = t.graph().read(s);
                    t.graph().assign(s, old.transpose());
                    t.outputs(old.exp(), t.graph().read(s).sum(0));
                }),
                scenario("three states in a ring, one changed", t -> {
                    State a = t.state(65);
                    State b = t.state(65);
                    State c = t.state(65);
                    Tensor x = t.graph().read(a);
                    Tensor y = t.graph().read(b);
                    t.graph().assign(a, t.graph().read(c).mul(0.5).add(x));
                    t.graph().assign(b, x);
                    t.graph().assign(c, y);
                }),
                scenario("a state read again after it was assigned", t -> {
                    State s = t.state(8, 17);
                    Tensor x = t.normal(8, 17);
                    Tensor before = t.graph().read(s);
                    t.graph().assign(s, before.mul(0.9).add(x));
                    Tensor between = t.graph().read(s);
                    t.graph().assign(s, between.tanh());
                    t.outputs(before.sum(0), between, t.graph().read(s).matmul(x.transpose()), before.neg());
                }),
                scenario("the old value used after the new one", t -> {
                    State s = t.state(8, 17);
                    Tensor old = t.graph().read(s);
                    Tensor next = old.mul(0.9).add(t.normal(8, 17));
                    t.graph().assign(s, next);
                    t.outputs(next.mul(old), next.sub(old.transpose().transpose()).sum(1));
                }),
                scenario("states that products write", t -> {
                    State sum = t.state(13, 17);
                    State h = t.state(new Arg(Arg.normal(301, 301).type(), random -> 0.1 * random.nextGaussian()));
                    State twice = t.state(13, 17);
                    Tensor x = t.normal(13, 5).matmul(t.normal(5, 17));
                    t.graph().assign(sum, t.graph().read(sum).add(x));
                    t.graph().assign(h, t.graph().read(h).matmul(t.normal(301, 301)).mul(0.1).add(t.graph().read(h))
                            .tanh());
                    t.graph().assign(twice, t.graph().read(twice).transpose().matmul(x.mul(0.1)).sum(0).add(x));
                    t.outputs(t.graph().read(h).sum(0));
                }),
                scenario("a state that a reduction of itself changes", t -> {
                    State s = t.state(13, 65);
                    Tensor old = t.graph().read(s);
                    t.graph().assign(s, old.div(old.square().sumKeep(1).add(1)));
                    State mean = t.state(65);
                    t.graph().assign(mean, old.sub(t.graph().read(mean)).mean(0));
                }),
                scenario("a cache written in place", t -> {
                    State cache = t.state(2, 16, 3);
                    Tensor start = t.input(Arg.index(14, 1));
                    Tensor old = t.graph().read(cache);
                    t.graph().assign(cache, old.updateSlice(1, t.normal(2, 2, 3), start));
                    t.outputs(t.graph().read(cache).transpose().matmul(t.normal(16, 5)), t.graph().read(cache).sum(1));
                }),
                scenario("a cache with readers of what was there before", t -> {
                    State cache = t.state(16, 8);
                    Tensor old = t.graph().read(cache);
                    Tensor first = old.slice(0, 0, 5).exp();
                    Tensor next = old.updateSlice(0, t.normal(3, 8).add(old.slice(0, 2, 5)), t.input(Arg.index(13, 1)));
                    t.graph().assign(cache, next);
                    t.outputs(first, next.mul(2), old.sum(0), next.sub(old), old);
                }),
                scenario("a cache written twice", t -> {
                    State cache = t.state(8, 4);
                    Tensor once = t.graph().read(cache).updateSlice(0, t.normal(1, 4), t.input(Arg.index(8, 1)));
                    Tensor twice = once.updateSlice(0, t.normal(2, 4), t.input(Arg.index(7, 1)));
                    t.graph().assign(cache, twice);
                    t.outputs(once.sum(0), twice.transpose());
                }),
                scenario("two caches, one update", t -> {
                    State a = t.state(8, 4);
                    State b = t.state(8, 4);
                    Tensor next = t.graph().read(a).updateSlice(0, t.graph().read(b).slice(0, 0, 2),
                            t.input(Arg.index(7, 1)));
                    t.graph().assign(a, next);
                    t.graph().assign(b, next);
                }),
                scenario("a state with itself shifted", t -> {
                    State s = t.state(33);
                    Tensor old = t.graph().read(s);
                    t.graph().assign(s, Tensor.concat(0, List.of(old.slice(0, 1, 33), t.normal(1))));
                    t.outputs(t.graph().read(s).slice(0, 30, 33));
                }),
                scenario("an update written over itself", t -> {
                    State s = t.state(16, 3);
                    Tensor old = t.graph().read(s);
                    t.graph().assign(s, old.updateSlice(0, old.slice(0, 0, 8).flip(0), t.input(Arg.index(9, 1))));
                }),
                scenario("a state given an input, and a constant", t -> {
                    State a = t.state(7);
                    State b = t.state(7);
                    t.outputs(t.graph().read(a).add(t.graph().read(b)));
                    t.graph().assign(a, t.normal(7));
                    t.graph().assign(b, t.graph().fill(3, Shape.of(7)));
                }),
                scenario("a state that keeps its own value", t -> {
                    State s = t.state(7, 3);
                    t.graph().assign(s, t.graph().read(s));
                    t.outputs(t.graph().read(s).mul(2));
                }),
                scenario("counters", t -> {
                    State n = t.state(Arg.index(100, 1));
                    t.graph().assign(n, t.graph().read(n).add(1));
                    t.outputs(t.graph().read(n).mul(3), t.graph().read(n).cast(DType.F32).broadcast(Shape.of(5)));
                }),
                scenario("a bf16 state", t -> {
                    State s = t.state(Arg.of(DType.BF16, 13, 17));
                    Tensor old = t.graph().read(s);
                    t.graph().assign(s, Trace.f32(old).mul(1.5).cast(DType.BF16));
                    t.outputs(Trace.f32(old).sum(0));
                }),
                scenario("training by gradient descent", t -> {
                    State w1 = t.state(13, 32);
                    State b1 = t.state(32);
                    State w2 = t.state(32, 5);
                    Tensor x = t.normal(17, 13);
                    List<Tensor> p = List.of(t.graph().read(w1), t.graph().read(b1), t.graph().read(w2));
                    Tensor h = x.matmul(p.get(0)).add(p.get(1)).tanh();
                    Tensor loss = h.matmul(p.get(2)).sub(t.normal(17, 5)).square().mean();
                    List<Tensor> g = Grad.of(loss, p);
                    List<State> s = List.of(w1, b1, w2);
                    for (int i = 0; i < 3; i++) {
                        t.graph().assign(s.get(i), p.get(i).sub(g.get(i).mul(0.1)));
                    }
                    t.outputs(loss, g.get(0));
                }));
    }

    // ---- lifetimes --------------------------------------------------------------------------------------------

    private static List<Scenario> orders() {
        return List.of(
                scenario("long lives and short ones", t -> {
                    Tensor x = t.normal(64, 65);
                    Tensor first = x.exp();
                    Tensor h = first;
                    for (int i = 0; i < 8; i++) {
                        h = h.matmul(t.normal(65, 65).mul(0.1)).tanh().add(h.mul(0.1));
                    }
                    t.outputs(h.add(first), first.sum(0), x.sum(1));
                }),
                scenario("a view outlives what it views", t -> {
                    Tensor x = t.normal(33, 34).matmul(t.normal(34, 35));
                    Tensor v = x.transpose();
                    Tensor h = t.normal(33, 35);
                    for (int i = 0; i < 5; i++) {
                        h = h.matmul(t.normal(35, 35)).mul(0.1);
                    }
                    t.outputs(v.mul(h.transpose()), h);
                }),
                scenario("many readers", t -> {
                    Tensor x = t.normal(17, 64).sin();
                    t.outputs(x.sum(0), x.sum(1), x.max(0), x.transpose().matmul(x), x.cumulativeSum(0), x.topK(2),
                            x.mul(x.sumKeep(1)), x.sub(x.meanKeep(0)).square().sum(), x.slice(1, 3, 9));
                }),
                scenario("reductions that feed each other", t -> {
                    Tensor x = t.normal(7, 13, 33);
                    Tensor m = x.sub(x.maxKeep(2)).exp().sumKeep(2);
                    Tensor v = x.div(m).sumKeep(1).mul(m);
                    t.outputs(v, v.sum(), v.maxKeep(0).add(x));
                }),
                scenario("a diamond of matmuls", t -> {
                    Tensor x = t.normal(13, 13);
                    Tensor a = x.matmul(x);
                    Tensor b = a.matmul(x).mul(0.1);
                    Tensor c = x.matmul(a).mul(0.1);
                    t.outputs(b.sub(c.mul(0.5)), a.add(b).matmul(c));
                }),
                scenario("equal nodes", t -> {
                    Tensor x = t.normal(7, 13);
                    t.outputs(x.exp().add(1), x.exp().add(1).mul(x.exp()), x.mul(0).add(x.sub(x)), x.neg().neg());
                }));
    }

    private static List<Scenario> randomness() {
        return List.of(
                scenario("random numbers of every step", t -> {
                    State seed = t.state(Arg.index(1_000_000, 2));
                    t.graph().randomFrom(seed);
                    t.outputs(t.graph().uniform(Shape.of(7, 13)), t.graph().normal(Shape.of(4098)),
                            t.graph().normal(Shape.of(3)), t.graph().uniform(Shape.SCALAR),
                            t.graph().uniform(Shape.of(7, 13)));
                    t.graph().assign(seed, t.graph().read(seed).add(t.graph().constant(Storage.of(Shape.of(2), 0, 1))));
                }),
                scenario("dropout", t -> {
                    t.graph().randomFrom(t.state(Arg.index(1_000_000, 2)));
                    Tensor x = t.normal(13, 65);
                    Tensor kept = t.graph().uniform(x.shape()).less(0.75);
                    t.outputs(kept.mul(x).mul(1 / 0.75), x.graph().add(new Op.Where(), kept, x, x.like(0)).sum(1));
                }));
    }
}
