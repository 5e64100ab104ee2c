package dev.sirocco.apps.write;

import dev.sirocco.apps.Printed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A text, and a model that has read a little of it. */
final class Models {

    static final int CONTEXT = 16;
    static final String TEXT = "the hen ran to the den; ten men then met her there.\n".repeat(60);

    private Models() {}

    static Path text(Path folder) {
        try {
            return Files.writeString(folder.resolve("text.txt"), TEXT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String train(Path text, Path out, String... more) {
        return Printed.wellBy(join(List.of("write", "train", "--data", text.toString(), "--out", out.toString(),
                "--preset", "tiny", "--context", "" + CONTEXT, "--batch", "4"), more));
    }

    static String[] join(List<String> first, String... more) {
        return Stream.concat(first.stream(), Stream.of(more)).toArray(String[]::new);
    }

    /** A copy of a model's folder, to be damaged. */
    static Path copy(Path model, Path to) throws IOException {
        Files.createDirectories(to);
        for (String name : List.of("config.json", "tokenizer.json", "weights.safetensors")) {
            Files.copy(model.resolve(name), to.resolve(name));
        }
        return to;
    }
}
