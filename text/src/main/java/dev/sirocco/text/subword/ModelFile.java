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
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
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
    private static final String BYTE_ORDER = "\uFEFF";
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
        String text = text(file);
        try (JsonParser parser = JSON.createParser(text.startsWith(BYTE_ORDER) ? text.substring(1) : text)) {
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
            throw new IllegalStateException("memory cannot fail to be read", e);
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
        // The other line ends of Unicode may be parts of tokens.
        List<String> lines = Arrays.asList(text(file).replace("\r\n", "\n").split("\n", -1));
        return lines.getLast().isEmpty() ? lines.subList(0, lines.size() - 1) : lines;
    }

    private static String text(Path file) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(file))).toString();
        } catch (CharacterCodingException _) {
            throw Vocabulary.wrong(file, "it is not UTF-8");
        }
    }

    private static byte[] bytes(Path file) {
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw Vocabulary.wrong(file, "it is not a file");
            }
            if (Files.size(file) > MOST_BYTES) {
                throw Vocabulary.wrong(file, "%,d bytes are far too many".formatted(Files.size(file)));
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new UserError(file + " is missing: name the folder that holds the model's files", e);
        } catch (IOException e) {
            throw new UserError(file + " cannot be read (" + e.getMessage() + "): check the file and its permissions",
                    e);
        }
    }
}
