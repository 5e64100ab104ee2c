package dev.sirocco.tensor.fast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.ShapeError;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Operands that do not fit are refused when traced, in words that say which and why. */
class ShapeErrorsTest {

    static Stream<Arguments> mistakes() {
        Convolution conv = Convolution.same(2, 1, 0, 1, 1);
        return Stream.of(
                of(conv, "convolution: input [1, 3, 8, 8] has 3 channels, weight [8, 4, 3, 3] expects 4",
                        f32(1, 3, 8, 8), f32(8, 4, 3, 3)),
                of(Convolution.same(2, 1, 0, 1, 2),
                        "convolution: input [1, 3, 8, 8] has 3 channels, weight [8, 2, 3, 3] in 2 groups expects 4",
                        f32(1, 3, 8, 8), f32(8, 2, 3, 3)),
                of(conv, "convolution: a kernel that reaches over 3 does not fit axis 3 of x [1, 3, 8, 2], "
                        + "2 with its padding",
                        f32(1, 3, 8, 2), f32(8, 3, 3, 3)),
                of(TransposedConvolution.same(1, 2, 0, 0, 1, 1),
                        "transposed convolution: input [1, 3, 8] has 3 channels, weight [4, 3, 2] expects 4",
                        f32(1, 3, 8), f32(4, 3, 2)),
                of(TimeConvolution.causal(3), "time convolution: x [2, 8] must be (batch, time, channels) and weight "
                        + "[3, 8] (kernel, channels)", f32(2, 8), f32(3, 8)),
                of(new TimeConvolution(5, 2), "time convolution: a padding of 5 in front of a kernel that reaches "
                        + "over 5", f32(1, 9, 8), f32(3, 8)),
                of(new LayerNorm(1e-5), "layer norm of f32[2, 8]: weight has shape [7], expected [8]",
                        f32(2, 8), f32(7), f32(8)),
                of(new LayerNorm(1e-5), "layer norm: 2 operands, needs [x, weight, bias]", f32(2, 8), f32(8)),
                of(new RmsNorm(1e-5), "rms norm: x i32[2, 8] must be f32, cast it first", i32(2, 8), f32(8)),
                of(new GroupNorm(3, 1e-5), "group norm: 8 channels of f32[2, 8] in 3 equal groups",
                        f32(2, 8), f32(8), f32(8)),
                of(new BatchNorm(1e-5), "batch norm: x has shape [8], expected (N, C, …)",
                        f32(8), f32(8), f32(8)),
                of(new CrossEntropy(), "cross-entropy: logits [4, 10] need targets i32[4], not [i32[5]]",
                        f32(4, 10), i32(5)),
                of(new CrossEntropy(), "cross-entropy: logits have shape [2, 4, 10], expected (N, V); reshape "
                        + "them first", f32(2, 4, 10), i32(2, 4)),
                of(new Attention(false, 1), "attention of q [1, 4, 3, 8], k [1, 4, 2, 8], v [1, 4, 2, 8]: "
                        + "3 query heads are no multiple of 2 key heads", f32(1, 4, 3, 8), f32(1, 4, 2, 8),
                        f32(1, 4, 2, 8)),
                of(new Attention(true, 1), "attention of q [1, 4, 2, 8], k [1, 3, 2, 8], v [1, 3, 2, 8]: "
                        + "the first queries would see no key; there must be as many keys as queries",
                        f32(1, 4, 2, 8), f32(1, 3, 2, 8), f32(1, 3, 2, 8)),
                of(new Attention(true, 1), "attention: offset must be i32, not f32[1]",
                        f32(1, 4, 2, 8), f32(1, 9, 2, 8), f32(1, 9, 2, 8), f32(1)),
                of(new Rotary(false), "rotary of [1, 4, 2, 8]: cos has shape [4, 8], expected [4, 4]",
                        f32(1, 4, 2, 8), f32(4, 8), f32(4, 4)),
                of(MaxPool.same(2, 3, 1, 0, 1),
                        "max pool: a kernel that reaches over 3 does not fit axis 2 of x [1, 1, 2, 5], 2 with its "
                        + "padding", f32(1, 1, 2, 5)),
                of(new AdamW(0.9, 0.999, 1e-8, 0), "adamw of param f32[3]: m has shape [4], expected [3]",
                        f32(3), f32(3), f32(4), f32(3), f32(3)),
                of(Stft.centred(8, 2),
                        "stft: 4 samples of x [4] are too few for frames of 8 with 4 reflected at either end",
                        f32(4), f32(8)),
                of(InverseStft.centred(8, 2), "inverse stft: [4, 9] has 4 bins, frames of 8 have 5",
                        f32(4, 9), f32(4, 9), f32(8)));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void areRefused(Composite op, String message, List<TensorType> operands) {
        assertEquals(message, assertThrows(ShapeError.class, () -> op.infer(operands)).getMessage());
    }

    /** Programs are cached by structure, so equal attributes must make equal ops. */
    @Test
    void opsAreComparedByValue() {
        assertEquals(Convolution.same(2, 1, 0, 1, 1), Convolution.same(2, 1, 0, 1, 1));
        assertEquals(new Attention(true, 0.5, List.of(0.25)), new Attention(true, 0.5, List.of(0.25)));
        assertFalse(new Gelu(true).equals(new Gelu(false)));
    }

    private static Arguments of(Composite op, String message, TensorType... operands) {
        return Arguments.of(op, message, List.of(operands));
    }

    private static TensorType f32(int... dims) {
        return new TensorType(Shape.of(dims), DType.F32);
    }

    private static TensorType i32(int... dims) {
        return new TensorType(Shape.of(dims), DType.I32);
    }
}
