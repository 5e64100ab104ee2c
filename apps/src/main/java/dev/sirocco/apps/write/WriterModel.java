package dev.sirocco.apps.write;

import dev.sirocco.apps.JsonFile;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.train.Records;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.CharTokenizer;
import java.nio.file.Path;

/**
 * A model that writes, with its tokeniser, in a folder: {@code config.json}, {@code tokenizer.json} and
 * {@value ModelFolder#WEIGHTS}, or in its place a checkpoint of a training run that has not ended.
 */
record WriterModel(Gpt gpt, CharTokenizer tokenizer) {

    private static final int MOST = 1 << 20;

    /** @throws UserError with one line, whatever is missing or wrong in the folder */
    static WriterModel load(Path folder) {
        Path weights = ModelFolder.weights(folder, "sirocco write train");
        Gpt.Config config = readConfig(folder);
        CharTokenizer tokenizer = CharTokenizer.read(folder);
        if (tokenizer.vocabularySize() != config.vocabulary()) {
            throw new UserError("%s: %s has %,d characters, %s says %,d: take files of one model".formatted(folder,
                    CharTokenizer.FILE, tokenizer.vocabularySize(), ModelFolder.CONFIG, config.vocabulary()));
        }
        requireLayers(weights, config);
        return new WriterModel(Scope.load(weights, ModelFolder.IS_TRAINING, scope -> new Gpt(config, scope)),
                tokenizer);
    }

    private static Gpt.Config readConfig(Path folder) {
        return JsonFile.read(folder.resolve(ModelFolder.CONFIG),
                texts -> check(Records.fromTexts(Gpt.Config.class, texts)));
    }

    private static Gpt.Config check(Gpt.Config c) {
        requireWithin("vocabulary", c.vocabulary(), 1, MOST);
        requireWithin("context", c.context(), 1, MOST);
        requireWithin("layers", c.layers(), 1, MOST);
        requireWithin("width", c.width(), 1, MOST);
        requireWithin("hidden", c.hidden(), 1, MOST);
        requireWithin("heads", c.heads(), 1, c.width());
        requireWithin("kvHeads", c.kvHeads(), 1, c.heads());
        requireWithin("convolution", c.convolution(), 0, c.context());
        if (c.width() % c.heads() != 0 || c.heads() % c.kvHeads() != 0) {
            throw new UserError("a width of %d, %d heads and %d kvHeads do not divide one another"
                    .formatted(c.width(), c.heads(), c.kvHeads()));
        }
        if (!(c.dropout() >= 0 && c.dropout() < 1) || !(c.softcap() >= 0 && c.softcap() <= MOST)) {
            throw new UserError("dropout %s or softcap %s makes no sense".formatted(c.dropout(), c.softcap()));
        }
        return c;
    }

    private static void requireWithin(String name, int value, int low, int high) {
        if (value < low || value > high) {
            throw new UserError("'%s' is %,d, not from %,d to %,d".formatted(name, value, low, high));
        }
    }

    /** Before a model of the configuration's size is made: whether the file has as many layers, and as large ones. */
    private static void requireLayers(Path weights, Gpt.Config config) {
        Safetensors file = Safetensors.open(weights);
        long layers = file.names().stream().filter(name -> name.startsWith("h.")).map(name -> name.split("\\.", 3)[1])
                .distinct().count();
        Shape expected = Shape.of(config.vocabulary(), config.width());
        if (layers != config.layers() || !file.shape("wte.weight").equals(expected)) {
            throw new UserError("%s has %d layers and an embedding of %s, %s says %d and %s: take files of one model"
                    .formatted(weights, layers, file.shape("wte.weight"), ModelFolder.CONFIG, config.layers(),
                            expected));
        }
    }

    /** Writes what surrounds the weights. */
    void writeSettings(Path folder) {
        JsonFile.write(folder.resolve(ModelFolder.CONFIG), Records.toTexts(gpt.config()));
        tokenizer.write(folder);
    }
}
