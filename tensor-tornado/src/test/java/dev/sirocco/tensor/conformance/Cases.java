package dev.sirocco.tensor.conformance;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Op;
import dev.sirocco.tensor.ir.Op.BinaryKind;
import dev.sirocco.tensor.ir.Op.UnaryKind;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** The table: every primitive, by element type and by ragged shapes. */
final class Cases {

    private static final int[][] SHAPES = {{}, {0}, {1}, {7}, {8, 1}, {13, 17}, {2, 3, 0}, {4098}, {3, 1366}};

    private final List<Case> cases = new ArrayList<>();

    private Cases() {
        unary();
        binary();
        where();
        casts();
        views();
        padding();
        joining();
        windows();
        indexing();
        reductions();
        orderings();
        products();
        ofStoredNarrow();
        chains();
    }

    static Stream<Case> all() {
        return new Cases().cases.stream();
    }

    static Stream<Case> withGradient() {
        return all().filter(Case::hasGradient);
    }

    private void add(Case c) {
        cases.add(c);
    }

    private void add(String name, Function<List<Tensor>, Tensor> op, Arg... args) {
        add(Case.of(name, op, args));
    }

    // ---- element-wise -----------------------------------------------------------------------------------------

    private void unary() {
        for (UnaryKind kind : UnaryKind.values()) {
            boolean isForPositives = switch (kind) {
                case LOG, SQRT, RSQRT, RECIPROCAL -> true;
                default -> false;
            };
            for (int[] dims : SHAPES) {
                add(kind + Arrays.toString(dims), in -> apply(new Op.Unary(kind), in),
                        isForPositives ? Arg.positive(dims) : Arg.normal(dims));
            }
            add(kind + " of a transposed view", in -> apply(new Op.Unary(kind), List.of(in.getFirst().transpose())),
                    isForPositives ? Arg.positive(17, 13) : Arg.normal(17, 13));
        }
        for (UnaryKind kind : List.of(UnaryKind.NEG, UnaryKind.ABS, UnaryKind.SIGN)) {
            add(kind + " i32", in -> apply(new Op.Unary(kind), in), Arg.of(DType.I32, 3, 17));
        }
        // One element more than any number of equal parts has whole blocks for.
        add("chain of 65,537", in -> in.getFirst().mul(2).add(1).sigmoid().mul(3), Arg.normal(65_537));
    }

    private void binary() {
        for (BinaryKind kind : BinaryKind.values()) {
            Function<List<Tensor>, Tensor> op = in -> apply(new Op.Binary(kind), in);
            boolean isForPositives = kind == BinaryKind.DIV || kind == BinaryKind.POW;
            Function<int[], Arg> left = isForPositives ? Arg::positive : dims -> Arg.grid(0.01, dims);
            Function<int[], Arg> right = isForPositives ? Arg::positive : dims -> Arg.grid(0.02, dims);
            for (int[] dims : SHAPES) {
                add(kind + Arrays.toString(dims), op, left.apply(dims), right.apply(dims));
            }
            add(kind + " of views", in -> op.apply(List.of(in.get(0).transpose(), in.get(1).flip(1))),
                    left.apply(new int[] {17, 13}), right.apply(new int[] {13, 17}));
            add(kind + " of itself", in -> op.apply(List.of(in.getFirst(), in.getFirst())), left.apply(new int[] {13}));
            if (kind != BinaryKind.POW) {
                add(kind + " i32", op, Arg.of(DType.I32, 3, 17), kind == BinaryKind.DIV
                        ? divisors(3, 17) : Arg.of(DType.I32, 3, 17));
            }
        }
        for (int[][] pair : new int[][][] {{{8, 1}, {1, 13}}, {{13}, {7, 13}}, {{}, {4098}}, {{2, 1, 17}, {3, 1}},
                {{1, 7, 1, 8}, {64, 1, 13, 1}}, {{64, 64}, {64, 1}}}) {
            add("add " + Arrays.deepToString(pair), in -> in.get(0).add(in.get(1)),
                    Arg.normal(pair[0]), Arg.normal(pair[1]));
            add("mul " + Arrays.deepToString(pair), in -> in.get(0).mul(in.get(1)),
                    Arg.normal(pair[0]), Arg.normal(pair[1]));
        }
    }

    private static Arg divisors(int... dims) {
        return new Arg(Arg.of(DType.I32, dims).type(), random -> random.nextBoolean() ? -3 : 7);
    }

    private void where() {
        Function<List<Tensor>, Tensor> op = in -> in.get(0).cast(DType.F32).where(in.get(1), in.get(2));
        for (int[] dims : SHAPES) {
            add("where" + Arrays.toString(dims), op, Arg.index(2, dims), Arg.normal(dims), Arg.normal(dims));
        }
        add("where broadcast", op, Arg.index(2, 1, 17), Arg.normal(13, 1), Arg.normal());
        add("where i32", op, Arg.index(2, 13), Arg.of(DType.I32, 13), Arg.of(DType.I32, 13));
        add("where of anything but 0", in -> in.get(0).where(in.get(1), in.get(2)), Arg.normal(13), Arg.normal(13),
                Arg.normal(13));
    }

    private void casts() {
        for (DType from : DType.values()) {
            for (DType to : DType.values()) {
                for (int[] dims : new int[][] {{}, {0}, {7}, {64}, {13, 17}, {4098}}) {
                    Arg arg = from.isFloat() && !to.isFloat()
                            ? new Arg(Arg.of(from, dims).type(), r -> r.nextInt(-100, 100) + 0.5) : Arg.of(from, dims);
                    add(Case.of(from + " to " + to + Arrays.toString(dims), in -> in.getFirst().cast(to), arg).rough());
                }
            }
            if (from != DType.F32) {
                add(Case.of(from + " view to f32", in -> in.getFirst().transpose().cast(DType.F32).mul(0.5),
                        Arg.of(from, 13, 17)));
            }
        }
        add(Case.of("through bf16 and back", in -> in.getFirst().cast(DType.BF16).cast(DType.F32).mul(3),
                Arg.normal(13, 17)).rough());
    }

    private static Tensor apply(Op op, List<Tensor> in) {
        return in.getFirst().graph().add(op, in).output();
    }

    // ---- movement ---------------------------------------------------------------------------------------------

    private void views() {
        for (DType dtype : DType.values()) {
            add("reshape " + dtype, in -> in.getFirst().reshape(7, 26), Arg.of(dtype, 13, 14));
            add("permute " + dtype, in -> in.getFirst().permute(2, 0, 1), Arg.of(dtype, 7, 8, 13));
            add("broadcast " + dtype, in -> in.getFirst().broadcast(Shape.of(7, 8, 13)), Arg.of(dtype, 8, 1));
            add("slice " + dtype, in -> in.getFirst().slice(1, 3, 16, 4), Arg.of(dtype, 3, 17));
            add("flip " + dtype, in -> in.getFirst().flip(0, 2), Arg.of(dtype, 3, 2, 17));
            add("unfold " + dtype, in -> in.getFirst().unfold(1, 4, 3, 2), Arg.of(dtype, 3, 17));
            add("pad " + dtype, in -> in.getFirst().pad(0, 1, 2, 0).pad(1, 0, 3, 2, 5), Arg.of(dtype, 3, 7));
        }
        add("reshape to rank 0", in -> in.getFirst().reshape(), Arg.normal(1, 1));
        add("reshape of a permuted view", in -> in.getFirst().permute(2, 0, 1).reshape(8, 91), Arg.normal(7, 8, 13));
        add("permute of rank 5", in -> in.getFirst().permute(4, 1, 3, 0, 2), Arg.normal(2, 3, 4, 5, 7));
        add("permute of 4098", in -> in.getFirst().transpose(), Arg.normal(4098, 3));
        add("broadcast inside", in -> in.getFirst().broadcast(Shape.of(7, 5, 13)), Arg.normal(7, 1, 13));
        add("broadcast of a scalar", in -> in.getFirst().broadcast(Shape.of(3, 4, 5)), Arg.normal());
        add("slice of nothing", in -> in.getFirst().slice(0, 2, 2), Arg.normal(7, 3));
        add("slice of a view", in -> in.getFirst().transpose().slice(0, 1, 8, 2).slice(1, 2, 7), Arg.normal(13, 17));
        add("flip of 4098", in -> in.getFirst().flip(0), Arg.normal(4098));
    }

    private void padding() {
        add("pad with -∞", in -> in.getFirst().pad(-1, 2, 1, Double.NEGATIVE_INFINITY).max(-1), Arg.normal(13, 17));
        add("pad nothing", in -> in.getFirst().pad(0, 2, 3, 1.5), Arg.normal(0, 7));
        add("pad between", in -> in.getFirst().pad(0, 1, 0, 1, 0).pad(1, 0, 2, 2, 0), Arg.normal(7, 8));
        add("pad between single ones", in -> in.getFirst().pad(0, 0, 0, 3, 0), Arg.normal(1, 8));
        add("pad a permuted view", in -> in.getFirst().transpose().pad(1, 1, 1, 1, 0), Arg.normal(13, 17));
        add("pad 4098", in -> in.getFirst().pad(1, 64, 17, 0), Arg.normal(3, 4098));
    }

    private void joining() {
        for (DType dtype : DType.values()) {
            add("concat " + dtype, in -> Tensor.concat(1, in),
                    Arg.of(dtype, 3, 7), Arg.of(dtype, 3, 1), Arg.of(dtype, 3, 64));
            add("update-slice " + dtype, in -> in.get(0).updateSlice(0, in.get(1), in.get(2)),
                    Arg.of(dtype, 8, 13), Arg.of(dtype, 3, 13), Arg.index(6, 1));
        }
        add("concat with nothing", in -> Tensor.concat(0, in), Arg.normal(0, 7), Arg.normal(8, 7), Arg.normal(0, 7));
        add("concat of views", in -> Tensor.concat(0,
                List.of(in.get(0).transpose(), in.get(1).slice(0, 1, 8, 2), in.get(0).transpose().flip(0))),
                Arg.normal(7, 13), Arg.normal(9, 7));
        add("concat of computed and given",
                in -> Tensor.concat(-1, List.of(in.get(0).exp(), in.get(0), in.get(1).neg())),
                Arg.normal(3, 17), Arg.normal(3, 8));
        add("concat of one twice", in -> Tensor.concat(0, List.of(in.get(0), in.get(0))), Arg.normal(13));
        add("update-slice in the middle", in -> in.get(0).updateSlice(1, in.get(1).exp(), in.get(2)),
                Arg.normal(2, 8, 13), Arg.normal(2, 1, 13), Arg.index(8, 1));
        add("update-slice with nothing", in -> in.get(0).updateSlice(0, in.get(1), in.get(2)),
                Arg.normal(8, 3), Arg.normal(0, 3), Arg.index(9, 1));
        add("update-slice of everything", in -> in.get(0).updateSlice(0, in.get(1), in.get(2)),
                Arg.normal(8), Arg.normal(8), Arg.index(1, 1));
    }

    private void windows() {
        for (int[] w : new int[][] {{1, 1, 1}, {3, 1, 1}, {4, 2, 1}, {2, 5, 3}, {13, 1, 1}}) {
            String name = " of " + w[0] + " by " + w[1] + " dilated " + w[2];
            add("unfold" + name, in -> in.getFirst().unfold(0, w[0], w[1], w[2]), Arg.normal(13, 7));
            int windows = (13 - ((w[0] - 1) * w[2] + 1)) / w[1] + 1;
            add(Case.of("fold" + name, in -> in.getFirst().fold(0, 13, w[1], w[2]), Arg.normal(windows, 7, w[0]))
                    .summing(w[0]));
        }
        add("unfold twice", in -> in.getFirst().unfold(1, 3, 1, 1).unfold(2, 3, 2, 1), Arg.normal(2, 8, 13));
        add("fold twice", in -> in.getFirst().fold(2, 13, 2, 1).fold(1, 8, 1, 1), Arg.normal(2, 6, 6, 3, 3));
        add("fold of 4098", in -> in.getFirst().fold(1, 4098, 64, 1), Arg.normal(2, 61, 256));
        add("windows that are computed", in -> in.getFirst().sin().unfold(0, 3, 1, 2).sum(1), Arg.normal(17));
    }

    private void indexing() {
        for (DType dtype : DType.values()) {
            add("gather " + dtype, in -> in.get(0).gather(0, in.get(1)), Arg.of(dtype, 17, 13), Arg.index(17, 7));
        }
        add("gather in the middle", in -> in.get(0).gather(1, in.get(1)), Arg.normal(3, 7, 8), Arg.index(7, 4, 5));
        add("gather at the end", in -> in.get(0).gather(2, in.get(1)), Arg.normal(3, 7, 8), Arg.index(8, 13));
        add("gather by one index", in -> in.get(0).gather(0, in.get(1)), Arg.normal(8, 13), Arg.index(8));
        add("gather nothing", in -> in.get(0).gather(0, in.get(1)), Arg.normal(8, 13), Arg.index(8, 0));
        add("gather from a view", in -> in.get(0).transpose().gather(0, in.get(1)), Arg.normal(13, 8),
                Arg.index(8, 64));
        add("gather 4098 rows", in -> in.get(0).gather(0, in.get(1)), Arg.normal(64, 17), Arg.index(64, 4098));
        add(Case.of("scatter-add", in -> in.get(0).scatterAdd(0, in.get(1), 7), Arg.normal(64, 13), Arg.index(7, 64))
                .summing(9));
        add(Case.of("scatter-add in the middle", in -> in.get(0).scatterAdd(1, in.get(1), 8),
                Arg.normal(3, 5, 4, 7), Arg.index(8, 5, 4)).summing(4));
        add(Case.of("scatter-add of 4098", in -> in.get(0).scatterAdd(0, in.get(1), 3),
                Arg.normal(4098), Arg.index(3, 4098)).summing(1366));
        add("scatter-add of nothing", in -> in.get(0).scatterAdd(0, in.get(1), 3), Arg.normal(0, 7), Arg.index(3, 0));
        add("pick", in -> in.get(0).pick(in.get(1)), Arg.normal(13, 17), Arg.index(17, 13));
        add("take along", in -> in.get(0).takeAlong(in.get(1)), Arg.normal(3, 7, 17), Arg.index(17, 3, 7, 2));
        add("one-hot", in -> in.get(0).oneHot(17), Arg.index(17, 13));
    }

    // ---- contractions and orderings ---------------------------------------------------------------------------

    private void reductions() {
        int[][][] shapesAndAxes = {{{7, 8, 13}, {0}}, {{7, 8, 13}, {1}}, {{7, 8, 13}, {2}}, {{7, 8, 13}, {0, 1}},
                {{7, 8, 13}, {0, 2}}, {{7, 8, 13}, {1, 2}}, {{7, 8, 13}, {0, 1, 2}}, {{4098}, {0}}, {{3, 4098}, {1}},
                {{4098, 3}, {0}}, {{1, 64}, {1}}, {{64, 1}, {1}}, {{17, 64}, {0}}, {{0, 7}, {0}}, {{0, 7}, {1}},
                {{2, 3, 4, 5, 6}, {1, 3}}, {{1}, {0}}};
        for (int[][] sa : shapesAndAxes) {
            String of = Arrays.toString(sa[0]) + " over " + Arrays.toString(sa[1]);
            int terms = Arrays.stream(sa[1]).map(axis -> sa[0][axis]).reduce(1, (a, b) -> a * b);
            add(Case.of("sum" + of, in -> in.getFirst().sumKeep(sa[1]), Arg.normal(sa[0])).summing(terms));
            Case max = Case.of("max" + of, in -> in.getFirst().maxKeep(sa[1]), Arg.normal(sa[0]));
            add(terms == 0 ? max.rough() : max);
            add(Case.of("sum of a chain" + of, in -> in.get(0).sub(in.get(1)).exp().sumKeep(sa[1]).mul(0.5),
                    Arg.normal(sa[0]), Arg.normal(sa[0])).summing(terms));
        }
        add("sum of rank 0", in -> in.getFirst().sum(), Arg.normal());
        add("sum i32", in -> in.getFirst().sum(1), Arg.of(DType.I32, 13, 17));
        add("max i32", in -> in.getFirst().max(0), Arg.of(DType.I32, 13, 17));
        add("sum of computed i32", in -> in.get(0).add(in.get(1)).sum(0), Arg.of(DType.I32, 13, 17),
                Arg.of(DType.I32, 17));
        add("max of computed i32", in -> in.get(0).add(in.get(1)).max(1), Arg.of(DType.I32, 3, 4098),
                Arg.of(DType.I32, 3, 1));
        add(Case.of("sum of a permuted view", in -> in.getFirst().permute(2, 0, 1).sum(1), Arg.normal(7, 8, 13))
                .summing(7));
        add(Case.of("sum of a broadcast", in -> in.getFirst().broadcast(Shape.of(7, 64, 13)).mul(2).sum(1),
                Arg.normal(7, 1, 13)).summing(64));
        add("max among equals", in -> in.getFirst().floor().mul(in.getFirst().like(1)).max(1), Arg.normal(13, 17));
        add("argmax", in -> in.getFirst().argmax(0), Arg.normal(13, 17));
    }

    private void orderings() {
        for (int[] dims : new int[][] {{1}, {7}, {13, 17}, {2, 3, 4098}, {0, 3}}) {
            for (int axis = 0; axis < dims.length; axis++) {
                int along = axis;
                add(Case.of("cumulative sum " + Arrays.toString(dims) + " along " + axis,
                        in -> in.getFirst().cumulativeSum(along), Arg.normal(dims)).summing(dims[axis]));
            }
        }
        add("cumulative sum i32", in -> in.getFirst().cumulativeSum(1), Arg.of(DType.I32, 3, 17));
        add(Case.of("cumulative sum of a view", in -> in.getFirst().transpose().cumulativeSum(0), Arg.normal(13, 17))
                .summing(17));
        add("top 1", in -> in.getFirst().topK(1), Arg.normal(13, 17));
        add("top 5 of 4098", in -> in.getFirst().topK(5), Arg.normal(3, 4098));
        add("top all", in -> in.getFirst().topK(17), Arg.normal(2, 3, 17));
        add("top among equals", in -> in.getFirst().topK(13), new Arg(Arg.normal(8, 17).type(), r -> r.nextInt(4)));
        add("top of a view", in -> in.getFirst().transpose().topK(3), Arg.normal(13, 17));
        add("top i32", in -> in.getFirst().topK(3), Arg.of(DType.I32, 5, 13));
        add("top values", in -> in.getFirst().takeAlong(in.getFirst().topK(4)), Arg.normal(7, 13));
    }

    private void products() {
        int[][] sizes = {{1, 1, 1}, {1, 17, 13}, {7, 8, 13}, {8, 13, 1}, {13, 1, 17}, {17, 64, 7}, {64, 64, 64},
                {1, 64, 4098}, {4098, 7, 3}, {3, 4098, 2}, {65, 257, 33}, {0, 7, 3}, {3, 0, 7}, {5, 7, 0}};
        for (int[] s : sizes) {
            String of = " %d × %d × %d".formatted(s[0], s[1], s[2]);
            add(Case.of("matmul" + of, in -> in.get(0).matmul(in.get(1)),
                    Arg.normal(s[0], s[1]), Arg.normal(s[1], s[2])).summing(s[1]));
            add(Case.of("matmul of transposed views" + of, in -> in.get(0).transpose().matmul(in.get(1).transpose()),
                    Arg.normal(s[1], s[0]), Arg.normal(s[2], s[1])).summing(s[1]));
        }
        add(Case.of("matmul in batches", in -> in.get(0).matmul(in.get(1)), Arg.normal(2, 3, 7, 13),
                Arg.normal(2, 3, 13, 8)).summing(13));
        add(Case.of("matmul broadcasting", in -> in.get(0).matmul(in.get(1)), Arg.normal(5, 1, 7, 13),
                Arg.normal(3, 13, 8)).summing(13));
        add(Case.of("matmul of many rows", in -> in.get(0).matmul(in.get(1)), Arg.normal(5, 7, 13), Arg.normal(13, 64))
                .summing(13));
        add(Case.of("matmul of heads", in -> in.get(0).permute(0, 2, 1, 3).matmul(in.get(1).permute(0, 2, 3, 1)),
                Arg.normal(2, 17, 3, 8), Arg.normal(2, 17, 3, 8)).summing(8));
        add(Case.of("matmul with bias and activation", in -> in.get(0).matmul(in.get(1)).add(in.get(2)).tanh(),
                Arg.normal(17, 64), Arg.normal(64, 33), Arg.normal(33)).summing(64));
        add(Case.of("matmul with residual", in -> in.get(0).add(in.get(0).matmul(in.get(1)).mul(0.5)),
                Arg.normal(13, 17), Arg.normal(17, 17)).summing(17));
        add(Case.of("matmul of chains", in -> in.get(0).exp().matmul(in.get(1).mul(in.get(1))),
                Arg.normal(7, 13), Arg.normal(13, 17)).summing(13));
        add(Case.of("matmul of windows", in -> in.get(0).unfold(0, 5, 2, 1).matmul(in.get(1)),
                Arg.normal(64), Arg.normal(5, 13)).summing(5));
        add(Case.of("matmul of strided slices", in -> in.get(0).slice(1, 0, 16, 2).matmul(in.get(1).slice(0, 1, 17, 2)),
                Arg.normal(13, 17), Arg.normal(17, 7)).summing(8));
        add(Case.of("matmul of bf16 weights", in -> in.get(0).matmul(in.get(1).cast(DType.F32)),
                Arg.normal(7, 64), Arg.of(DType.BF16, 64, 17)).summing(64));
        add(Case.of("matmul of transposed bf16 weights", in -> in.get(0).matmul(in.get(1).cast(DType.F32).transpose()),
                Arg.normal(1, 64), Arg.of(DType.BF16, 17, 64)).summing(64));
        add(Case.of("matmul with itself", in -> in.get(0).matmul(in.get(0).transpose()), Arg.normal(13, 17))
                .summing(17));
    }

    /** Kernels may read what is stored narrow without a cast in between, if they can. */
    private void ofStoredNarrow() {
        for (DType dtype : List.of(DType.BF16, DType.F16, DType.I8)) {
            Arg narrow = Arg.of(dtype, 13, 17);
            add(Case.of("sum of " + dtype, in -> in.get(0).cast(DType.F32).sum(1), narrow).summing(17));
            add("max of " + dtype, in -> in.get(0).cast(DType.F32).max(0), narrow);
            add(Case.of("cumulative sum of " + dtype, in -> in.get(0).cast(DType.F32).cumulativeSum(1), narrow)
                    .summing(17));
            add("top of " + dtype, in -> in.get(0).cast(DType.F32).topK(3), narrow);
            add("pad of " + dtype, in -> in.get(0).cast(DType.F32).pad(1, 1, 2, 3), narrow);
            add("concat of " + dtype, in -> Tensor.concat(0, List.of(in.get(0).cast(DType.F32), in.get(1))),
                    narrow, Arg.normal(3, 17));
            add("gather of " + dtype, in -> in.get(0).cast(DType.F32).gather(0, in.get(1)), narrow, Arg.index(13, 5));
            add("gather of transposed " + dtype, in -> in.get(0).cast(DType.F32).transpose().gather(0, in.get(1)),
                    narrow, Arg.index(17, 5));
            add("scatter-add of " + dtype, in -> in.get(0).cast(DType.F32).scatterAdd(0, in.get(1), 13),
                    narrow, Arg.index(13, 13));
            add("update-slice of " + dtype, in -> in.get(0).cast(DType.F32).updateSlice(0, in.get(1), in.get(2)),
                    narrow, Arg.normal(3, 17), Arg.index(10, 1));
            add("update-slice by " + dtype, in -> in.get(1).updateSlice(0, in.get(0).cast(DType.F32), in.get(2)),
                    narrow, Arg.normal(20, 17), Arg.index(7, 1));
            add(Case.of("fold of " + dtype, in -> in.get(0).cast(DType.F32).fold(0, 29, 1, 1), narrow).summing(13));
            add("views of " + dtype, in -> in.get(0).cast(DType.F32).flip(1).slice(1, 1, 16, 3).exp(), narrow);
            add(Case.of("matmul with " + dtype + " on the left", in -> in.get(0).cast(DType.F32).matmul(in.get(1)),
                    narrow, Arg.normal(17, 7)).summing(17));
            add(Case.of("matmul of " + dtype + " and " + dtype, in -> in.get(0).cast(DType.F32).transpose()
                    .matmul(in.get(1).cast(DType.F32)), narrow, Arg.of(dtype, 13, 5)).summing(13));
        }
    }

    // ---- what fusion makes of several -------------------------------------------------------------------------

    private void chains() {
        add(Case.of("softmax by hand", in -> {
            Tensor e = in.getFirst().sub(in.getFirst().maxKeep(-1)).exp();
            return e.div(e.sumKeep(-1));
        }, Arg.normal(13, 65)).summing(65));
        add(Case.of("layer norm by hand", in -> {
            Tensor centred = in.get(0).sub(in.get(0).meanKeep(-1));
            return centred.mul(centred.square().meanKeep(-1).add(1e-5).rsqrt()).mul(in.get(1)).add(in.get(2));
        }, Arg.normal(13, 64), Arg.normal(64), Arg.normal(64)).summing(64));
        add("long chain", in -> {
            Tensor t = in.get(0);
            for (int i = 0; i < 20; i++) {
                t = t.mul(0.9).add(in.get(1)).tanh();
            }
            return t;
        }, Arg.normal(13, 321), Arg.normal(321));
        add(Case.several("a value inside and outside a chain", in -> {
            Tensor middle = in.get(0).exp().add(1);
            return List.of(middle, middle.log().mul(in.get(0)), middle.sum(0));
        }, Arg.normal(7, 600)).summing(7));
        add(Case.several("two chains that meet", in -> {
            Tensor a = in.get(0).sin();
            Tensor b = in.get(0).cos();
            return List.of(a.mul(b), a.add(b).transpose(), a.square().add(b.square()));
        }, Arg.normal(64, 33)));
        add(Case.several("constants", in -> {
            Graph g = in.getFirst().graph();
            Tensor table = g.constant(Storage.of(Shape.of(3, 2), 1f, -2f, 3f, 4f, 0.5f, 6f));
            Tensor places = g.range(3).unsqueeze(1).cast(DType.F32);
            return List.of(in.getFirst().mul(table), table.exp(), places.add(in.getFirst()), g.fill(2.5, Shape.of(7)),
                    g.add(new Op.Iota(Shape.of(3, 4, 5), 1)), table.matmul(in.getFirst().transpose()));
        }, Arg.normal(3, 2)));
        add("gated", in -> {
            List<Tensor> halves = in.getFirst().split(-1, 2);
            return halves.get(0).mul(halves.get(1).sigmoid());
        }, Arg.normal(13, 34));
    }
}
