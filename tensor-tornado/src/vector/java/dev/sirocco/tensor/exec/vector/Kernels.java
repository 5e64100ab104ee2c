package dev.sirocco.tensor.exec.vector;

import dev.sirocco.tensor.fast.Attention;
import dev.sirocco.tensor.fast.AveragePool;
import dev.sirocco.tensor.fast.BatchNorm;
import dev.sirocco.tensor.fast.Convolution;
import dev.sirocco.tensor.fast.CrossEntropy;
import dev.sirocco.tensor.fast.GroupNorm;
import dev.sirocco.tensor.fast.LayerNorm;
import dev.sirocco.tensor.fast.LogSoftmax;
import dev.sirocco.tensor.fast.MaxPool;
import dev.sirocco.tensor.fast.QuantisedMatMul;
import dev.sirocco.tensor.fast.RmsNorm;
import dev.sirocco.tensor.fast.Rotary;
import dev.sirocco.tensor.fast.Softmax;
import dev.sirocco.tensor.fast.TimeConvolution;
import dev.sirocco.tensor.fast.TransposedConvolution;
import dev.sirocco.tensor.ir.Backward;
import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Op;

/** Which kernel runs which op. */
final class Kernels {

    private Kernels() {}

    /** The factory of an op's kernels, or null if there is none. */
    static KernelFactory of(Op op) {
        return switch (op) {
            case Op.Random random -> new RandomKernel(random);
            case Op.Gather gather -> new GatherKernel(gather);
            case Op.ScatterAdd scatterAdd -> new ScatterAddKernel(scatterAdd);
            case Op.UpdateSlice updateSlice -> new UpdateSliceKernel(updateSlice);
            case Op.Fold fold -> new FoldKernel(fold);
            case Op.CumulativeSum sum -> new CumulativeSumKernel(sum);
            case Op.TopK topK -> new TopKKernel(topK);
            case Composite composite -> forward(composite);
            case Backward(Composite composite, _) -> backward(composite);
            default -> null;
        };
    }

    private static KernelFactory forward(Composite op) {
        return switch (op) {
            case LayerNorm norm -> RowNorm.of(norm);
            case RmsNorm norm -> RowNorm.of(norm);
            case GroupNorm norm -> new GroupNormKernel(norm);
            case BatchNorm norm -> new BatchNormKernel(norm);
            case Softmax _ -> SoftmaxKernel.SOFTMAX;
            case LogSoftmax _ -> SoftmaxKernel.LOG_SOFTMAX;
            case CrossEntropy _ -> CrossEntropyKernel.FORWARD;
            case Attention attention -> new AttentionForward(attention);
            case Rotary rotary -> new RotaryKernel(rotary, false);
            case Convolution _ -> new ConvolutionKernel();
            case TransposedConvolution _ -> new TransposedConvolutionKernel();
            case TimeConvolution convolution -> new TimeConvolutionKernel(convolution);
            case QuantisedMatMul product -> new QuantisedMatMulKernel(product);
            case MaxPool _ -> new MaxPoolKernel();
            case AveragePool _ -> new AveragePoolKernel();
            default -> null;
        };
    }

    private static KernelFactory backward(Composite op) {
        return switch (op) {
            case LayerNorm norm -> new RowNormBackward(RowNorm.of(norm));
            case RmsNorm norm -> new RowNormBackward(RowNorm.of(norm));
            case GroupNorm norm -> new GroupNormBackward(norm);
            case BatchNorm norm -> new BatchNormBackward(norm);
            case Softmax _ -> SoftmaxKernel.SOFTMAX_BACKWARD;
            case LogSoftmax _ -> SoftmaxKernel.LOG_SOFTMAX_BACKWARD;
            case CrossEntropy _ -> CrossEntropyKernel.BACKWARD;
            case Attention attention -> new AttentionBackward(attention);
            case Rotary rotary -> new RotaryKernel(rotary, true);
            case Convolution _ -> new ConvolutionKernel();
            case TransposedConvolution _ -> new TransposedConvolutionKernel();
            case TimeConvolution convolution -> new TimeConvolutionKernel(convolution);
            case MaxPool _ -> new MaxPoolKernel();
            case AveragePool _ -> new AveragePoolKernel();
            default -> null;
        };
    }
}
