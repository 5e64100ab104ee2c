package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.fast.Attention;
import dev.sirocco.tensor.fast.AveragePool;
import dev.sirocco.tensor.fast.BatchNorm;
import dev.sirocco.tensor.fast.Convolution;
import dev.sirocco.tensor.fast.CrossEntropy;
import dev.sirocco.tensor.fast.GroupNorm;
import dev.sirocco.tensor.fast.LayerNorm;
import dev.sirocco.tensor.fast.LogSoftmax;
import dev.sirocco.tensor.fast.MaxPool;
import dev.sirocco.tensor.fast.RmsNorm;
import dev.sirocco.tensor.fast.Rotary;
import dev.sirocco.tensor.fast.Softmax;
import dev.sirocco.tensor.fast.TransposedConvolution;
import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Op;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** The named fast ops that have kernels of their own, besides the element-wise ones. */
final class CompositeCode {

    private CompositeCode() {}

    /** Whether the kernel runs a chain on each block of its result. */
    static boolean takesEpilogue(Op op) {
        return op instanceof Convolution || op instanceof TransposedConvolution;
    }

    static boolean has(Op op) {
        return switch (op instanceof Backward b ? b.op() : op) {
            case Convolution _, TransposedConvolution _, MaxPool _, AveragePool _, GroupNorm _, BatchNorm _ -> true;
            case LayerNorm _, RmsNorm _, Softmax _, LogSoftmax _, CrossEntropy _, Attention _, Rotary _ -> true;
            default -> false;
        };
    }

    /**
     * @param in for gradients: the composite's inputs, its outputs, the gradients of its outputs
     * @param out the results; null where nobody reads one
     * @param scratch F32 memory for what one kernel leaves for the next
     * @param isGpu whether threads read memory together and share some
     * @param epilogue what is computed from each element of a convolution, or null
     */
    static List<Kernel> kernels(String describe, Op op, List<View> in, List<View> out, IntFunction<Place> scratch,
            Supplier<IndexCheck> check, boolean isGpu, ChainCode epilogue) {
        return switch (op) {
            case Convolution c -> ConvolutionCode.of(c, in.get(0), in.get(1), out.getFirst(), isGpu, scratch)
                    .correlate(describe, in.get(0), in.get(1), out.getFirst(), epilogue);
            case TransposedConvolution c -> ConvolutionCode.of(c, in.get(0), in.get(1), out.getFirst(), isGpu, scratch)
                    .spread(describe, in.get(0), in.get(1), out.getFirst(), epilogue);
            case MaxPool pool -> List.of(PoolCode.of(pool).forward(describe, in.getFirst(), out.getFirst()));
            case AveragePool pool -> List.of(PoolCode.of(pool).forward(describe, in.getFirst(), out.getFirst()));
            case GroupNorm norm -> ChannelNormCode.of(norm).forward(describe, in, out, scratch);
            case BatchNorm norm -> ChannelNormCode.of(norm).forward(describe, in, out, scratch);
            case Composite c -> List.of(forward(describe, c, in, out, check));
            case Backward b -> backward(describe, b, in, out, scratch, isGpu);
            default -> throw new IllegalArgumentException("no kernel for " + op);
        };
    }

    private static Kernel forward(String describe, Composite op, List<View> in, List<View> out,
            Supplier<IndexCheck> check) {
        return switch (op) {
            case LayerNorm norm -> NormCode.of(norm).forward(describe, in, out.getFirst());
            case RmsNorm norm -> NormCode.of(norm).forward(describe, in, out.getFirst());
            case Softmax _ -> SoftmaxCode.SOFTMAX.forward(describe, in.getFirst(), out.getFirst());
            case LogSoftmax _ -> SoftmaxCode.LOG_SOFTMAX.forward(describe, in.getFirst(), out.getFirst());
            case CrossEntropy _ -> CrossEntropyCode.forward(describe, in, out, check.get());
            case Attention a -> AttentionCode.kernel(describe, AttentionOperands.of(a, in, in.size()), out);
            case Rotary rotary -> new RotaryCode(rotary).forward(describe, in, out.getFirst());
            default -> throw new IllegalArgumentException("no kernel for " + op);
        };
    }

    private static List<Kernel> backward(String describe, Backward op, List<View> in, List<View> out,
            IntFunction<Place> scratch, boolean isGpu) {
        return switch (op.op()) {
            case Convolution c -> ConvolutionCode.of(c, in.get(0), in.get(1), in.get(2), isGpu, scratch)
                    .gradients(describe, in.get(0), in.get(1), in.get(3), out.get(0), out.get(1));
            case TransposedConvolution c -> ConvolutionCode.of(c, in.get(0), in.get(1), in.get(2), isGpu, scratch)
                    .gradientsOfTransposed(describe, in.get(0), in.get(1), in.get(3), out.get(0), out.get(1));
            case MaxPool pool -> PoolCode.of(pool).backward(describe, in, out.getFirst(), scratch);
            case AveragePool pool -> PoolCode.of(pool).backward(describe, in, out.getFirst(), scratch);
            case GroupNorm norm -> ChannelNormCode.of(norm).backward(describe, in, out, scratch);
            case BatchNorm norm -> ChannelNormCode.of(norm).backward(describe, in, out, scratch);
            case LayerNorm norm -> NormCode.of(norm).backward(describe, in, out, scratch);
            case RmsNorm norm -> NormCode.of(norm).backward(describe, in, out, scratch);
            case Softmax _ -> List.of(SoftmaxCode.SOFTMAX.backward(describe, in, out.getFirst()));
            case LogSoftmax _ -> List.of(SoftmaxCode.LOG_SOFTMAX.backward(describe, in, out.getFirst()));
            case CrossEntropy _ -> List.of(CrossEntropyCode.backward(describe, in, out.getFirst()));
            case Attention a -> new AttentionBackwardCode(AttentionOperands.of(a, in, op.inputs()),
                    in.subList(op.inputs(), in.size()), scratch).kernels(describe, out);
            case Rotary rotary -> new RotaryCode(rotary).backward(describe, in, out);
            default -> throw new IllegalArgumentException("no kernel for " + op);
        };
    }
}
