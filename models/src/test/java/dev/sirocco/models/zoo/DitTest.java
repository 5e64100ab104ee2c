package dev.sirocco.models.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.models.Golden;
import dev.sirocco.models.GoldenNetwork;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.zoo.Dit.Config;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.io.TensorFile;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.tensor.ir.UserError;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DitTest {

    private static final Config BY_CLASS = new Config(6, 2, 3, 2, 2, 16, 5, true);
    private static final Config BY_TEXT = new Config(4, 1, 2, 2, 2, 16, 0, false).withText(11, 7, 2, 2, 12, 1);

    @Test
    void computesWhatTheAuthorsCodeDoes() {
        GoldenNetwork.check("dit.safetensors", s -> new Dit(BY_CLASS, s), Dit::parameters, (dit, in) -> Map.of(
                "output", dit.apply(in.get("x"), in.get("times"), in.get("classes"), null)));
    }

    @Test
    void attendsToWords() {
        GoldenNetwork.check("dit-text.safetensors", s -> new Dit(BY_TEXT, s), Dit::parameters, (dit, in) -> Map.of(
                "output", dit.apply(in.get("x"), in.get("times"), null, dit.encode(in.get("captions")))));
    }

    @Test
    void positionsAreTheAuthors() {
        Dit dit = new Dit(BY_CLASS, Scope.root(1));
        Golden.assertClose("positions", Golden.open("dit.safetensors").get("pos_embed").floats(),
                dit.parameters().get("pos_embed").storage().floats(), 1e-6);
    }

    @Test
    void beginsAtZero() {
        Dit dit = new Dit(BY_TEXT, Scope.root(1));
        Graph g = new Graph();
        Tensor y = dit.apply(g.fill(0.5, Shape.of(1, 2, 4, 4)), g.fill(3, Shape.of(1)), null,
                dit.encode(g.range(7).cast(DType.I32).unsqueeze(0)));
        assertArrayEquals(new float[2 * 4 * 4], y.eval().floats());
    }

    @Test
    void hasThePublishedSize() {
        assertEquals(32_858_896, new Dit(Config.s2(32, 4, 1000), Scope.root(1)).parameters().count());
    }

    /** diffusers' names of the authors' weights, those of the condition in every block again, positions left out. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void publishedFilesAreRead(boolean isDiffusers, @TempDir Path folder) {
        Config config = new Config(8, 2, 4, 2, 2, 128, 5, true);
        Dit dit = new Dit(config, Scope.root(1));
        Map<String, Storage> tensors = new LinkedHashMap<>();
        for (State p : dit.parameters().all()) {
            if (!isDiffusers) {
                tensors.put(p.name(), p.storage());
            } else if (p.name().contains(".attn.qkv.")) {
                String[] parts = p.name().split("\\.attn\\.qkv");
                String block = "transformer_" + parts[0] + ".attn1.to_";
                float[] all = p.storage().floats();
                int third = all.length / 3;
                int[] dims = p.shape().dims().clone();
                dims[0] /= 3;
                for (int i = 0; i < 3; i++) {
                    tensors.put(block + "qkv".charAt(i) + parts[1],
                            Storage.of(Shape.of(dims), Arrays.copyOfRange(all, i * third, (i + 1) * third)));
                }
            } else if (p.name().startsWith("t_embedder") || p.name().startsWith("y_embedder")) {
                for (int block = 0; block < config.layers(); block++) {
                    tensors.put("transformer_blocks.%d.norm1.emb.".formatted(block) + p.name()
                            .replace("t_embedder.mlp.0", "timestep_embedder.linear_1")
                            .replace("t_embedder.mlp.2", "timestep_embedder.linear_2")
                            .replace("y_embedder", "class_embedder"), p.storage());
                }
            } else if (!p.name().equals("pos_embed")) {
                tensors.put(p.name().replace("x_embedder", "pos_embed").replace("blocks.", "transformer_blocks.")
                        .replace("mlp.fc1", "ff.net.0.proj").replace("mlp.fc2", "ff.net.2")
                        .replace("attn.proj", "attn1.to_out.0")
                        .replace("final_layer.adaLN_modulation.1", "proj_out_1")
                        .replace("final_layer.linear", "proj_out_2")
                        .replace("adaLN_modulation.1", "norm1.linear"), p.storage());
            }
        }
        Path file = folder.resolve("dit.safetensors");
        Safetensors.write(file, tensors, Map.of());
        Dit read = DitCheckpoint.of(TensorFile.open(file), 8);
        assertEquals(config, read.config());
        for (State p : dit.parameters().all()) {
            assertArrayEquals(p.storage().floats(), read.parameters().get(p.name()).storage().floats(), p.name());
        }

        tensors.put("transformer_blocks.0.attn9.weight", Storage.of(Shape.of(1), 1));
        Safetensors.write(file, tensors, Map.of());
        assertTrue(assertThrows(UserError.class, () -> DitCheckpoint.of(TensorFile.open(file), 8)).getMessage()
                .contains("attn9"));
    }
}
