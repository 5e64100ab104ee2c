package dev.sirocco.apps.write;

import static dev.sirocco.apps.Printed.assertRefused;
import static dev.sirocco.apps.Printed.wellBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.nn.Activation;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.nn.Weights;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.models.zoo.Llama;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code sirocco write --model}, with folders as Hugging Face's libraries write them. */
class PublishedModelTest {

    /** The 256 bytes as GPT-2 writes them, and "he". */
    private static final int TOKENS = 257;

    @TempDir
    private Path folder;

    private void write(String config, Parameters parameters, String prefix, DType type) throws IOException {
        Map<String, Storage> tensors = new LinkedHashMap<>();
        parameters.all().forEach(state -> tensors.put(prefix + state.name(), state.storage().to(type)));
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

    private void writeLlama(DType type) throws IOException {
        Llama.Config c = new Llama.Config(TOKENS, 64, 2, 4, 2, 4, 16, 24, 1e-5, 10_000, false, false);
        write("""
                {"model_type": "llama", "vocab_size": 257, "max_position_embeddings": 64, "num_hidden_layers": 2,
                 "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_size": 16, "intermediate_size": 24,
                 "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": false}
                """, new Llama(c, Scope.root(1)).parameters(), "", type);
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void llamaWrites(DType type) throws IOException {
        writeLlama(type);
        String[] write = {"write", "hello", "--model", folder.toString(), "--chars", "20", "--seed", "2"};
        String said = wellBy(write);
        assertTrue(said.startsWith("hello"), said);
        assertFalse(said.codePointCount(0, said.stripTrailing().length()) > 25, said);
        assertEquals(said, wellBy(write));
    }

    @Test
    void matricesStayAsTheyAreStored() throws IOException {
        writeLlama(DType.BF16);
        Parameters stored = PublishedModel.find(folder, Weights.AS_STORED).orElseThrow().network().parameters();
        Parameters copied = PublishedModel.find(folder, Weights.COPIED).orElseThrow().network().parameters();
        stored.all().forEach(state -> assertEquals(state.shape().rank() > 1 ? DType.BF16 : DType.F32,
                state.type().dtype(), state.name()));
        copied.all().forEach(state -> assertEquals(DType.F32, state.type().dtype(), state.name()));
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void gpt2Writes(DType type) throws IOException {
        Gpt.Config c = new Gpt.Config(TOKENS, 32, 2, 2, 2, 16, 64, 0, true, Gpt.Norm.LAYER, Gpt.Positions.LEARNED,
                Activation.GELU_TANH, false, true, false, 0, 0, true, Gpt.Start.GPT2);
        write("""
                {"model_type": "gpt2", "vocab_size": 257, "n_positions": 32, "n_layer": 2, "n_head": 2, "n_embd": 16,
                 "n_inner": null, "activation_function": "gelu_new"}
                """, new Gpt(c, Scope.root(1)).parameters(), "transformer.", type);
        assertTrue(wellBy("write", "he", "--model", folder.toString(), "--chars", "9", "-n", "2").contains("he"));
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        writeLlama(DType.F32);
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
