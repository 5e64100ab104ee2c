package dev.sirocco.vision.train;

import dev.sirocco.models.zoo.AutoencoderKl;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.vision.Augmentation;
import dev.sirocco.vision.Picture;
import java.util.List;

/**
 * An autoencoder of pictures. The loss is the mean square error of the decoded picture, of which -10·log₁₀(loss / 4) is
 * the PSNR in dB, and in training a little of the mean absolute error, which keeps edges sharp, and of the latents'
 * divergence from the standard normal distribution.
 */
public final class AutoencoderTask extends PictureTask {

    private static final double ABSOLUTE = 0.05;

    private final AutoencoderKl autoencoder;
    private final double divergence;

    /**
     * @param training at least two pictures, of one size and number of channels
     * @param validation of the same size; may be empty
     * @param divergence its weight in the loss, such as 1e-4
     */
    public AutoencoderTask(AutoencoderKl autoencoder, List<Picture> training, List<Picture> validation,
            Augmentation augmentation, int batch, double divergence, long seed) {
        super(autoencoder.parameters(), training, validation, augmentation, batch, seed);
        this.autoencoder = autoencoder;
        this.divergence = divergence;
    }

    @Override
    public Tensor loss(Graph g) {
        Tensor pictures = pictures(g);                                       // (N, C, H, W)
        AutoencoderKl.Posterior posterior = autoencoder.encode(pictures);
        if (!g.training()) {
            return autoencoder.decode(posterior.mean()).sub(pictures).square().mean();
        }
        Tensor latents = posterior.sample(g.normal(posterior.mean().shape()));
        Tensor error = autoencoder.decode(latents).sub(pictures);            // (N, C, H, W)
        return error.square().mean().add(error.abs().mean().mul(ABSOLUTE)).add(posterior.kl().mul(divergence));
    }
}
