package dev.sirocco.text.subword;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** What {@code golden_tokenizers.py} wrote. */
final class Golden {

    /** A text, its ids and what these decode to. */
    record Sample(String text, int[] ids, String decoded) {}

    private Golden() {}

    static Path path(String name) {
        try {
            return Path.of(Golden.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<Sample> samples(String tokenizer) {
        try (InputStream in = Golden.class.getResourceAsStream("expected.json")) {
            List<Sample> samples = new ArrayList<>();
            for (JsonNode sample : new ObjectMapper().readTree(in).path(tokenizer)) {
                samples.add(new Sample(sample.path("text").textValue(), ints(sample.path("ids")),
                        sample.path("decoded").textValue()));
            }
            return samples;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int[] ints(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false).mapToInt(JsonNode::intValue).toArray();
    }
}
