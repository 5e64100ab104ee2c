package dev.sirocco.apps.look;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sirocco.apps.JsonFile;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.zoo.Vit;
import dev.sirocco.tensor.io.TensorFile;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.vision.PictureForm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** A ViT as Hugging Face's libraries write it, such as google/vit-base-patch16-224. */
final class PublishedVit {

    private static final String KIND = "vit";
    private static final String PREPROCESSING = "preprocessor_config.json";
    /** What pixels from 0 to 1 are made smaller by, and divided by. */
    private static final double HALF = 0.5;

    private PublishedVit() {}

    static boolean isIn(Path folder) {
        Path file = folder.resolve(ModelFolder.CONFIG);
        return Files.isRegularFile(file) && JsonFile.object(file).path("model_type").asText().equals(KIND);
    }

    /** @throws UserError if it is of a kind that Sirocco does not know, or damaged */
    static Classifier load(Path folder) {
        Path file = folder.resolve(ModelFolder.CONFIG);
        JsonNode c = JsonFile.object(file);
        checkPixels(folder.resolve(PREPROCESSING));
        check(file, "hidden_act", c.path("hidden_act").asText("gelu"), "gelu");
        check(file, "qkv_bias", c.path("qkv_bias").asText("true"), "true");
        TensorFile weights = TensorFile.open(folder);
        int count = Math.toIntExact(weights.shape("classifier.bias").numel());
        List<String> classes = classes(file, c.path("id2label"), count);
        Vit.Config config = new Vit.Config(number(file, c, "image_size", 224), number(file, c, "patch_size", 16),
                number(file, c, "num_channels", 3), number(file, c, "num_hidden_layers", 12),
                number(file, c, "num_attention_heads", 12), number(file, c, "hidden_size", 768),
                number(file, c, "intermediate_size", 3072), classes.size(), 0);
        if (config.size() % config.patch() != 0 || config.width() % config.heads() != 0) {
            throw new UserError("%s: pictures of %d in patches of %d, a width of %d in %d heads: no rest may be left"
                    .formatted(file, config.size(), config.patch(), config.width(), config.heads()));
        }
        Vit vit = Scope.load(weights, name -> name.startsWith("vit.pooler."), scope -> new Vit(config, scope));
        vit.parameters().freeze();
        return new Classifier(vit, new PictureForm(config.channels(), config.size(), true), classes);
    }

    /** By their numbers, without a gap; where nothing is said, as the authors' libraries name them. */
    private static List<String> classes(Path file, JsonNode names, int count) {
        return IntStream.range(0, count).mapToObj(i -> {
            if (!names.isEmpty() && !names.has("" + i)) {
                throw new UserError("%s: id2label has %,d classes of %,d, and none of the number %d".formatted(file,
                        names.size(), count, i));
            }
            return names.path("" + i).asText("LABEL_" + i);
        }).toList();
    }

    /** Pixels must be asked for as this network is given them, from -1 to 1. */
    private static void checkPixels(Path file) {
        if (Files.exists(file)) {
            JsonNode c = JsonFile.object(file);
            for (String name : List.of("image_mean", "image_std")) {
                for (JsonNode value : c.path(name)) {
                    if (value.asDouble() != HALF) {
                        throw new UserError("%s: %s is %s, and Sirocco knows 0.5 only".formatted(file, name,
                                c.get(name)));
                    }
                }
            }
        }
    }

    private static void check(Path file, String name, String value, String known) {
        if (!value.equals(known)) {
            throw new UserError("%s: %s is '%s', and Sirocco knows '%s' only".formatted(file, name, value, known));
        }
    }

    private static int number(Path file, JsonNode config, String name, int usual) {
        int number = config.path(name).asInt(usual);
        if (number < 1) {
            throw new UserError("%s: %s is %s".formatted(file, name, config.get(name)));
        }
        return number;
    }
}
