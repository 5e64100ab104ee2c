package dev.sirocco.apps.train;

import dev.sirocco.apps.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The names of the classes that a model knows, by their numbers, as {@value #FILE} in its folder. */
public final class ClassNames {

    public static final String FILE = "classes.json";

    private ClassNames() {}

    public static boolean areIn(Path folder) {
        return Files.exists(folder.resolve(FILE));
    }

    /** @throws dev.sirocco.tensor.ir.UserError if the file is missing or damaged */
    public static List<String> read(Path folder) {
        return JsonFile.read(folder.resolve(FILE), texts -> List.copyOf(texts.values()));
    }

    public static void write(Path folder, List<String> classes) {
        Map<String, String> names = new LinkedHashMap<>();
        classes.forEach(name -> names.put(Integer.toString(names.size()), name));
        JsonFile.write(folder.resolve(FILE), names);
    }
}
