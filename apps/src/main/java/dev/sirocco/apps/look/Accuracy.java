package dev.sirocco.apps.look;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.vision.LabelledPictures;
import dev.sirocco.vision.train.PictureProgram;
import java.util.Locale;

/** How many pictures a classifier tells rightly. */
record Accuracy(int right, int pictures) {

    private static final int BATCH = 100;

    static Accuracy of(Classifier classifier, LabelledPictures pictures, Executor executor) {
        try (PictureProgram program = classifier.program(Math.min(BATCH, pictures.size()), executor)) {
            int[] told = program.largest(classifier.form().fit(pictures.pictures()));
            int right = 0;
            for (int i = 0; i < told.length; i++) {
                right += told[i] == pictures.labels()[i] ? 1 : 0;
            }
            return new Accuracy(right, told.length);
        }
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "accuracy %.2f %% (%,d of %,d)", 100.0 * right / pictures, right, pictures);
    }
}
