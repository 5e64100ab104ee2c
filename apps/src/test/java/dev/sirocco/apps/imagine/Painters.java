package dev.sirocco.apps.imagine;

import dev.sirocco.apps.JsonFile;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.train.Records;
import dev.sirocco.models.zoo.AutoencoderKl;
import dev.sirocco.models.zoo.Dit;
import dev.sirocco.models.zoo.Unet;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.text.WordTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Models that have learned nothing, but whose every number counts. */
final class Painters {

    /** Height and width of the pictures. */
    static final int SIZE = 8;

    private Painters() {}

    /** Told words, with an autoencoder: pictures of three channels. */
    static Path words(Path folder, long seed) {
        AutoencoderKl autoencoder = new AutoencoderKl(
                new AutoencoderKl.Config(3, 4, List.of(8, 8), 1, 4, false, true, 0.5, 0.1), Scope.root(seed));
        fill(autoencoder.parameters(), seed);
        Path below = folder.resolve(Painter.AUTOENCODER);
        write(autoencoder.parameters(), below);
        JsonFile.write(below.resolve(ModelFolder.CONFIG), Records.toTexts(autoencoder.config()));
        WordTokenizer words = WordTokenizer.of(List.of("a red dragon", "a blue cat", "two green birds"), 1);
        Dit.Config config = new Dit.Config(SIZE / 2, 1, 4, 2, 2, 16, 0, false)
                .withText(words.vocabularySize(), 6, 1, 2, 8, 0);
        return write(new Painter(new Painter.Settings(3, SIZE, PictureNetwork.Kind.DIT, Painter.Way.FLOW, 1),
                Autoencoder.of(autoencoder), new PictureNetwork.OfDit(new Dit(config, Scope.root(seed))),
                words, List.of()), folder, seed);
    }

    /** Told classes: grey pixels. */
    static Path classes(Path folder, long seed) {
        Unet.Config config = new Unet.Config(1, List.of(8, 16), 1, List.of(1), 8, 4, 3, 0, 0);
        return write(new Painter(new Painter.Settings(1, SIZE, PictureNetwork.Kind.UNET, Painter.Way.V, 1), null,
                new PictureNetwork.OfUnet(new Unet(config, Scope.root(seed))), null,
                List.of("0", "1", "boot")), folder, seed);
    }

    private static Path write(Painter painter, Path folder, long seed) {
        fill(painter.network().parameters(), seed);
        write(painter.network().parameters(), folder);
        painter.writeSettings(folder);
        return folder;
    }

    /** A fresh network's gates are closed; small numbers open them. */
    private static void fill(Parameters parameters, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (State p : parameters.trainable()) {
            Storage values = p.storage();
            for (long i = 0; i < values.numel(); i++) {
                values.set(i, values.get(i) + (float) (0.3 * (random.nextDouble() - 0.5)));
            }
        }
    }

    private static void write(Parameters parameters, Path folder) {
        Map<String, Storage> tensors = new LinkedHashMap<>();
        parameters.all().forEach(p -> tensors.put(p.name(), p.storage()));
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Safetensors.write(folder.resolve(ModelFolder.WEIGHTS), tensors, Map.of());
    }
}
