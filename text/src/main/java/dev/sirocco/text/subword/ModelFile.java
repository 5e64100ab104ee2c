package dev.sirocco.text.subword;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
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
    private static final ObjectMapper JSON = JsonMapper
            .builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MOST_VALUES).maxNestingDepth(64).build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    private ModelFile() {}

    /** @throws UserError if it cannot be read, or is no JSON object */
    static JsonNode json(Path file) {
        try {
            JsonNode root = JSON.readTree(bytes(file));
            if (root.isObject()) {
                return root;
            }
            throw Vocabulary.wrong(file, "it holds no JSON object");
        } catch (JsonProcessingException e) {
            throw Vocabulary.wrong(file, "its JSON is not valid ("
                    + Vocabulary.brief(e.getOriginalMessage().lines().findFirst().orElse("unreadable")) + ")");
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot fail to be read", e);
        }
    }

    /** @throws UserError if it cannot be read, or is not UTF-8 */
    static List<String> lines(Path file) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(file))).toString();
            // The other line ends of Unicode may be parts of tokens.
            List<String> lines = Arrays.asList(text.replace("\r\n", "\n").split("\n", -1));
            return lines.getLast().isEmpty() ? lines.subList(0, lines.size() - 1) : lines;
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
