package dev.sirocco.apps.data;

import dev.sirocco.tensor.ir.UserError;
import java.util.List;
import picocli.CommandLine.Option;

/** The pictures to learn from, for commands to mix in. */
public final class PictureDataOptions {

    @Option(names = "--data", paramLabel = "DATA", arity = "1..*",
            description = "mnist, fashion-mnist, noto-emoji, twemoji, or a folder or archive of pictures; several "
                    + "captioned ones.")
    private List<String> data = List.of();

    @Option(names = "--classes", description = "The folders in which pictures lie are their classes.")
    private boolean isByFolder;

    /** All in one text, from which {@link #names} gets them back; null if none was given. */
    public String text() {
        return data.isEmpty() ? null : String.join("|", data);
    }

    /** As {@link #text}. @throws UserError if none was given */
    public String required() {
        if (data.isEmpty()) {
            throw new UserError("no pictures to learn from: give --data");
        }
        return text();
    }

    public static List<String> names(String text) {
        return List.of(text.split("\\|"));
    }

    /** Whether there are classes and not captions. */
    public boolean isLabelled(PictureData pictures) {
        return isByFolder || pictures.isLabelled(names(required()).getFirst());
    }
}
