package dev.sirocco.apps.imagine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.sirocco.apps.JsonFile;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.models.zoo.Dit;
import dev.sirocco.models.zoo.DitCheckpoint;
import dev.sirocco.tensor.io.TensorFile;
import dev.sirocco.tensor.ir.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A DiT as it is published: the authors' file, or a folder of diffusers' with the network in {@value #TRANSFORMER} and
 * the autoencoder in {@value #VAE}. Its noise is the authors', of a linear schedule over a thousand steps.
 */
final class PublishedDit {

    private static final String TRANSFORMER = "transformer";
    private static final String VAE = "vae";
    private static final String INDEX = "model_index.json";

    /** Height and width of the latents of 256 × 256 pictures. */
    private static final int USUAL = 32;

    private PublishedDit() {}

    static boolean isAt(Path path) {
        return Files.isRegularFile(path) || Files.isDirectory(path.resolve(TRANSFORMER))
                || Files.isRegularFile(path.resolve(ModelFolder.CONFIG))
                && kind(path.resolve(ModelFolder.CONFIG)).equals("DiTTransformer2DModel");
    }

    private static String kind(Path config) {
        return JsonFile.object(config).path("_class_name").asText();
    }

    /**
     * The network with its autoencoder.
     *
     * @param vae null for the one beside it
     * @throws UserError if one of the two is missing, damaged, or made for another one
     */
    static Painter load(Path path, Path vae) {
        Path config = network(path).resolve(ModelFolder.CONFIG);
        int size = Files.isRegularFile(config) ? JsonFile.object(config).path("sample_size").asInt(USUAL) : USUAL;
        Dit dit = DitCheckpoint.of(TensorFile.open(network(path)), size);
        dit.parameters().freeze();
        Autoencoder autoencoder = Autoencoder.load(vae(path, vae));
        if (autoencoder.latent() != dit.config().channels()) {
            throw new UserError("%s makes latents of %d channels, and the autoencoder has %d: take another one"
                    .formatted(path, dit.config().channels(), autoencoder.latent()));
        }
        Painter.Settings settings = new Painter.Settings(autoencoder.channels(),
                dit.config().size() * autoencoder.factor(), PictureNetwork.Kind.DIT, Painter.Way.EPSILON,
                1);
        return new Painter(settings, autoencoder, new PictureNetwork.OfDit(dit), null,
                classes(path.resolve(INDEX), dit.config().classes()));
    }

    /** The files with the weights. */
    static List<Path> weights(Path path, Path vae) {
        List<Path> files = new ArrayList<>(List.of(TensorFile.open(network(path)).path()));
        files.addAll(Autoencoder.files(vae(path, vae)));
        return files;
    }

    /** A file, or a folder. */
    private static Path network(Path path) {
        Path inner = path.resolve(TRANSFORMER);
        return Files.isDirectory(inner) ? inner : path;
    }

    private static Path vae(Path path, Path given) {
        Path beside = path.resolve(VAE);
        if (given == null && !Files.isDirectory(beside)) {
            throw new UserError("%s makes latents: name the folder of its autoencoder with --vae".formatted(path));
        }
        return given == null ? beside : given;
    }

    /** By the index of diffusers' folder; else their numbers. */
    private static List<String> classes(Path index, int count) {
        JsonNode names = Files.isRegularFile(index) ? JsonFile.object(index).path("id2label")
                : MissingNode.getInstance();
        return IntStream.range(0, count).mapToObj(i -> names.path("" + i).asText("" + i)).toList();
    }
}
