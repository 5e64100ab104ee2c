package dev.sirocco.tensor.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.sirocco.tensor.ir.UserError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * JSON from a file that nobody vouches for, token by token: strict UTF-8, shallow, no name twice. Every deviation is a
 * {@link UserError} that names the file.
 */
final class TensorFileJson implements AutoCloseable {

    /** The limit of the safetensors library. */
    static final int MAX_BYTES = 100_000_000;

    private static final JsonFactory STRICT = new JsonFactoryBuilder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8).maxNumberLength(20).maxNameLength(10_000).maxStringLength(MAX_BYTES).build())
            .build();

    private final Path file;
    private final JsonParser parser;

    TensorFileJson(Path file, byte[] json) {
        this.file = file;
        try {
            // Decoded here, since the parser would take other encodings too, guessing from zeros between the letters.
            parser = STRICT.createParser(
                    new InputStreamReader(new ByteArrayInputStream(json), StandardCharsets.UTF_8.newDecoder()));
        } catch (IOException e) {
            throw damaged(e.getMessage());
        }
    }

    JsonToken next() {
        try {
            return parser.nextToken();
        } catch (IOException e) {
            throw damaged("its JSON is not valid (" + shorten(e.getMessage()) + ")");
        }
    }

    void expect(JsonToken expected, String where) {
        JsonToken token = next();
        if (token != expected) {
            throw damaged(where + " is not as it should be");
        }
    }

    /** The next name of the object, or null at its end. */
    String nextName() {
        return next() == JsonToken.END_OBJECT ? null : text();
    }

    String nextString(String where) {
        expect(JsonToken.VALUE_STRING, where);
        return text();
    }

    /** The next number of the array, or -1 at its end. */
    long nextNatural(String where) {
        JsonToken token = next();
        if (token == JsonToken.END_ARRAY) {
            return -1;
        }
        try {
            long value = token == JsonToken.VALUE_NUMBER_INT ? parser.getLongValue() : -1;
            if (value >= 0) {
                return value;
            }
        } catch (IOException _) {
            // Too large for a long: reported with the negative ones.
        }
        throw damaged(where + " has something other than numbers from 0 on, or too large a one");
    }

    /** Passes over the next value, whatever it is. */
    void skip() {
        next();
        try {
            parser.skipChildren();
        } catch (IOException e) {
            throw damaged("its JSON is not valid (" + shorten(e.getMessage()) + ")");
        }
    }

    private String text() {
        try {
            return parser.getText();
        } catch (IOException e) {
            throw damaged("its JSON is not valid (" + shorten(e.getMessage()) + ")");
        }
    }

    UserError damaged(String what) {
        return damaged(file, what);
    }

    static UserError damaged(Path file, String what) {
        return new UserError(file + " is damaged: " + what + "; fetch or convert it again");
    }

    /** A text from the file for a message: one line, not too long. */
    static String shorten(String text) {
        String line = text.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", "?");
        return line.length() <= 120 ? line : line.substring(0, 120) + "…";
    }

    @Override
    public void close() {
        try {
            parser.close();
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot fail to close", e);
        }
    }
}
