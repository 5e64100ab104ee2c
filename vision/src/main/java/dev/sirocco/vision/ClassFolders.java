package dev.sirocco.vision;

import dev.sirocco.models.data.Archive;
import dev.sirocco.tensor.ir.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeSet;

/** Reads pictures that lie in a folder for each class, {@code cat/17.png}. */
public final class ClassFolders {

    private ClassFolders() {}

    /** All of a folder or archive; see {@link #read(Path, String)}. */
    public static LabelledPictures read(Path source) {
        return read(source, "");
    }

    /**
     * Reads a part of a folder or archive. The class is the name of the folder in which a picture lies; classes are in
     * the order of their names.
     *
     * @param part the folder to stay within, {@code train} say, wherever in the source; empty for all
     * @throws UserError if the source cannot be read, a picture is damaged, or one lies in no folder
     */
    public static LabelledPictures read(Path source, String part) {
        SortedMap<String, byte[]> files = Archive.read(source,
                path -> Picture.isPicture(path) && (part.isEmpty() || ("/" + path).contains("/" + part + "/")));
        if (files.isEmpty()) {
            throw new UserError(source + " has no pictures" + (part.isEmpty() ? "" : " in a folder '" + part + "'"));
        }
        TreeSet<String> names = new TreeSet<>();
        files.keySet().forEach(path -> names.add(folder(source, path)));
        List<String> classes = List.copyOf(names);
        List<Picture> pictures = new ArrayList<>();
        int[] labels = new int[files.size()];
        files.forEach((path, bytes) -> {
            labels[pictures.size()] = classes.indexOf(folder(source, path));
            pictures.add(Picture.decode(bytes, source + "/" + path));
        });
        return new LabelledPictures(pictures, labels, classes);
    }

    private static String folder(Path source, String path) {
        String[] names = path.split("/");
        if (names.length < 2) {
            throw new UserError(source + "/" + path + " lies in no folder, which would name its class");
        }
        return names[names.length - 2];
    }
}
