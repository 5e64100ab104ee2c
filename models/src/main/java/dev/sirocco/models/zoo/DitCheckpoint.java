package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Scope;
import dev.sirocco.tensor.io.TensorFile;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@link Dit}s of classes in the files that are published of them: the authors', and diffusers' DiTTransformer2DModel.
 */
public final class DitCheckpoint {

    private static final String PATCHES = "x_embedder.proj.weight";
    private static final String CLASSES = "y_embedder.embedding_table.weight";
    private static final String POSITIONS = "pos_embed";
    private static final String LAST = "final_layer.linear.weight";
    /** The widest model's heads are of this size, the others' of the other (table 1). */
    private static final int LARGE_HEAD = 72;
    private static final int SMALL_HEAD = 64;
    private static final int LARGE_WIDTH = 1152;

    private static final String BLOCKS = "transformer_blocks.";
    private static final List<String> QKV = List.of("attn1.to_q", "attn1.to_k", "attn1.to_v");
    /** Of a block, diffusers' names and the authors'. */
    private static final Map<String, String> PARTS = Map.of("norm1.linear", "adaLN_modulation.1", "attn1.to_out.0",
            "attn.proj", "ff.net.0.proj", "mlp.fc1", "ff.net.2", "mlp.fc2");
    /** Every block of diffusers' has these, and they are the same in all. */
    private static final Map<String, String> SHARED = Map.of("norm1.emb.timestep_embedder.linear_1", "t_embedder.mlp.0",
            "norm1.emb.timestep_embedder.linear_2", "t_embedder.mlp.2", "norm1.emb.class_embedder.embedding_table",
            "y_embedder.embedding_table");
    private static final Map<String, String> WHOLES = Map.of("pos_embed.proj", "x_embedder.proj", "proj_out_1",
            "final_layer.adaLN_modulation.1", "proj_out_2", "final_layer.linear");

    private DitCheckpoint() {}

    /**
     * The network; the sizes of its weights tell what it is made of.
     *
     * @param size height and width of the latents, for files that do not say it by their positions
     * @throws UserError if the file holds another model
     */
    public static Dit of(TensorFile file, int size) {
        Map<String, Storage> tensors = isDiffusers(file) ? authors(file) : new LinkedHashMap<>();
        if (tensors.isEmpty()) {
            file.names().forEach(name -> tensors.put(name, file.get(name)));
        }
        for (String name : List.of(PATCHES, CLASSES, LAST)) {
            if (!tensors.containsKey(name)) {
                throw new UserError("%s has no '%s': it holds no DiT of classes".formatted(file.path(), name));
            }
        }
        Dit.Config config = config(tensors, size);
        if (!tensors.containsKey(POSITIONS)) {
            tensors.put(POSITIONS, Dit.positions(config));
        }
        return Scope.load(file.path().toString(), tensors, _ -> false, scope -> new Dit(config, scope));
    }

    /** Whether the file's names are those of a DiT, by either's. */
    public static boolean isIn(TensorFile file) {
        return file.contains(PATCHES) && file.contains(CLASSES) || isDiffusers(file);
    }

    private static boolean isDiffusers(TensorFile file) {
        return file.contains(BLOCKS + "0." + QKV.getFirst() + ".weight");
    }

    private static Dit.Config config(Map<String, Storage> tensors, int size) {
        Shape patches = tensors.get(PATCHES).shape();                        // (width, channels, patch, patch)
        int width = patches.dim(0);
        int channels = patches.dim(1);
        int patch = patches.dim(2);
        int numbers = patch * patch * channels;
        int layers = (int) tensors.keySet().stream().filter(name -> name.endsWith(".attn.qkv.weight")).count();
        boolean learnsSigma = tensors.get(LAST).shape().dim(0) == 2 * numbers;
        int heads = Math.max(1, width / (width == LARGE_WIDTH ? LARGE_HEAD : SMALL_HEAD));
        int tokens = tensors.containsKey(POSITIONS) ? (int) tensors.get(POSITIONS).shape().numel() / width : 0;
        int side = tokens == 0 ? size : (int) Math.round(Math.sqrt(tokens)) * patch;
        return new Dit.Config(side, patch, channels, layers, heads, width, tensors.get(CLASSES).shape().dim(0) - 1,
                learnsSigma);
    }

    // ---- diffusers' names -----------------------------------------------------------------------------------------

    private static Map<String, Storage> authors(TensorFile file) {
        Map<String, Storage> tensors = new LinkedHashMap<>();
        for (String name : file.names()) {
            int dot = name.lastIndexOf('.');
            String layer = name.substring(0, Math.max(0, dot));
            String kind = name.substring(Math.max(0, dot));                               // .weight or .bias
            if (WHOLES.containsKey(layer)) {
                tensors.put(WHOLES.get(layer) + kind, file.get(name));
            } else if (layer.startsWith(BLOCKS)) {
                String number = layer.substring(BLOCKS.length(), layer.indexOf('.', BLOCKS.length()));
                putBlock(file, name, number, layer.substring(BLOCKS.length() + number.length() + 1), kind, tensors);
            } else if (!name.equals("pos_embed.pos_embed")) {
                throw unknown(file, name);
            }
        }
        return tensors;
    }

    private static void putBlock(TensorFile file, String name, String number, String part, String kind,
            Map<String, Storage> tensors) {
        if (PARTS.containsKey(part)) {
            tensors.put("blocks.%s.%s%s".formatted(number, PARTS.get(part), kind), file.get(name));
        } else if (SHARED.containsKey(part)) {
            tensors.putIfAbsent(SHARED.get(part) + kind, file.get(name));
        } else if (part.equals(QKV.getFirst())) {
            tensors.put("blocks.%s.attn.qkv%s".formatted(number, kind), joined(QKV.stream()
                    .map(other -> file.get(BLOCKS + number + "." + other + kind)).toList()));
        } else if (!QKV.contains(part)) {
            throw unknown(file, name);
        }
    }

    private static UserError unknown(TensorFile file, String name) {
        return new UserError("%s has a tensor '%s', which no DiT has that Sirocco knows".formatted(file.path(), name));
    }

    /** One behind the other along the first axis. */
    private static Storage joined(List<Storage> parts) {
        int length = (int) parts.getFirst().shape().numel();
        float[] all = new float[parts.size() * length];
        for (int i = 0; i < parts.size(); i++) {
            System.arraycopy(parts.get(i).floats(), 0, all, i * length, length);
        }
        int[] dims = Arrays.copyOf(parts.getFirst().shape().dims(), parts.getFirst().shape().rank());
        dims[0] *= parts.size();
        return Storage.of(Shape.of(dims), all);
    }
}
