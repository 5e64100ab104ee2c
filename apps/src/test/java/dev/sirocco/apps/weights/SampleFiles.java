package dev.sirocco.apps.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Small files of tensors, byte by byte. */
final class SampleFiles {

    private static final int UINT32 = 4;
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int Q8_0 = 8;

    private SampleFiles() {}

    /** Safetensors of this header and these bytes. */
    static Path safetensors(Path file, String header, byte[] data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return Files.write(file, ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length).put(json).put(data).array());
    }

    /** GGUF with a text, a number, a list, and {@code blk.0.w} of Q8_0: [2, 32], first row 0.5 i, second row -i. */
    static Path gguf(Path file) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(1 << 10).order(ByteOrder.LITTLE_ENDIAN);
        out.put("GGUF".getBytes()).putInt(3).putLong(1).putLong(3);
        text(text(out, "general.architecture").putInt(STRING), "llama");
        text(out, "llama.block_count").putInt(UINT32).putInt(5);
        text(text(text(out, "tokens").putInt(ARRAY).putInt(STRING).putLong(2), "a"), "b");
        text(out, "blk.0.w").putInt(2).putLong(32).putLong(2).putInt(Q8_0).putLong(0);
        out.position(Math.ceilDiv(out.position(), 32) * 32);
        row(row(out, 0.5f, 1), 1, -1);
        return Files.write(file, Arrays.copyOf(out.array(), out.position()));
    }

    private static ByteBuffer text(ByteBuffer out, String text) {
        return out.putLong(text.length()).put(text.getBytes());
    }

    private static ByteBuffer row(ByteBuffer out, float scale, int step) {
        out.putShort(Float.floatToFloat16(scale));
        for (int i = 0; i < 32; i++) {
            out.put((byte) (step * i));
        }
        return out;
    }
}
