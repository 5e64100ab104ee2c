package dev.sirocco.apps.write;

import static dev.sirocco.apps.Printed.assertRefused;
import static dev.sirocco.apps.Printed.wellBy;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.zoo.Bert;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchTest {

    private static final String CONFIG = """
            {"model_type": "bert", "vocab_size": 9, "max_position_embeddings": 6, "type_vocab_size": 2,
             "num_hidden_layers": 1, "num_attention_heads": 2, "hidden_size": 8, "intermediate_size": 12}""";

    @TempDir
    private Path folder;
    private Path text;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("config.json"), CONFIG);
        Files.writeString(folder.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nred\ngreen\nfish\nswims\n");
        Map<String, Storage> tensors = new LinkedHashMap<>();
        new Bert(new Bert.Config(9, 6, 2, 1, 2, 8, 12), Scope.root(1)).parameters().all()
                .forEach(p -> tensors.put("bert." + p.name(), p.storage()));
        tensors.put("bert.pooler.dense.bias", Storage.of(Shape.of(8), new float[8]));
        Safetensors.write(folder.resolve("model.safetensors"), tensors, Map.of());
        text = folder.resolve("text.txt");
        Files.writeString(text, "green fish\n\nred fish swims\n  red fish  \nred fish\nred red red red red red red\n");
    }

    /** Each line once, the nearest first; a line that is longer than the network sees is cut off. */
    @Test
    void theSameWordsAreNearest() {
        List<String> found = wellBy("write", "search", "Red FISH", text.toString(), "--model", folder.toString())
                .lines().toList();
        assertEquals(4, found.size());
        assertEquals(" 1.00  red fish", found.getFirst());
        List<Double> likeness = found.stream().map(line -> Double.valueOf(line.strip().split(" ")[0])).toList();
        assertEquals(likeness.stream().sorted((a, b) -> Double.compare(b, a)).toList(), likeness);
        assertEquals(found.subList(0, 2), wellBy("write", "search", "red fish", text.toString(), "-n", "2", "--model",
                folder.toString()).lines().toList());
    }

    @Test
    void badInputIsRefused() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.txt"));
        assertRefused(new String[] {"write", "search", "fish", empty.toString(), "--model", folder.toString()},
                "empty.txt");
        assertRefused(new String[] {"write", "search", " ", text.toString(), "--model", folder.toString()},
                "nothing is asked for");
        assertRefused(new String[] {"write", "search", "fish", text.toString(), "--model", text.toString()},
                "holds no model");
        Files.writeString(folder.resolve("config.json"), CONFIG.replace("\"bert\"", "\"t5\""));
        assertRefused(new String[] {"write", "search", "fish", text.toString(), "--model", folder.toString()},
                "'t5'");
        Files.writeString(folder.resolve("config.json"), CONFIG.replace("9", "8"));
        assertRefused(new String[] {"write", "search", "fish", text.toString(), "--model", folder.toString()},
                "take files of one model");
    }
}
