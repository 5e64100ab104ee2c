package dev.sirocco.apps.look;

import dev.sirocco.apps.JsonFile;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.train.Records;
import dev.sirocco.models.zoo.Vit;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.vision.PictureForm;
import dev.sirocco.vision.train.PictureProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A ViT that tells the class of a picture, in a folder: its settings, its weights and {@value #CLASSES}. */
public record Classifier(Vit vit, List<String> classes) {

    /** The names of the classes by their numbers. */
    static final String CLASSES = "classes.json";

    /** Whether a folder has a model of this kind. */
    public static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(CLASSES));
    }

    /** @throws UserError with one line, whatever is missing or wrong in the folder */
    public static Classifier load(Path folder) {
        Path weights = ModelFolder.weights(folder, "sirocco look train");
        Vit.Config config = JsonFile.read(folder.resolve(ModelFolder.CONFIG),
                texts -> Records.fromTexts(Vit.Config.class, texts));
        List<String> classes = JsonFile.read(folder.resolve(CLASSES), texts -> List.copyOf(texts.values()));
        if (classes.size() != config.classes()) {
            throw new UserError("%s: %s names %d classes, %s says %d: take files of one model".formatted(folder, CLASSES,
                    classes.size(), ModelFolder.CONFIG, config.classes()));
        }
        return new Classifier(Scope.load(weights, ModelFolder.IS_TRAINING, scope -> new Vit(config, scope)), classes);
    }

    /** Writes what surrounds the weights. */
    void writeSettings(Path folder) {
        JsonFile.write(folder.resolve(ModelFolder.CONFIG), Records.toTexts(vit.config()));
        Map<String, String> names = new LinkedHashMap<>();
        classes.forEach(name -> names.put(Integer.toString(names.size()), name));
        JsonFile.write(folder.resolve(CLASSES), names);
    }

    /** From pictures in the {@link #form} to logits. */
    public PictureProgram program(int batch, Executor executor) {
        Vit.Config c = vit.config();
        return new PictureProgram(vit::logits, batch, c.channels(), c.size(), c.size(), executor);
    }

    /** From pictures in the {@link #form} to what the last layer sees of them. */
    public PictureProgram features(int batch, Executor executor) {
        Vit.Config c = vit.config();
        return new PictureProgram(vit::features, batch, c.channels(), c.size(), c.size(), executor);
    }

    /** The form of the pictures that the network takes. */
    public PictureForm form() {
        return new PictureForm(vit.config().channels(), vit.config().size());
    }
}
