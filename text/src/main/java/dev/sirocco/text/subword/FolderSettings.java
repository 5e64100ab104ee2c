package dev.sirocco.text.subword;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sirocco.text.SpecialTokens;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** What lies beside the vocabulary in a model's folder and concerns its tokens; any of these files may be missing. */
final class FolderSettings {

    private record Settings(Path file, JsonNode json) {}

    private final List<Settings> ofTokenizer;
    private final List<Settings> ofModel;

    FolderSettings(Path folder) {
        ofTokenizer = read(folder, "tokenizer_config.json", "special_tokens_map.json");
        ofModel = read(folder, "config.json", "generation_config.json");
    }

    private static List<Settings> read(Path folder, String... names) {
        List<Settings> found = new ArrayList<>();
        for (String name : names) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                found.add(new Settings(file, ModelFile.json(file)));
            }
        }
        return found;
    }

    /** A token by its role, such as {@code bos_token}: {@code "<s>"} or {@code {"content": "<s>", ...}}. */
    Optional<String> token(String role) {
        for (Settings settings : ofTokenizer) {
            JsonNode token = settings.json.path(role);
            String text = token.isObject() ? token.path("content").textValue() : token.textValue();
            if (text != null) {
                return Optional.of(text);
            }
        }
        return Optional.empty();
    }

    boolean flag(String name, boolean otherwise) {
        for (Settings settings : ofTokenizer) {
            if (settings.json.path(name).isBoolean()) {
                return settings.json.path(name).booleanValue();
            }
        }
        return otherwise;
    }

    /**
     * The special tokens of a model that writes.
     *
     * @param begin           unless the files name another; may be one that the vocabulary lacks
     * @param isBeginExpected unless the files say
     * @param end             unless the files name another; may be one that the vocabulary lacks
     */
    SpecialTokens special(Vocabulary vocabulary, String begin, boolean isBeginExpected, String end) {
        int beginId = token("bos_token").map(vocabulary::require).orElse(vocabulary.id(begin));
        int endId = token("eos_token").map(vocabulary::require).orElse(vocabulary.id(end));
        Set<Integer> ends = new HashSet<>();
        if (endId >= 0) {
            ends.add(endId);
        }
        for (Settings settings : ofModel) {
            JsonNode listed = settings.json.path("eos_token_id");
            for (JsonNode id : listed.isArray() ? listed : List.of(listed)) {
                if (id.isInt() && id.intValue() >= 0) {
                    ends.add(id.intValue());
                }
            }
        }
        return new SpecialTokens(beginId < 0 ? OptionalInt.empty() : OptionalInt.of(beginId),
                flag("add_bos_token", isBeginExpected), ends);
    }
}
