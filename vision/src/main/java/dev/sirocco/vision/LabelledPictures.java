package dev.sirocco.vision;

import java.util.List;

/**
 * Pictures that each belong to a class.
 *
 * @param pictures not necessarily of one size
 * @param labels   for each picture the index of its class
 * @param classes  their names, as a person would say them
 */
public record LabelledPictures(List<Picture> pictures, int[] labels, List<String> classes) {

    public LabelledPictures {
        if (pictures.size() != labels.length) {
            throw new IllegalArgumentException(pictures.size() + " pictures and " + labels.length + " labels");
        }
        for (int label : labels) {
            if (label < 0 || label >= classes.size()) {
                throw new IllegalArgumentException("label " + label + " of " + classes.size() + " classes");
            }
        }
        pictures = List.copyOf(pictures);
        classes = List.copyOf(classes);
    }

    public int size() {
        return labels.length;
    }
}
