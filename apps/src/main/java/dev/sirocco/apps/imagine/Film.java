package dev.sirocco.apps.imagine;

import dev.sirocco.vision.Animation;
import dev.sirocco.vision.Picture;
import dev.sirocco.vision.Sheet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Pictures in motion, the last of which stays for a while; several at a time are side by side. */
final class Film {

    /** The longest film before that; of more frames only some are taken. */
    static final int MOST_FRAMES = 60;

    private static final double FRAMES_A_SECOND = 10;
    private static final int HOLD = 15;
    private static final int GAP = 2;

    private final List<Picture> frames = new ArrayList<>();

    void add(List<Picture> sideBySide) {
        frames.add(sheet(sideBySide));
    }

    /** So far. */
    List<Picture> frames() {
        return List.copyOf(frames);
    }

    void write(Path file) {
        List<Picture> all = new ArrayList<>(frames);
        all.addAll(Collections.nCopies(HOLD, frames.getLast()));
        Animation.write(file, all, FRAMES_A_SECOND);
    }

    /** The picture itself, or several in about as many rows as columns. */
    static Picture sheet(List<Picture> pictures) {
        return pictures.size() == 1 ? pictures.getFirst()
                : Sheet.of(pictures, (int) Math.ceil(Math.sqrt(pictures.size())), GAP);
    }
}
