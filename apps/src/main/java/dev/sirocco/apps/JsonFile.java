package dev.sirocco.apps;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sirocco.tensor.io.AtomicFile;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Settings in a small JSON file: one object of numbers, truth values and texts. */
public final class JsonFile {

    private static final int MOST_BYTES = 1 << 20;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    private JsonFile() {}

    /** @throws UserError if that fails; the file appears whole or not at all */
    public static void write(Path file, Map<String, String> texts) {
        ObjectNode root = JSON.createObjectNode();
        texts.forEach((name, text) -> root.set(name, valueOf(text)));
        byte[] json = (root.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file, json);
    }

    /** A number or truth value as such, anything else as a text. */
    private static JsonNode valueOf(String text) {
        try {
            JsonNode value = JSON.readTree(text);
            return value != null && (value.isNumber() || value.isBoolean()) ? value
                    : JSON.getNodeFactory().textNode(text);
        } catch (JsonProcessingException _) {
            return JSON.getNodeFactory().textNode(text);
        }
    }

    /**
     * @param parse may throw {@link UserError}, to which the file's name is added
     * @throws UserError if the file is missing, is no such JSON, or is refused by {@code parse}
     */
    public static <T> T read(Path file, Function<Map<String, String>, T> parse) {
        JsonNode root = object(file);
        try {
            Map<String, String> texts = new LinkedHashMap<>();
            root.properties().forEach(e -> {
                if (!e.getValue().isValueNode() || e.getValue().isNull()) {
                    throw new UserError("'" + e.getKey() + "' is not a number, a truth value or a text");
                }
                texts.put(e.getKey(), e.getValue().asText());
            });
            return parse.apply(texts);
        } catch (UserError e) {
            throw new UserError(file + ": " + e.getMessage(), e);
        }
    }

    /** @throws UserError if the file is missing, far too large, or no JSON object */
    public static JsonNode object(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new UserError(file + ": far too large for settings");
            }
            JsonNode root = JSON.readTree(Files.readAllBytes(file));
            if (root == null || !root.isObject()) {
                throw new UserError(file + ": not a JSON object");
            }
            return root;
        } catch (NoSuchFileException e) {
            throw new UserError(file + " is missing: name the folder that training wrote", e);
        } catch (JsonProcessingException e) {
            throw new UserError(file + " is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UserError(file + " cannot be read (" + e.getMessage() + "): check the file and its permissions",
                    e);
        }
    }
}
