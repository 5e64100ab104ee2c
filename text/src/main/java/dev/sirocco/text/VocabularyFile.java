package dev.sirocco.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a tokeniser keeps in a model's folder: {@code {"type":"char","vocabulary":["\n"," ","!",...]}}, the position of
 * an entry being its id.
 *
 * @param type {@code char} or {@code words}
 * @param entryName of an entry, for messages: {@code character}
 * @param most entries that a vocabulary may have
 */
record VocabularyFile(String type, String entryName, int most) {

    /** The file's name. */
    static final String NAME = "tokenizer.json";

    private static final long MOST_BYTES = 16L << 20;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    /**
     * The entries in a model's folder, at least one, no two alike.
     *
     * @throws UserError with one line that names the file, what is wrong with it and what to do
     */
    List<String> read(Path folder) {
        Path file = folder.resolve(NAME);
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw wrong(file, "%,d bytes are far too many for a vocabulary".formatted(Files.size(file)));
            }
            return parse(Files.readAllBytes(file), file);
        } catch (NoSuchFileException e) {
            throw new UserError(Files.isDirectory(folder)
                    ? file + " is missing: the model needs it; name the folder that training wrote"
                    : folder + ": no such folder: name the model's folder", e);
        } catch (IOException e) {
            throw new UserError(file + " cannot be read (" + e.getMessage() + "): check the file and its permissions",
                    e);
        }
    }

    /** Reads what {@link #json} wrote. Throws {@link UserError}, naming {@code source}. */
    List<String> parse(byte[] json, Path source) {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            String reason = e.getOriginalMessage().lines().findFirst().orElse("unreadable");
            throw wrong(source, "not JSON"
                    + (at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")") + ": "
                    + (reason.length() > 120 ? reason.substring(0, 120) + "…" : reason));
        } catch (IOException e) {
            throw wrong(source, "not JSON: " + e.getMessage());
        }
        if (!root.isObject()) {
            throw wrong(source, "it holds no JSON object");
        }
        JsonNode found = root.path("type");
        if (!type.equals(found.textValue())) {
            throw wrong(source, "\"type\" is " + (found.isMissingNode() ? "missing" : brief(found)) + ", not \"" + type
                    + "\"");
        }
        JsonNode vocabulary = root.path("vocabulary");
        if (!vocabulary.isArray() || vocabulary.isEmpty()) {
            throw wrong(source, vocabulary.isArray() ? "\"vocabulary\" is empty" : "\"vocabulary\" is not a list");
        }
        if (vocabulary.size() > most) {
            throw wrong(source, "\"vocabulary\" has %,d entries, the limit is %,d".formatted(vocabulary.size(), most));
        }
        List<String> entries = new ArrayList<>();
        Map<String, Integer> owners = new HashMap<>();
        for (JsonNode entry : vocabulary) {
            String text = entry.textValue();
            if (text == null || text.isEmpty()) {
                throw wrong(source, "entry " + entries.size() + " of \"vocabulary\" is " + brief(entry) + ", not one "
                        + entryName);
            }
            Integer owner = owners.putIfAbsent(text, entries.size());
            if (owner != null) {
                throw wrong(source, "entries %d and %d of \"vocabulary\" are the same %s, %s"
                        .formatted(owner, entries.size(), entryName, brief(entry)));
            }
            entries.add(text);
        }
        return entries;
    }

    UserError wrong(Path source, String what) {
        return new UserError(source + " is not a tokeniser of this model: " + what
                + "; take the file that was written with the model's weights");
    }

    private static String brief(JsonNode node) {
        String json = node.toString();
        return json.length() <= 40 ? json : json.substring(0, 40) + "…";
    }

    /**
     * Writes {@value #NAME} into a model's folder, which is made if need be. The file appears whole or not at all.
     *
     * @throws UserError if that fails
     */
    void write(Path folder, List<String> entries) {
        Path file = folder.resolve(NAME);
        try {
            Files.createDirectories(folder);
            Path unfinished = folder.resolve(NAME + ".part");
            Files.writeString(unfinished, json(entries), StandardCharsets.UTF_8);
            Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UserError(file + " cannot be written (" + e.getMessage()
                    + "): check the folder, its permissions and the disk", e);
        }
    }

    /** The content of {@value #NAME}. */
    String json(List<String> entries) {
        var root = JSON.createObjectNode().put("type", type);
        var vocabulary = root.putArray("vocabulary");
        entries.forEach(vocabulary::add);
        return root + "\n";
    }
}
