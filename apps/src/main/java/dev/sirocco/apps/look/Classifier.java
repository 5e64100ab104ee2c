package dev.sirocco.apps.look;

import dev.sirocco.apps.JsonFile;
import dev.sirocco.apps.train.ClassNames;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.models.train.Records;
import dev.sirocco.models.zoo.Vit;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.vision.PictureForm;
import dev.sirocco.vision.train.PictureProgram;
import java.nio.file.Path;
import java.util.List;

/**
 * A ViT that tells the class of a picture, in a folder: its settings, its weights and {@value ClassNames#FILE}; or a
 * {@linkplain PublishedVit published} one.
 *
 * @param form of the pictures that the network takes
 * @param classes their names
 */
public record Classifier(Vit vit, PictureForm form, List<String> classes) {

    /** Of pictures that are not stretched. */
    Classifier(Vit vit, List<String> classes) {
        this(vit, new PictureForm(vit.config().channels(), vit.config().size()), classes);
    }

    /** Whether a folder has a model of this kind. */
    public static boolean isIn(Path folder) {
        return ClassNames.areIn(folder) || PublishedVit.isIn(folder);
    }

    /** @throws UserError with one line, whatever is missing or wrong in the folder */
    public static Classifier load(Path folder) {
        return ClassNames.areIn(folder) ? ours(folder) : PublishedVit.load(folder);
    }

    private static Classifier ours(Path folder) {
        Path weights = ModelFolder.weights(folder, "sirocco look train");
        Vit.Config config = JsonFile.read(folder.resolve(ModelFolder.CONFIG),
                texts -> Records.fromTexts(Vit.Config.class, texts));
        List<String> classes = ClassNames.read(folder);
        if (classes.size() != config.classes()) {
            throw new UserError("%s: %s names %d classes, %s says %d: take files of one model"
                    .formatted(folder, ClassNames.FILE, classes.size(), ModelFolder.CONFIG, config.classes()));
        }
        return new Classifier(ModelFolder.network(weights, scope -> new Vit(config, scope)), classes);
    }

    /** Writes what surrounds the weights. */
    void writeSettings(Path folder) {
        JsonFile.write(folder.resolve(ModelFolder.CONFIG), Records.toTexts(vit.config()));
        ClassNames.write(folder, classes);
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
}
