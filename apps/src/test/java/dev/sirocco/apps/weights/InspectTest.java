package dev.sirocco.apps.weights;

import static dev.sirocco.apps.Printed.assertRefused;
import static dev.sirocco.apps.Printed.wellBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectTest {

    @TempDir
    private Path folder;

    /** 100 layers of two tensors, and an embedding. */
    private Path layers() {
        Map<String, Storage> tensors = new LinkedHashMap<>();
        tensors.put("wte.weight", new Storage(DType.BF16, Shape.of(4098, 7)));
        for (int i = 0; i < 100; i++) {
            tensors.put("h." + i + ".ln_1.weight", new Storage(DType.F32, Shape.of(13)));
            tensors.put("h." + i + ".attn2.weight", new Storage(DType.F32, Shape.of(13, 17)));
        }
        Path file = folder.resolve("model.safetensors");
        Safetensors.write(file, tensors, Map.of("format", "pt"));
        return file;
    }

    private static List<String> lines(String said, String part) {
        return said.lines().filter(line -> line.contains(part)).toList();
    }

    @Test
    void showsTensorsAlikeInOneLine() {
        String said = wellBy("inspect", layers().toString());
        assertTrue(said.startsWith(folder.resolve("model.safetensors") + ": safetensors"), said);
        assertEquals(1, lines(said, "  format: pt").size(), said);
        assertEquals(List.of("BF16  [4098, 7]           57,372 B  wte.weight"), lines(said, "wte"));
        assertEquals(List.of("F32   [13, 17]               884 B  h.*.attn2.weight  (100 of them)"),
                lines(said, "attn2"));
        assertEquals(List.of("F32: 200 tensors, 23,400 elements, 93.6 kB"), lines(said, "F32: "));
        assertEquals(List.of("together: 201 tensors, 52,086 elements, 151.0 kB"), lines(said, "together"));
        assertTrue(said.lines().count() < 10, said);
    }

    @Test
    void showsEachTensor() {
        String said = wellBy("inspect", "--all", layers().toString());
        assertEquals(100, lines(said, ".attn2.weight").size());
        assertEquals(1, lines(said, "h.99.ln_1.weight").size());
    }

    @Test
    void takesAFolderWithShards() throws IOException {
        Safetensors.write(folder.resolve("a.safetensors"), Map.of("x", new Storage(DType.F32, Shape.of(3))), Map.of());
        Safetensors.write(folder.resolve("b.safetensors"), Map.of("y", new Storage(DType.F16, Shape.SCALAR)), Map.of());
        Files.writeString(folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\": {\"x\": \"a.safetensors\", \"y\": \"b.safetensors\"}}");
        String said = wellBy("inspect", folder.toString());
        assertTrue(said.contains("together: 2 tensors, 4 elements, 14 B"), said);
        Files.delete(folder.resolve("b.safetensors"));
        assertRefused(new String[] {"inspect", folder.toString()}, "b.safetensors");
    }

    @Test
    void showsQuantisedTensorsAndTheirMetadata() throws IOException {
        String said = wellBy("inspect", SampleFiles.gguf(folder.resolve("m.gguf")).toString());
        assertTrue(said.contains(": GGUF v3"), said);
        assertTrue(said.contains("general.architecture: llama"), said);
        assertTrue(said.contains("tokens: STRING[2]"), said);
        assertEquals(List.of("Q8_0  [2, 32]               68 B  blk.0.w"), lines(said, "blk.0.w"));
    }

    @Test
    void speaksJson() throws IOException {
        JsonNode gguf = new ObjectMapper().readTree(
                wellBy("inspect", "--json", SampleFiles.gguf(folder.resolve("m.gguf")).toString()));
        assertEquals("GGUF v3", gguf.at("/format").asText());
        assertEquals(5, gguf.at("/metadata/llama.block_count").asInt());
        assertEquals("b", gguf.at("/metadata/tokens/1").asText());
        assertEquals("{\"name\":\"blk.0.w\",\"type\":\"Q8_0\",\"shape\":[2,32],\"bytes\":68}",
                gguf.at("/tensors/0").toString());
        assertEquals(201, new ObjectMapper().readTree(wellBy("inspect", "--json", layers().toString()))
                .at("/tensors").size());
    }

    @Test
    void aFileWithoutTensorsIsFine() {
        Path file = folder.resolve("none.safetensors");
        Safetensors.write(file, Map.of(), Map.of());
        assertTrue(wellBy("inspect", file.toString()).contains("together: 0 tensors, 0 elements, 0 B"));
    }

    @Test
    void whatIsInTheFileDoesNotReachTheTerminalRaw() throws IOException {
        Path file = SampleFiles.safetensors(folder.resolve("x.safetensors"), """
                {"__metadata__": {"k\\u001b[2J": "two\\nlines %s"},
                "\\u001b]0;title\\u0007": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}}"""
                .formatted("long".repeat(1000)), new byte[4]);
        String said = wellBy("inspect", file.toString());
        assertFalse(said.contains("\u001b") || said.contains("\u0007"), said);
        assertEquals(4, said.lines().count(), said);
        assertTrue(said.length() < 1000, said);
    }

    @Test
    void aBrokenFileIsOneLine() throws IOException {
        byte[] whole = Files.readAllBytes(layers());
        Path cut = Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(whole, whole.length - 1));
        assertRefused(new String[] {"inspect", cut.toString()}, "cut.safetensors is damaged", "cut short");
        assertRefused(new String[] {"inspect", Files.writeString(folder.resolve("page"), "<html>").toString()}, "page");
        assertRefused(new String[] {"inspect", folder.resolve("nothing").toString()}, "nothing", "check the path");
        assertRefused(new String[] {"inspect", Files.createDirectory(folder.resolve("empty")).toString()}, "empty",
                "model.safetensors");
        assertRefused(new String[] {"inspect"}, "FILE");
    }
}
