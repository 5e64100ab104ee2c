package dev.sirocco.models.train;

import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model in a safetensors file: its weights under their own names, beside them, under {@code training.}, what is
 * needed to go on training, and texts. A file is written as a whole or not at all: whatever happens, one can be read.
 */
public final class Checkpoint {

    /** What names of tensors begin with that are not the model's own. */
    public static final String TRAINING = "training.";

    private final Path path;
    private final Safetensors file;

    private Checkpoint(Path path, Safetensors file) {
        this.path = path;
        this.file = file;
    }

    /** @throws UserError if the file cannot be read */
    public static Checkpoint open(Path path) {
        return new Checkpoint(path, Safetensors.open(path));
    }

    /** @throws UserError if the file cannot be written */
    public static void write(Path path, Collection<State> weights, Collection<State> training,
            Map<String, String> texts) {
        Map<String, Storage> tensors = new LinkedHashMap<>();
        weights.forEach(s -> tensors.put(s.name(), s.storage()));
        training.forEach(s -> tensors.put(TRAINING + s.name(), s.storage()));
        Safetensors.write(path, tensors, texts);
    }

    /** Removes what runs that were killed while writing left behind in a directory. */
    static void removeUnfinished(Path directory) throws IOException {
        try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(directory, ".*.safetensors.*.tmp")) {
            for (Path file : unfinished) {
                Files.delete(file);
            }
        }
    }

    /** A text that was saved. */
    public String text(String key) {
        String text = file.metadata().get(key);
        if (text == null) {
            throw new UserError(path + " does not say its '" + key + "'; it was not written by Sirocco");
        }
        return text;
    }

    public Map<String, String> texts() {
        return file.metadata();
    }

    /** A configuration that was saved by {@link Records#toTexts(String, Record)}. */
    public <R extends Record> R config(String prefix, Class<R> type) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (RecordComponent c : type.getRecordComponents()) {
            texts.put(c.getName(), text(prefix + c.getName()));
        }
        return Records.fromTexts(type, texts);
    }

    public void restoreWeights(Collection<State> states) {
        restore("", states);
    }

    public void restoreTraining(Collection<State> states) {
        restore(TRAINING, states);
    }

    private void restore(String prefix, Collection<State> states) {
        for (State s : states) {
            Storage saved = file.get(prefix + s.name());
            if (!saved.shape().equals(s.shape())) {
                throw new UserError("%s: %s has the shape %s, this run needs %s; was it made with other settings?"
                        .formatted(path, s.name(), saved.shape(), s.shape()));
            }
            s.storage().set(saved);
        }
    }
}
