package dev.sirocco.models.zoo;

import dev.sirocco.tensor.fast.BlockPacking;
import dev.sirocco.tensor.fast.QuantisedMatMul.Format;
import dev.sirocco.tensor.io.GgmlType;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Storage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Writes a {@link Llama} as llama.cpp's tools do, without a tokeniser. */
final class LlamaGguf {

    private static final int ALIGNMENT = 32;
    private static final int UINT32 = 4;
    private static final int FLOAT32 = 6;
    private static final int STRING = 8;
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("model.embed_tokens", "token_embd"), Map.entry("model.norm", "output_norm"),
            Map.entry("lm_head", "output"), Map.entry("model.layers", "blk"),
            Map.entry("input_layernorm", "attn_norm"), Map.entry("post_attention_layernorm", "ffn_norm"),
            Map.entry("self_attn.q_proj", "attn_q"), Map.entry("self_attn.k_proj", "attn_k"),
            Map.entry("self_attn.v_proj", "attn_v"), Map.entry("self_attn.o_proj", "attn_output"),
            Map.entry("mlp.gate_proj", "ffn_gate"), Map.entry("mlp.up_proj", "ffn_up"),
            Map.entry("mlp.down_proj", "ffn_down"));

    private final ByteBuffer header = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    private LlamaGguf() {}

    /** @param matrices the type that they are stored in; vectors are F32 */
    static Path write(Path path, Llama llama, GgmlType matrices) throws IOException {
        LlamaGguf file = new LlamaGguf();
        Llama.Config c = llama.config();
        file.header.put("GGUF".getBytes(StandardCharsets.UTF_8)).putInt(3);
        file.header.putLong(llama.parameters().all().size()).putLong(9);
        file.key("general.architecture", STRING);
        file.text("llama");
        file.number("context_length", c.context());
        file.number("embedding_length", c.width());
        file.number("block_count", c.layers());
        file.number("feed_forward_length", c.hidden());
        file.number("attention.head_count", c.heads());
        file.number("attention.head_count_kv", c.kvHeads());
        file.key("llama.attention.layer_norm_rms_epsilon", FLOAT32);
        file.header.putFloat((float) c.eps());
        file.key("llama.rope.freq_base", FLOAT32);
        file.header.putFloat((float) c.rotaryBase());
        for (State state : llama.parameters().all()) {
            file.tensor(state, state.shape().rank() > 1 ? matrices : GgmlType.F32);
        }
        file.header.position(aligned(file.header.position()));
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(file.header.array(), 0, file.header.position());
        file.data.writeTo(whole);
        return Files.write(path, whole.toByteArray());
    }

    private void tensor(State state, GgmlType type) {
        String name = state.name();
        for (Map.Entry<String, String> e : NAMES.entrySet()) {
            name = name.replace(e.getKey(), e.getValue());
        }
        Shape shape = state.shape();
        text(name);
        header.putInt(shape.rank());
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            header.putLong(shape.dim(axis));
        }
        header.putInt(id(type)).putLong(data.size());
        byte[] bytes = stored(state.storage(), type).segment().toArray(ValueLayout.JAVA_BYTE);
        data.writeBytes(bytes);
        data.writeBytes(new byte[aligned(data.size()) - data.size()]);
    }

    private static Storage stored(Storage numbers, GgmlType type) {
        return type.isQuantised() ? BlockPacking.pack(numbers, Format.valueOf(type.name()))
                : numbers.to(DType.valueOf(type.name()));
    }

    /** The format's own number. */
    private static int id(GgmlType type) {
        return switch (type) {
            case F32 -> 0;
            case F16 -> 1;
            case Q4_0 -> 2;
            case Q8_0 -> 8;
            case BF16 -> 30;
            default -> throw new IllegalArgumentException(type.name());
        };
    }

    private static int aligned(int at) {
        return Math.ceilDiv(at, ALIGNMENT) * ALIGNMENT;
    }

    private void number(String name, int value) {
        key("llama." + name, UINT32);
        header.putInt(value);
    }

    private void key(String name, int type) {
        text(name);
        header.putInt(type);
    }

    private void text(String text) {
        header.putLong(text.length()).put(text.getBytes(StandardCharsets.UTF_8));
    }
}
