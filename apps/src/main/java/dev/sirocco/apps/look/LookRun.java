package dev.sirocco.apps.look;

import dev.sirocco.apps.data.PictureDataOptions;
import dev.sirocco.apps.train.TrainingSettings;
import java.util.List;

/**
 * The settings of a run that learns to look.
 *
 * @param data as {@link PictureDataOptions#text} has it
 * @param isLabelled whether classes are told, or captions matched
 * @param size height and width of the pictures that the network sees
 * @param patch height and width of a patch, 0 for a seventh or an eighth of the size
 */
record LookRun(String data, boolean isLabelled, int size, int patch, TrainingSettings training) {

    static LookRun start(String data, boolean isLabelled) {
        return new LookRun(data, isLabelled, 0, 0, new TrainingSettings(isLabelled ? 64 : 256, 0.01));
    }

    List<String> names() {
        return PictureDataOptions.names(data);
    }
}
