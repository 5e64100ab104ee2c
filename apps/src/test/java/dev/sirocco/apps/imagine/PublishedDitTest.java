package dev.sirocco.apps.imagine;

import static dev.sirocco.apps.Printed.assertRefused;
import static dev.sirocco.apps.Printed.wellBy;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.zoo.AutoencoderKl;
import dev.sirocco.models.zoo.Dit;
import dev.sirocco.models.zoo.Taesd;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.vision.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network that has learned nothing, in the forms in which its likes are published. */
class PublishedDitTest {

    @TempDir
    private static Path folder;
    private static Path file;
    private static Path vae;

    @BeforeAll
    static void write() throws IOException {
        file = folder.resolve("dit.safetensors");
        Dit dit = new Dit(new Dit.Config(8, 2, 4, 1, 1, 64, 5, true), Scope.root(1));
        write(dit.parameters(), file, name -> name);
        vae = Files.createDirectories(folder.resolve("vae"));
        AutoencoderKl.Config config = new AutoencoderKl.Config(3, 4, List.of(8, 8), 1, 4, true, true, 0.5, 0);
        // the names of old files
        write(new AutoencoderKl(config, Scope.root(2)).parameters(), vae.resolve("diffusion_pytorch_model.safetensors"),
                name -> name.replace("to_q", "query").replace("to_k", "key").replace("to_v", "value")
                        .replace("to_out.0", "proj_attn"));
        Files.writeString(vae.resolve("config.json"), """
                {"_class_name": "AutoencoderKL", "in_channels": 3, "latent_channels": 4, "block_out_channels": [8, 8],
                 "layers_per_block": 1, "norm_num_groups": 4, "scaling_factor": 0.5}""");
    }

    /** Fresh gates are closed; small numbers open them. */
    private static void write(Parameters parameters, Path target, UnaryOperator<String> name) {
        SplittableRandom random = new SplittableRandom(1);
        Map<String, Storage> tensors = new LinkedHashMap<>();
        parameters.all().forEach(p -> {
            float[] values = p.storage().floats();
            for (int i = 0; i < values.length; i++) {
                values[i] += (float) (random.nextDouble() - 0.5) / 10;
            }
            tensors.put(name.apply(p.name()), Storage.of(p.shape(), values));
        });
        Safetensors.write(target, tensors, Map.of());
    }

    private static Picture made(Path model, String... more) {
        Path target = folder.resolve("made.png");
        String[] first = {"imagine", "--model", model.toString(), "--steps", "2", "--seed", "3", "-o",
            target.toString()};
        String[] all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        wellBy(all);
        return Picture.read(target);
    }

    @Test
    void aFileAndAnAutoencoderMakePicturesOfAClass() {
        Picture two = made(file, "--vae", vae.toString(), "--class", "2");
        assertEquals(16, two.width());
        assertFalse(Arrays.equals(two.pixels(), made(file, "--vae", vae.toString(), "--class", "3").pixels()));
        assertArrayEquals(two.pixels(), made(file, "--vae", vae.toString(), "2").pixels());

        Path again = folder.resolve("again.png");
        wellBy("imagine", "--again", folder.resolve("made.png").toString(), "-o", again.toString());
        assertArrayEquals(two.pixels(), Picture.read(again).pixels());
    }

    @Test
    void aFolderKnowsItsAutoencoderAndClasses() throws IOException {
        Path whole = Files.createDirectories(folder.resolve("whole"));
        Path network = Files.createDirectories(whole.resolve("transformer"));
        Files.copy(file, network.resolve("diffusion_pytorch_model.safetensors"));
        Path own = Files.createDirectories(whole.resolve("vae"));
        for (String name : List.of("config.json", "diffusion_pytorch_model.safetensors")) {
            Files.copy(vae.resolve(name), own.resolve(name));
        }
        Files.writeString(whole.resolve("model_index.json"), "{\"id2label\": {\"2\": \"great white shark\"}}");
        assertArrayEquals(made(file, "--vae", vae.toString(), "--class", "2").pixels(),
                made(whole, "great white shark").pixels());
    }

    @Test
    void aTinyAutoencoderDoesToo() throws IOException {
        Path tiny = Files.createDirectories(folder.resolve("tiny"));
        Taesd.Config config = new Taesd.Config(4, 4, false);
        UnaryOperator<String> same = UnaryOperator.identity();
        write(new Taesd.Encoder(config, Scope.root(3)).parameters(), tiny.resolve("taesd_encoder.safetensors"), same);
        write(new Taesd.Decoder(config, Scope.root(4)).parameters(), tiny.resolve("taesd_decoder.safetensors"), same);
        Picture two = made(file, "--vae", tiny.toString(), "--class", "2");
        assertEquals(64, two.width());
        assertFalse(Arrays.equals(two.pixels(), made(file, "--vae", tiny.toString(), "--class", "3").pixels()));
        Safetensors.write(tiny.resolve("taesd_encoder.safetensors"), Map.of(), Map.of());
        assertRefused(new String[] {"imagine", "2", "--model", file.toString(), "--vae", tiny.toString()}, "encoder");
    }

    @Test
    void whatDoesNotGoTogetherIsRefused() throws IOException {
        String model = file.toString();
        assertRefused(new String[] {"imagine", "2", "--model", model}, "--vae");
        assertRefused(new String[] {"imagine", "2", "--class", "2", "--model", model}, "leave out the prompt");
        assertRefused(new String[] {"imagine", "--class", "5", "--model", model, "--vae", vae.toString()},
                "no class '5'");
        assertRefused(new String[] {"imagine", "2", "--model", model, "--vae", folder.toString()}, "holds no model");
        Path other = Files.createDirectories(folder.resolve("other"));
        Files.writeString(other.resolve("config.json"), "{\"_class_name\": \"VQModel\"}");
        assertRefused(new String[] {"imagine", "2", "--model", model, "--vae", other.toString()}, "VQModel");
        Path none = folder.resolve("none.safetensors");
        Safetensors.write(none, Map.of("x", Storage.of(Shape.of(1), 1f)), Map.of());
        assertRefused(new String[] {"imagine", "2", "--model", none.toString(), "--vae", vae.toString()}, "no DiT");
    }
}
