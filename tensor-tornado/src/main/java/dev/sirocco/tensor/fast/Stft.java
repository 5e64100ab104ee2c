package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.ShapeError;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;

/**
 * Short-time Fourier transform of real signals: x (…, samples), window (nFft) → real and imaginary parts, each
 * (…, nFft / 2 + 1, frames), frame t beginning at sample t · hop - pad.
 *
 * @param nFft samples of a frame; a shorter window is to be padded to this
 * @param hop samples between frames
 * @param pad samples by which the signal is first reflected at either end: nFft / 2 is PyTorch's {@code center=True}, 0
 *     its {@code center=False}, (nFft - hop) / 2 gives one frame for each hop
 */
public record Stft(int nFft, int hop, int pad) implements Composite {

    /** Frame t is centred at sample t · hop. */
    public static Stft centred(int nFft, int hop) {
        return new Stft(nFft, hop, nFft / 2);
    }

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor x = in.get(0);
        int bins = Dft.bins(nFft);
        Tensor frames = reflect(x).unfold(-1, nFft, hop, 1).mul(in.get(1));             // (…, frames, nFft)
        Tensor spectrum = frames.matmul(x.graph().constant(Dft.of(nFft).forward()));    // (…, frames, 2 bins)
        return List.of(
                spectrum.slice(-1, 0, bins).transpose(),
                spectrum.slice(-1, bins, 2 * bins).transpose());
    }

    private Tensor reflect(Tensor x) {
        int n = x.dim(-1);
        return pad == 0 ? x : Tensor.concat(-1, List.of(
                x.slice(-1, 1, pad + 1).flip(-1), x, x.slice(-1, n - 1 - pad, n - 1).flip(-1)));
    }

    @Override
    public boolean keepsGradient() {
        return false;
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("stft", in, "x", "window");
        Operands.requireRank("stft", "x", in.get(0), 1, "(…, samples)");
        Operands.requireShape("stft of frames of " + nFft, "window", in.get(1), Shape.of(nFft));
        Shape x = in.get(0).shape();
        int n = x.dim(-1);
        if (nFft < 1 || hop < 1 || pad < 0) {
            throw new ShapeError("stft: nFft and hop must be at least 1, pad at least 0: " + this);
        }
        if (pad >= n || n + 2 * pad < nFft) {
            throw new ShapeError("stft: %d samples of x %s are too few for frames of %d with %d reflected at either end"
                    .formatted(n, x, nFft, pad));
        }
        int frames = (n + 2 * pad - nFft) / hop + 1;
        TensorType part = in.get(0).with(x.slice(0, x.rank() - 1).concat(Shape.of(Dft.bins(nFft), frames)));
        return List.of(part, part);
    }
}
