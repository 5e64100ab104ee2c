package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.tornado.KernelCode.Value;
import dev.sirocco.tensor.fast.BatchNorm;
import dev.sirocco.tensor.fast.GroupNorm;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * {@link GroupNorm} and {@link BatchNorm} of x (N, C, …) and their gradients: kernels for the statistics of what is
 * normalised together, and one that goes over all elements. Where these sets are few and large, several threads share
 * each, as in {@link ReduceCode}, and another kernel joins their parts.
 *
 * @param groups of channels; 0 for a batch norm
 */
record ChannelNormCode(double eps, int groups) {

    static ChannelNormCode of(GroupNorm norm) {
        return new ChannelNormCode(norm.eps(), norm.groups());
    }

    static ChannelNormCode of(BatchNorm norm) {
        return new ChannelNormCode(norm.eps(), 0);
    }

    /** Where an element of x is: picture, channel, place. */
    private record At(int picture, int channel, int place) {}

    /** The elements of x in sets: each has the same range of pictures, channels and places. */
    private record Sets(Shape number, Shape terms, boolean isOfBatch) {

        int count() {
            return Math.toIntExact(number.numel());
        }

        int size() {
            return Math.toIntExact(terms.numel());
        }

        /** A term of a set. */
        At at(KernelCode code, int[] set, int term) {
            int[] in = code.coordinates(term, terms.dims());
            if (isOfBatch) {
                return new At(in[0], set[0], in[1]);
            }
            int inGroup = terms.dim(0);
            return new At(set[0],
                    code.intVariable(() -> code.pushIndex(0, new int[] {set[1], in[0]}, new long[] {inGroup, 1})),
                    in[1]);
        }

        int parts() {
            return ReduceCode.isShared(count(), size()) ? ReduceCode.PARTS : 1;
        }
    }

    private static int places(View x) {
        return Math.toIntExact(x.shape().slice(2, x.shape().rank()).numel());
    }

    /** What is normalised together. */
    private Sets together(View x) {
        int channels = x.shape().dim(1);
        return groups == 0 ? new Sets(Shape.of(channels), Shape.of(x.shape().dim(0), places(x)), true)
                : new Sets(Shape.of(x.shape().dim(0), groups), Shape.of(channels / groups, places(x)), false);
    }

    /** What has one addend of a weight's gradient: a channel of a picture, or of all. */
    private Sets channels(View x) {
        return groups == 0 ? together(x)
                : new Sets(Shape.of(x.shape().dim(0), x.shape().dim(1)), Shape.of(1, places(x)), false);
    }

    /** @param out y, and for a batch norm mean and variance; null where nobody reads one */
    List<Kernel> forward(String describe, List<View> in, List<View> out, IntFunction<Place> scratch) {
        View x = in.getFirst();
        View y = out.getFirst();
        Sets sets = together(x);
        View mean = groups == 0 && out.get(1) != null ? out.get(1) : vector(sets, scratch);
        View variance = groups == 0 && out.get(2) != null ? out.get(2) : vector(sets, scratch);
        List<Kernel> kernels = new ArrayList<>(statistics(describe, x, sets, mean, variance, scratch));
        if (y != null) {
            kernels.add(Kernel.elements(describe, y.shape(), (code, at) -> {
                int set = set(code, at, x);
                Value normal = code.multiply(code.subtract(x.load(code, at), mean.load(code, new int[] {set})),
                        scale(code, variance, set));
                int[] channel = {at[1]};
                y.store(code, at, code.add(code.multiply(normal, in.get(1).load(code, channel)),
                        in.get(2).load(code, channel)));
            }));
        }
        return kernels;
    }

    private static View vector(Sets sets, IntFunction<Place> scratch) {
        return View.contiguous(scratch.apply(sets.count()), Shape.of(sets.count()));
    }

    /** The number of an element's set. */
    private int set(KernelCode code, int[] at, View x) {
        if (groups == 0) {
            return at[1];
        }
        int inGroup = x.shape().dim(1) / groups;
        int group = code.intVariable(() -> code.pushQuotient(at[1], inGroup));
        return code.intVariable(() -> code.pushIndex(0, new int[] {at[0], group}, new long[] {groups, 1}));
    }

    /** One over the deviation of a set. */
    private Value scale(KernelCode code, View variance, int set) {
        return code.call("rsqrt", DType.F32,
                code.add(variance.load(code, new int[] {set}), code.constant(DType.F32, eps)));
    }

    /** Means and variances: those of parts, about their own means, are joined by Chan et al. 1979. */
    private List<Kernel> statistics(String describe, View x, Sets sets, View mean, View variance,
            IntFunction<Place> scratch) {
        int parts = sets.parts();
        View partial = parts == 1 ? null
                : View.contiguous(scratch.apply(sets.count() * parts * 2), Shape.of(sets.count(), parts, 2));
        Kernel ofParts = Kernel.elements(describe + " (statistics)", (long) sets.count() * parts, (code, i) -> {
            int[] at = code.coordinates(i, new int[] {sets.count(), parts});
            int[] set = code.coordinates(at[0], sets.number().dims());
            IntFunction<Value> element = term -> load(code, x, sets.at(code, set, term));
            Value sum = sum(code, sets, at[1], element);
            Value m = code.divide(sum, terms(code, sets, at[1]));
            Value squares = sum(code, sets, at[1], term -> {
                Value d = code.subtract(element.apply(term), m);
                return code.multiply(d, d);
            });
            if (parts == 1) {
                mean.store(code, i, m);
                variance.store(code, i, code.divide(squares, terms(code, sets, at[1])));
            } else {
                Line to = Line.of(code, partial, at);
                to.store(code.intVariable(() -> code.push(0)), m);
                to.store(code.intVariable(() -> code.push(1)), squares);
            }
        });
        return parts == 1 ? List.of(ofParts)
                : List.of(ofParts, Kernel.elements(describe + " (joined)", sets.count(), (code, i) -> {
            Value size = code.constant(DType.F32, sets.size());
            Value m = code.divide(Line.sum(code, parts, part -> code.multiply(terms(code, sets, part),
                    Line.of(code, partial, i, part).load(code.intVariable(() -> code.push(0))))), size);
            Value squares = Line.sum(code, parts, part -> {
                Line from = Line.of(code, partial, i, part);
                Value d = code.subtract(from.load(code.intVariable(() -> code.push(0))), m);
                return code.add(from.load(code.intVariable(() -> code.push(1))),
                        code.multiply(code.multiply(d, d), terms(code, sets, part)));
            });
            mean.store(code, i, m);
            variance.store(code, i, code.divide(squares, size));
        }));
    }

    /** The number of terms of a part. */
    private static Value terms(KernelCode code, Sets sets, int part) {
        int parts = sets.parts();
        if (parts == 1) {
            return code.constant(DType.F32, sets.size());
        }
        int reach = code.intVariable(() -> code.pushIndex(sets.size() + parts - 1, new int[] {part}, new long[] {-1}));
        return code.call("toFloat", DType.F32, code.ofInt(code.intVariable(() -> code.pushQuotient(reach, parts))));
    }

    /** A part's sum: of every so many-th term. */
    private static Value sum(KernelCode code, Sets sets, int part, IntFunction<Value> term) {
        Value sum = code.constant(DType.F32, 0);
        int parts = sets.parts();
        KernelCode.Push first = parts == 1 ? () -> code.push(0) : () -> code.pushInt(part);
        code.loop(first, () -> code.push(sets.size()), parts, t -> code.assign(sum, code.add(sum, term.apply(t))));
        return sum;
    }

    private static Value load(KernelCode code, View x, At at) {
        int[] spatial = code.coordinates(at.place(), x.shape().slice(2, x.shape().rank()).dims());
        return x.load(code, IntStream.concat(IntStream.of(at.picture(), at.channel()), Arrays.stream(spatial))
                .toArray());
    }

    /**
     * With n = (x - mean) · scale and g = dy · weight, n elements to a set: dx = (g - mean(g) - n mean(g n)) scale,
     * plus what a batch norm's statistics get themselves; dweight = Σ dy n and dbias = Σ dy over pictures and places.
     *
     * @param in x, weight, bias, y, for a batch norm mean and variance, dy, and for a batch norm dmean and dvariance
     * @param out dx, dweight, dbias; null where nobody reads it
     */
    List<Kernel> backward(String describe, List<View> in, List<View> out, IntFunction<Place> scratch) {
        View x = in.getFirst();
        View dx = out.getFirst();
        View dy = in.get(groups == 0 ? 6 : 4);
        Sets sets = together(x);
        List<Kernel> kernels = new ArrayList<>();
        View mean = groups == 0 ? in.get(4) : vector(sets, scratch);
        View variance = groups == 0 ? in.get(5) : vector(sets, scratch);
        if (groups != 0) {
            kernels.addAll(statistics(describe, x, sets, mean, variance, scratch));
        }
        Sets channels = channels(x);
        int parts = channels.parts();
        Shape partial = channels.number().concat(Shape.of(parts));                      // ((N,) C, parts)
        View sums = View.contiguous(scratch.apply(channels.count() * parts), partial);
        View products = View.contiguous(scratch.apply(channels.count() * parts), partial);
        kernels.add(channelSums(describe + " (sums)", x, dy, channels, mean, variance, sums, products));
        if (out.get(1) != null || out.get(2) != null) {
            kernels.add(Kernel.elements(describe + " (parameters)", x.shape().dim(1), (code, c) -> {
                storeTotal(code, products, c, out.get(1));
                storeTotal(code, sums, c, out.get(2));
            }));
        }
        if (dx != null) {
            View alongMean = vector(sets, scratch);
            View alongScale = vector(sets, scratch);
            kernels.add(Kernel.elements(describe + " (means)", sets.number(), (code, set) -> {
                storeMean(code, sums, in.get(1), set, sets, alongMean);
                storeMean(code, products, in.get(1), set, sets, alongScale);
            }));
            kernels.add(Kernel.elements(describe, dx.shape(), (code, at) -> {
                int set = set(code, at, x);
                Value scale = scale(code, variance, set);
                Value centred = code.subtract(x.load(code, at), mean.load(code, new int[] {set}));
                Value g = code.multiply(dy.load(code, at), in.get(1).load(code, new int[] {at[1]}));
                Value rest = code.subtract(g, alongMean.load(code, new int[] {set}));
                Value along = code.multiply(code.multiply(centred, scale), alongScale.load(code, new int[] {set}));
                Value d = code.multiply(code.subtract(rest, along), scale);
                if (groups == 0) {
                    Value count = code.constant(DType.F32, sets.size());
                    Value ofVariance = code.multiply(in.get(8).load(code, new int[] {set}),
                            code.multiply(centred, code.constant(DType.F32, 2)));
                    Value ofStatistics = code.add(in.get(7).load(code, new int[] {set}), ofVariance);
                    d = code.add(d, code.divide(ofStatistics, count));
                }
                dx.store(code, at, d);
            }));
        }
        return kernels;
    }

    /** Σ dy and Σ dy · n of each channel. */
    private Kernel channelSums(String describe, View x, View dy, Sets channels, View mean, View variance, View sums,
            View products) {
        int parts = channels.parts();
        return Kernel.elements(describe, sums.shape(), (code, at) -> {
            int part = at[at.length - 1];
            int set = groups == 0 ? at[0] : set(code, at, x);
            Value m = mean.load(code, new int[] {set});
            Value sum = code.constant(DType.F32, 0);
            Value product = code.constant(DType.F32, 0);
            KernelCode.Push first = parts == 1 ? () -> code.push(0) : () -> code.pushInt(part);
            code.loop(first, () -> code.push(channels.size()), parts, term -> {
                At where = channels.at(code, at, term);
                Value d = load(code, dy, where);
                code.assign(sum, code.add(sum, d));
                code.assign(product, code.add(product, code.multiply(d, code.subtract(load(code, x, where), m))));
            });
            sums.store(code, at, sum);
            products.store(code, at, code.multiply(product, scale(code, variance, set)));
        });
    }

    /** A channel's sum over all pictures. */
    private void storeTotal(KernelCode code, View addends, int channel, View to) {
        if (to == null) {
            return;
        }
        int parts = addends.shape().dim(-1);
        int pictures = groups == 0 ? 1 : addends.shape().dim(0);
        to.store(code, channel, Line.sum(code, pictures * parts, i -> {
            int[] at = code.coordinates(i, new int[] {pictures, parts});
            return addends.load(code, groups == 0 ? new int[] {channel, at[1]} : new int[] {at[0], channel, at[1]});
        }));
    }

    /** The mean over a set of the channels' addends, weighted. */
    private void storeMean(KernelCode code, View addends, View weight, int[] set, Sets sets, View to) {
        int parts = addends.shape().dim(-1);
        int channels = groups == 0 ? 1 : sets.terms().dim(0);
        Value sum = Line.sum(code, channels * parts, i -> {
            int[] at = code.coordinates(i, new int[] {channels, parts});
            int channel = groups == 0 ? set[0]
                    : code.intVariable(() -> code.pushIndex(0, new int[] {set[1], at[0]}, new long[] {channels, 1}));
            return code.multiply(weight.load(code, new int[] {channel}), addends.load(code,
                    groups == 0 ? new int[] {channel, at[1]} : new int[] {set[0], channel, at[1]}));
        });
        to.store(code, code.intVariable(() -> code.pushIndex(0, set, sets.number().strides())),
                code.divide(sum, code.constant(DType.F32, sets.size())));
    }
}
