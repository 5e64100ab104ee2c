package dev.sirocco.apps.imagine;

import dev.sirocco.apps.JsonFile;
import dev.sirocco.apps.train.ClassNames;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.models.sample.DiffusionLoss;
import dev.sirocco.models.sample.DiffusionSampler;
import dev.sirocco.models.sample.NoiseSchedule;
import dev.sirocco.models.sample.Prediction;
import dev.sirocco.models.sample.RectifiedFlow;
import dev.sirocco.models.sample.VariancePreserving;
import dev.sirocco.models.train.Records;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.WordTokenizer;
import dev.sirocco.vision.PictureForm;
import dev.sirocco.vision.train.DiffusionTask;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A model that makes pictures of what it is told, in a folder: a diffusion network, what it is told in (words, in
 * {@value WordTokenizer#FILE}, or classes, in {@value ClassNames#FILE}), and in {@value #AUTOENCODER} the autoencoder
 * whose latents it makes, if it does not make pixels.
 *
 * @param settings what kind of pictures, and how noise drowns them
 * @param autoencoder null if the network makes pixels
 * @param tokenizer null if it is told classes
 * @param classes their names; empty if it is told words
 */
record Painter(Settings settings, Autoencoder autoencoder, PictureNetwork network, WordTokenizer tokenizer,
        List<String> classes) {

    static final String SETTINGS = "picture.json";
    static final String AUTOENCODER = "autoencoder";

    static final String COMMAND = "sirocco imagine train";
    private static final int STEPS = 1000;
    private static final double UNSHIFTED = 32;
    /** Classes that a message lists. */
    private static final int MOST_NAMED = 20;
    private static final double LARGEST_PIXEL = 1;
    /** Bounds the velocity that is found of a clean picture. */
    private static final double LEAST_SIGMA = 0.05;

    /** How noise drowns pictures, and what the network is asked for. */
    enum Way {
        /** A straight line to noise, and the velocity along it. */
        FLOW,
        /** The same, where the network says the clean picture, of which the velocity is found (Li and He 2025). */
        CLEAN,
        /** The cosine schedule, and v. */
        V,
        /** The linear schedule, and the noise. */
        EPSILON;

        /** @param shift of a {@linkplain RectifiedFlow#RectifiedFlow(double) flow} whose velocity is learned */
        NoiseSchedule schedule(double shift) {
            return switch (this) {
                case FLOW -> new RectifiedFlow(shift);
                case CLEAN -> new RectifiedFlow();
                case V -> VariancePreserving.cosine(STEPS);
                case EPSILON -> VariancePreserving.linear(STEPS, 1e-4, 0.02);
            };
        }

        DiffusionLoss.Times times() {
            return switch (this) {
                case FLOW, CLEAN -> DiffusionLoss.Times.LOGIT_NORMAL;
                case V, EPSILON -> DiffusionLoss.Times.UNIFORM;
            };
        }

        Prediction prediction() {
            return switch (this) {
                case FLOW, CLEAN -> Prediction.FLOW;
                case V -> Prediction.V;
                case EPSILON -> Prediction.EPSILON;
            };
        }
    }

    /**
     * What pictures a model makes.
     *
     * @param channels 1 or 3
     * @param size height and width
     * @param shift see {@link Way#schedule}
     */
    record Settings(int channels, int size, PictureNetwork.Kind network, Way way, double shift) {

        /** For pictures of this size as pixels: those of {@value #UNSHIFTED} rows have a shift of 1. */
        static double shift(int size) {
            return Math.max(1, size / UNSHIFTED);
        }

        NoiseSchedule schedule() {
            return way.schedule(shift);
        }
    }

    /**
     * A model of ours.
     *
     * @throws UserError with one line, whatever is missing or wrong in the folder
     */
    static Painter load(Path folder) {
        return load(folder, null);
    }

    /**
     * A model of ours, or a {@linkplain PublishedDit published} one.
     *
     * @param vae folder of a published model's autoencoder; null for its own
     * @throws UserError with one line, whatever is missing or wrong
     */
    static Painter load(Path folder, Path vae) {
        if (isPublished(folder)) {
            return PublishedDit.load(folder, vae);
        }
        if (vae != null) {
            throw new UserError("--vae is for a published DiT, which %s is not".formatted(folder));
        }
        Path weights = ModelFolder.weights(folder, COMMAND);
        Settings settings = JsonFile.read(folder.resolve(SETTINGS), texts -> Records.fromTexts(Settings.class, texts));
        PictureNetwork network = PictureNetwork.load(settings.network, folder, weights);
        WordTokenizer tokenizer = network.words() == 0 ? null : WordTokenizer.read(folder);
        List<String> classes = network.words() == 0 ? ClassNames.read(folder) : List.of();
        Autoencoder autoencoder = Files.isDirectory(folder.resolve(AUTOENCODER))
                ? Autoencoder.ours(folder.resolve(AUTOENCODER)) : null;
        return new Painter(settings, autoencoder, network, tokenizer, classes);
    }

    /** The files with the weights of what {@link #load(Path, Path)} loads. */
    static List<Path> weights(Path folder, Path vae) {
        if (isPublished(folder)) {
            return PublishedDit.weights(folder, vae);
        }
        Path own = ModelFolder.weights(folder, COMMAND);
        Path autoencoder = folder.resolve(AUTOENCODER);
        return Files.isDirectory(autoencoder) ? List.of(own, ModelFolder.weights(autoencoder, COMMAND)) : List.of(own);
    }

    private static boolean isPublished(Path folder) {
        return !Files.exists(folder.resolve(SETTINGS)) && PublishedDit.isAt(folder);
    }

    /** Writes what surrounds the weights. */
    void writeSettings(Path folder) {
        JsonFile.write(folder.resolve(SETTINGS), Records.toTexts(settings));
        JsonFile.write(folder.resolve(ModelFolder.CONFIG), Records.toTexts(network.config()));
        if (tokenizer != null) {
            tokenizer.write(folder);
        } else {
            ClassNames.write(folder, classes);
        }
    }

    /** The form of the pictures that are made. */
    PictureForm form() {
        return new PictureForm(settings.channels, settings.size);
    }

    /** From pictures to what the network makes, and back. */
    Latents latents() {
        return new Latents(form(), autoencoder);
    }

    /** The shape of n samples as the network makes them: pixels or latents (n, C, h, w). */
    Shape shape(int n) {
        int size = autoencoder == null ? settings.size : settings.size / autoencoder.factor();
        return Shape.of(n, autoencoder == null ? settings.channels : autoencoder.latent(), size, size);
    }

    // ---- what the network is told -----------------------------------------------------------------------------

    /** @throws UserError if there is no such class, or none of the words is known */
    int[] told(String prompt) {
        if (tokenizer == null) {
            String name = prompt.strip();
            int found = classes.indexOf(name);
            if (found < 0 && name.matches("\\d{1,6}") && Integer.parseInt(name) < classes.size()) {
                found = Integer.parseInt(name);
            }
            if (found < 0) {
                throw new UserError("there is no class '%s' among these %,d: %s".formatted(name, classes.size(),
                        classes.size() <= MOST_NAMED ? String.join(", ", classes)
                                : String.join(", ", classes.subList(0, MOST_NAMED)) + ", …"));
            }
            return new int[] {found};
        }
        int[] tokens = tokenizer.encode(prompt, network.words());
        if (tokens[0] == 0) {
            throw new UserError("none of the words of '%s' was in the captions that this model learned from: try others"
                    .formatted(prompt.strip()));
        }
        return tokens;
    }

    /** As {@link #told}, or nothing where no word is known. */
    int[] toldOrNothing(String caption) {
        return tokenizer == null ? told(caption) : tokenizer.encode(caption, network.words());
    }

    /** What the network is told if it is told nothing. */
    int[] nothing() {
        return tokenizer == null ? new int[] {classes.size()} : new int[network.words()];
    }

    /** The words of a prompt that say nothing to the network. */
    List<String> unknown(String prompt) {
        return tokenizer == null ? List.of() : tokenizer.unknown(prompt);
    }

    /** The network as its training and its samplers see it. */
    DiffusionTask.Network denoiser() {
        return (x, time, told) -> {
            Tensor output = network.predict(x, time, told);
            if (settings.way != Way.CLEAN) {
                return output;
            }
            Tensor sigma = time.div(STEPS).maximum(LEAST_SIGMA).reshape(time.dim(0), 1, 1, 1);
            return x.sub(output).div(sigma);
        };
    }

    /**
     * A sampler, and the state that says what its samples are to show: I32 (2 n, length), n of what is wanted, then n
     * of what is not.
     */
    record Sampling(DiffusionSampler sampler, State told) implements AutoCloseable {

        /** Says what to show and what not, one for each sample. */
        void tell(List<int[]> wanted, List<int[]> unwanted) {
            List<int[]> rows = new ArrayList<>(wanted);
            rows.addAll(unwanted);
            told.storage().set(rows.stream().flatMapToInt(Arrays::stream).toArray());
        }

        @Override
        public void close() {
            sampler.close();
        }
    }

    /** How to sample: pixels have a largest number, latents none. */
    DiffusionSampler.Settings clipped(DiffusionSampler.Settings settings) {
        return autoencoder == null ? settings.withClip(LARGEST_PIXEL) : settings;
    }

    /** For n samples at once. */
    Sampling sampling(int n, Executor executor) {
        State told = new State("told", DType.I32, Shape.of(2 * n, nothing().length));
        DiffusionSampler sampler = new DiffusionSampler(
                (x, time) -> denoiser().predict(x, time, x.graph().read(told).slice(0, 0, x.dim(0))),
                settings.schedule(), settings.way.prediction(), shape(n), executor);
        return new Sampling(sampler, told);
    }
}
