package dev.sirocco.text.subword;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sirocco.tensor.ir.UserError;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Reads the files of a model's folder, whose content nobody vouches for. */
final class ModelFile {

    private static final long MOST_BYTES = 64L << 20;
    /** Gemma 3's has 2.6 million. */
    private static final long MOST_VALUES = 5_000_000;
    /** Some editors put this mark in front. */
    private static final char BYTE_ORDER = '\uFEFF';
    /** Names of fields are not kept for the next time: a vocabulary has fifty thousand. */
    private static final ObjectMapper JSON = JsonMapper
            .builder(JsonFactory.builder()
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MOST_VALUES).maxNestingDepth(64).build())
                    .build())
            .build();

    private ModelFile() {}

    /** What is done with a field of an object: its value is read by the parser, which stands at its first token. */
    @FunctionalInterface
    interface Field {
        void read(String name, JsonParser value) throws IOException;
    }

    /** @throws UserError if it cannot be read, or is no JSON object */
    static JsonNode json(Path file) {
        ObjectNode root = JSON.createObjectNode();
        fields(file, (name, value) -> root.set(name, value.readValueAsTree()));
        return root;
    }

    /**
     * Reads a JSON object field by field, for those that are too large for a tree.
     *
     * @throws UserError if it cannot be read, or is no JSON object
     */
    static void fields(Path file, Field each) {
        try (BufferedReader text = open(file); JsonParser parser = JSON.createParser(behindByteOrder(text))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw Vocabulary.wrong(file, "it holds no JSON object");
            }
            fields(parser, each);
            if (parser.nextToken() != null) {
                throw Vocabulary.wrong(file, "its JSON is not valid (something stands behind its end)");
            }
        } catch (JsonProcessingException e) {
            throw Vocabulary.wrong(file, "its JSON is not valid ("
                    + Vocabulary.brief(e.getOriginalMessage().lines().findFirst().orElse("unreadable")) + ")");
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** The same of an object within, at whose start the parser stands. */
    static void fields(JsonParser object, Field each) throws IOException {
        while (object.nextToken() != JsonToken.END_OBJECT) {
            String name = object.currentName();
            object.nextToken();
            each.read(name, object);
        }
    }

    /** @throws UserError if it cannot be read, or is not UTF-8 */
    static List<String> lines(Path file) {
        try (BufferedReader text = open(file)) {
            // The other line ends of Unicode may be parts of tokens.
            String all = behindByteOrder(text).readAllAsString().replace("\r\n", "\n");
            List<String> lines = Arrays.asList(all.split("\n", -1));
            return lines.getLast().isEmpty() ? lines.subList(0, lines.size() - 1) : lines;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static BufferedReader open(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw Vocabulary.wrong(file, "it is not a file");
        }
        if (Files.size(file) > MOST_BYTES) {
            throw Vocabulary.wrong(file, "%,d bytes are far too many".formatted(Files.size(file)));
        }
        return Files.newBufferedReader(file);                                // reports what is not UTF-8
    }

    private static BufferedReader behindByteOrder(BufferedReader text) throws IOException {
        text.mark(1);
        if (text.read() != BYTE_ORDER) {
            text.reset();
        }
        return text;
    }

    private static UserError unreadable(Path file, IOException e) {
        return switch (e) {
            case CharacterCodingException _ -> Vocabulary.wrong(file, "it is not UTF-8");
            case NoSuchFileException _ ->
                new UserError(file + " is missing: name the folder that holds the model's files", e);
            default -> new UserError(file + " cannot be read (" + e.getMessage()
                    + "): check the file and its permissions", e);
        };
    }
}
