package dev.sirocco.tensor.fast;

import dev.sirocco.tensor.ir.Composite;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.ShapeError;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.TensorType;
import java.util.List;

/**
 * The signal whose short-time Fourier transform comes closest in the mean square (Griffin and Lim 1984, eq. 6): real
 * and imaginary parts, each (…, nFft / 2 + 1, frames), window (nFft) → (…, (frames - 1) · hop + nFft - 2 · trim).
 * Samples that no window covers are 0.
 *
 * @param nFft samples of a frame
 * @param hop samples between frames
 * @param trim samples cut off at either end, the {@code pad} of the {@link Stft} to be inverted
 */
public record InverseStft(int nFft, int hop, int trim) implements Composite {

    /** As PyTorch's istft: below this the windows' sum of squares counts as zero. */
    private static final double TINY = 1e-11;

    /** The inverse of {@link Stft#centred}. */
    public static InverseStft centred(int nFft, int hop) {
        return new InverseStft(nFft, hop, nFft / 2);
    }

    @Override
    public List<Tensor> compose(List<Tensor> in) {
        Tensor spectrum = Tensor.concat(-2, List.of(in.get(0), in.get(1))).transpose(); // (…, frames, 2 bins)
        Tensor window = in.get(2);
        Tensor frames = spectrum.matmul(spectrum.graph().constant(Dft.of(nFft).inverse())); // (…, frames, nFft)
        Tensor y = overlapAdd(frames.mul(window));
        Tensor squares = overlapAdd(window.square().broadcast(frames.shape().slice(frames.rank() - 2, frames.rank())));
        Tensor covered = squares.greater(TINY);
        return List.of(covered.where(y.div(covered.where(squares, squares.like(1))), y.like(0)));
    }

    /** (…, frames, nFft) → (…, samples). */
    private Tensor overlapAdd(Tensor frames) {
        int length = length(frames.dim(-2));
        return frames.fold(frames.rank() - 2, length, hop, 1).slice(-1, trim, length - trim);
    }

    private int length(int frames) {
        return (frames - 1) * hop + nFft;
    }

    @Override
    public boolean keepsGradient() {
        return false;
    }

    @Override
    public List<TensorType> infer(List<TensorType> in) {
        Operands.requireF32("inverse stft", in, "real", "imaginary", "window");
        Shape real = in.get(0).shape();
        Operands.requireRank("inverse stft", "real", in.get(0), 2, "(…, bins, frames)");
        Operands.requireShape("inverse stft", "imaginary", in.get(1), real);
        Operands.requireShape("inverse stft of frames of " + nFft, "window", in.get(2), Shape.of(nFft));
        if (nFft < 1 || hop < 1 || trim < 0) {
            throw new ShapeError("inverse stft: nFft and hop must be at least 1, trim at least 0: " + this);
        }
        if (real.dim(-2) != Dft.bins(nFft)) {
            throw new ShapeError("inverse stft: %s has %d bins, frames of %d have %d"
                    .formatted(real, real.dim(-2), nFft, Dft.bins(nFft)));
        }
        int samples = length(real.dim(-1)) - 2 * trim;
        if (real.dim(-1) < 1 || samples < 1) {
            throw new ShapeError("inverse stft: nothing is left of %d frames when %d samples are cut off at either end"
                    .formatted(real.dim(-1), trim));
        }
        return List.of(in.get(0).with(real.slice(0, real.rank() - 2).concat(Shape.of(samples))));
    }
}
