package dev.sirocco.apps.write;

import static dev.sirocco.apps.Printed.assertRefused;
import static dev.sirocco.apps.Printed.wellBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.nn.Activation;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.models.zoo.Llama;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sirocco write --model}, with folders as Hugging Face's libraries write them. */
class PublishedModelTest {

    /** The 256 bytes as GPT-2 writes them, and "he". */
    private static final int TOKENS = 257;

    @TempDir
    private Path folder;

    private void write(String config, Parameters parameters, String prefix) throws IOException {
        Map<String, Storage> tensors = new LinkedHashMap<>();
        parameters.all().forEach(state -> tensors.put(prefix + state.name(), state.storage()));
        Safetensors.write(folder.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
        Files.writeString(folder.resolve("config.json"), config);
        StringBuilder vocabulary = new StringBuilder("{");
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean isShown = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            vocabulary.append("\"%s\":%d,".formatted("\\u%04x".formatted(isShown ? b : next++), b));
        }
        Files.writeString(folder.resolve("vocab.json"), vocabulary + "\"he\":256}");
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\nh e\n");
    }

    private void writeLlama() throws IOException {
        Llama.Config c = new Llama.Config(TOKENS, 64, 2, 4, 2, 4, 16, 24, 1e-5, 10_000, false, false);
        write("""
                {"model_type": "llama", "vocab_size": 257, "max_position_embeddings": 64, "num_hidden_layers": 2,
                 "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_size": 16, "intermediate_size": 24,
                 "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": false}
                """, new Llama(c, Scope.root(1)).parameters(), "");
    }

    @Test
    void llamaWrites() throws IOException {
        writeLlama();
        String[] write = {"write", "hello", "--model", folder.toString(), "--chars", "20", "--seed", "2"};
        String said = wellBy(write);
        assertTrue(said.startsWith("hello"), said);
        assertFalse(said.codePointCount(0, said.stripTrailing().length()) > 25, said);
        assertEquals(said, wellBy(write));
    }

    @Test
    void gpt2Writes() throws IOException {
        Gpt.Config c = new Gpt.Config(TOKENS, 32, 2, 2, 2, 16, 64, 0, true, Gpt.Norm.LAYER, Gpt.Positions.LEARNED,
                Activation.GELU_TANH, false, true, false, 0, 0, true, Gpt.Start.GPT2);
        write("""
                {"model_type": "gpt2", "vocab_size": 257, "n_positions": 32, "n_layer": 2, "n_head": 2, "n_embd": 16,
                 "n_inner": null, "activation_function": "gelu_new"}
                """, new Gpt(c, Scope.root(1)).parameters(), "transformer.");
        assertTrue(wellBy("write", "he", "--model", folder.toString(), "--chars", "9", "-n", "2").contains("he"));
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        writeLlama();
        String[] write = {"write", "--model", folder.toString()};
        Path config = folder.resolve("config.json");
        String good = Files.readString(config);
        Files.writeString(config, good.replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"));
        assertRefused(write, "3", "layers");
        Files.writeString(config, good.replace("\"hidden_size\": 16", "\"hidden_size\": 24"));
        assertRefused(write, "shape");
        Files.writeString(config, good.replace("\"hidden_size\": 16,", ""));
        assertRefused(write, "hidden_size");
        Files.writeString(config, good.replace("\"llama\"", "\"mamba\""));
        assertRefused(write, "mamba");
        Files.writeString(config, good.replace("\"rms_norm_eps\"", "\"rope_scaling\": {\"type\": \"yarn\"}, \"x\""));
        assertRefused(write, "yarn");
        Files.writeString(config, good);
        Files.delete(folder.resolve("vocab.json"));
        assertRefused(write, "tokeniser");
        Path text = Files.writeString(folder.resolve("notes.txt"), "no model");
        assertRefused(new String[] {"write", "--model", text.toString()}, "notes.txt");
    }
}
