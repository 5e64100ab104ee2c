package dev.sirocco.apps.data;

import dev.sirocco.audio.data.Recordings;
import dev.sirocco.models.data.DataPackage;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The recordings that a person names: by the name of a data set, which is fetched if it is not here, or by a folder.
 */
public final class SpeechData {

    private SpeechData() {}

    /**
     * @param name {@code asterisk}, {@code asterisk-world}, or a path
     * @param say takes lines for a person
     */
    public static Recordings read(String name, Consumer<String> say) {
        return Recordings.read(Stream.of(DataPackage.ASTERISK, DataPackage.ASTERISK_WORLD)
                .filter(data -> data.name().equals(name)).findFirst().map(data -> data.get(say))
                .orElseGet(() -> Path.of(name)));
    }
}
