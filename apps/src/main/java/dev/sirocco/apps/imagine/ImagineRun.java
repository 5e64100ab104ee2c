package dev.sirocco.apps.imagine;

import dev.sirocco.apps.Range;
import dev.sirocco.apps.data.PictureDataOptions;
import dev.sirocco.apps.train.TrainingSettings;
import dev.sirocco.models.zoo.AutoencoderKl;
import dev.sirocco.models.zoo.Dit;
import dev.sirocco.models.zoo.Unet;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.vision.PictureForm;
import java.util.ArrayList;
import java.util.List;

/**
 * The settings of a run that learns to make pictures.
 *
 * @param data as {@link PictureDataOptions#text} has it
 * @param isLabelled whether the network is told classes, or captions
 * @param size height and width of the pictures, 0 for their own, up to 64
 * @param isPixels whether there is no autoencoder
 * @param latent channels of the latents
 * @param autoencoderMinutes how long the autoencoder is trained, over all resumptions; 0 for no limit
 * @param autoencoderSteps 0 for no limit
 * @param layers of the transformer, or blocks of the U-Net at each size
 * @param width of the transformer, or of the U-Net where it is widest; a multiple of {@value #HEAD}
 * @param ema decay of the averages of the network's weights
 * @param training of the network
 */
record ImagineRun(String data, boolean isLabelled, int size, Painter.Way way, boolean isPixels, int latent,
        double autoencoderMinutes, long autoencoderSteps, PictureNetwork.Kind network, int layers, int width,
        double ema, TrainingSettings training) {

    private static final int HEAD = 32;
    private static final int NORM_GROUPS = 8;
    private static final int TEXT_LAYERS = 2;
    private static final int TEXT_HEADS = 4;
    private static final int TEXT_WIDTH = 128;
    /** The transformer sees about as many patches along each axis, whatever the size. */
    private static final int MOST_PLACES = 8;

    /** @param network null for the usual one */
    static ImagineRun start(String data, boolean isLabelled, PictureNetwork.Kind network) {
        boolean isDit = network == PictureNetwork.Kind.DIT;
        return new ImagineRun(data, isLabelled, 0, Painter.Way.FLOW, false, 6, 0, 0,
                isDit ? PictureNetwork.Kind.DIT : PictureNetwork.Kind.UNET, isDit ? 8 : 2, isDit ? 192 : 128, 0.999,
                new TrainingSettings(64, isDit ? 0.01 : 0.02));
    }

    ImagineRun check() {
        if (isPixels) {
            training.check();
        } else {
            training.checkRanges();                          // without an end, the autoencoder alone is trained
        }
        new Range("--size", 0, 512).check(size);
        new Range("--latent", 1, 64).check(latent);
        new Range("--autoencoder-minutes", 0, 60 * 24 * 31).check(autoencoderMinutes);
        new Range("--autoencoder-steps", 0, 1e9).check(autoencoderSteps);
        new Range("--layers", 1, 64).check(layers);
        new Range("--width", HEAD, 4096).check(width);
        new Range("--ema", 0, 0.99999).check(ema);
        if (width % HEAD != 0) {
            throw new UserError("--width %d: take a multiple of %d".formatted(width, HEAD));
        }
        return this;
    }

    List<String> names() {
        return PictureDataOptions.names(data);
    }

    /** The size that the autoencoder and the patches divide. */
    PictureForm form(PictureForm own) {
        PictureForm form = size == 0 ? own : own.withSize(size);
        if (form.size() % 4 != 0) {
            throw new UserError("pictures of %d × %d: take a --size that is a multiple of 4"
                    .formatted(form.size(), form.size()));
        }
        return form;
    }

    boolean hasAutoencoderEnd() {
        return autoencoderMinutes > 0 || autoencoderSteps > 0;
    }

    AutoencoderKl.Config autoencoder(PictureForm form) {
        return AutoencoderKl.Config.small(form.channels(), latent);
    }

    /**
     * @param autoencoder null if the transformer makes pixels
     * @param words of captions, 0 for classes
     */
    Dit.Config transformer(PictureForm form, Autoencoder autoencoder, int classes, int words) {
        int grid = autoencoder == null ? form.size() : form.size() / autoencoder.factor();
        int patch = side(grid, MOST_PLACES);
        int channels = autoencoder == null ? form.channels() : autoencoder.latent();
        Dit.Config config = new Dit.Config(grid, patch, channels, layers, width / HEAD, width, classes, false);
        return words == 0 ? config
                : config.withText(words, PictureNetwork.WORDS, TEXT_LAYERS, TEXT_HEADS, TEXT_WIDTH, 0);
    }

    /**
     * Each size but the last is halved, to {@value #MOST_PLACES} places along an axis or until it is odd, and half as
     * wide as the next. Of many pixels squares are one place, so that there are two such sizes.
     *
     * @param autoencoder null if the network makes pixels
     * @param words of captions, 0 for classes
     */
    Unet.Config unet(PictureForm form, Autoencoder autoencoder, int classes, int words) {
        int grid = autoencoder == null ? form.size() : form.size() / autoencoder.factor();
        int side = autoencoder == null ? side(grid, 2 * MOST_PLACES) : 1;
        grid /= side;
        List<Integer> widths = new ArrayList<>(List.of(width));
        while (grid > MOST_PLACES && grid % 2 == 0) {
            grid /= 2;
            widths.addFirst(widths.getFirst() / 2);
        }
        int channels = autoencoder == null ? form.channels() : autoencoder.latent();
        return new Unet.Config(channels * side * side, widths, layers, List.of(widths.size() - 1), HEAD, NORM_GROUPS,
                classes, words, 0);
    }

    /** Of the squares that are one place each, so that there are at most so many along an axis, if it can be halved. */
    private static int side(int grid, int most) {
        int side = 1;
        while (grid / side > most && grid % (2 * side) == 0) {
            side *= 2;
        }
        return side;
    }

    /** The autoencoder's part of the run. */
    TrainingSettings autoencoderTraining() {
        return new TrainingSettings(autoencoderSteps, autoencoderMinutes, 32, 0.03, training.seed(),
                training.evalEvery(), training.saveEvery(), training.logEvery(), training.inspectEvery(),
                training.recompute());
    }
}
