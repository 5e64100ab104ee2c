package dev.sirocco.apps.imagine;

import dev.sirocco.apps.JsonFile;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.models.train.Records;
import dev.sirocco.models.zoo.AutoencoderKl;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Pictures to latents and back, as a diffusion network sees both.
 *
 * @param channels of pictures
 * @param latent channels of latents
 * @param factor by which latents are smaller
 * @param encode pictures (N, channels, h, w) from -1 to 1, h and w multiples of the factor → latents (N, latent,
 *     h / factor, w / factor) of about deviation 1
 * @param decode the other way, to pictures that are not held between -1 and 1
 */
record Autoencoder(int channels, int latent, int factor, UnaryOperator<Tensor> encode, UnaryOperator<Tensor> decode) {

    static Autoencoder of(AutoencoderKl kl) {
        AutoencoderKl.Config c = kl.config();
        return new Autoencoder(c.channels(), c.latent(), c.factor(), x -> kl.scaled(kl.encode(x).mean()),
                z -> kl.decode(kl.unscaled(z)));
    }

    /**
     * One of ours, or a {@linkplain PublishedAutoencoder published} one.
     *
     * @throws UserError with one line, whatever is missing or wrong in the folder
     */
    static Autoencoder load(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new UserError(folder + ": no such folder: name an autoencoder's");
        }
        return PublishedAutoencoder.find(folder).orElseGet(() -> ours(folder));
    }

    /**
     * One that {@value Painter#COMMAND} wrote.
     *
     * @throws UserError with one line, whatever is missing or wrong in the folder
     */
    static Autoencoder ours(Path folder) {
        Path weights = ModelFolder.weights(folder, Painter.COMMAND);
        AutoencoderKl.Config config = config(folder);
        return of(ModelFolder.network(weights, scope -> new AutoencoderKl(config, scope)));
    }

    /** Of one of ours. */
    static AutoencoderKl.Config config(Path folder) {
        return JsonFile.read(folder.resolve(ModelFolder.CONFIG),
                texts -> Records.fromTexts(AutoencoderKl.Config.class, texts));
    }

    /** The files with the weights of what {@link #load} loads. */
    static List<Path> files(Path folder) {
        List<Path> published = PublishedAutoencoder.files(folder);
        return published.isEmpty() ? List.of(ModelFolder.weights(folder, Painter.COMMAND)) : published;
    }
}
