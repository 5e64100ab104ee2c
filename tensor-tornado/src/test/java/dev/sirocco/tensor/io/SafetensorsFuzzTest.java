package dev.sirocco.tensor.io;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.sirocco.tensor.ir.UserError;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Headers with random damage: read or refused, but never anything else, and never with much memory. */
class SafetensorsFuzzTest {

    private static final int HEADERS = 20_000;
    private static final long MUCH = 8 << 20;

    private static final String HEADER = """
            {"__metadata__":{"format":"pt"},"h.0.w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},\
            "h.0.b":{"dtype":"BF16","shape":[4,1],"data_offsets":[24,32]},"n":{"dtype":"I64","shape":[],\
            "data_offsets":[32,40]}} \s\s""";

    private static final List<String> FRAGMENTS = List.of("[", "]", "{", "}", ",", ":", "\"", "-1", "0", "1e999", "0.5",
            "9223372036854775807", "99999999999999999999999", "2147483648", "null", "true", "\\u0000", "\\ud800", "\u0000",
            "\u00ff", "[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":", "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"F64\"", "NaN");

    @Test
    void damagedHeaders() {
        Random random = new Random(1);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int read = 0;
        for (int i = 0; i < HEADERS; i++) {
            byte[] header = damage(random);
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                SafetensorsHeader.parse(Path.of("fuzz"), header, 40);
                read++;
            } catch (UserError e) {
                assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
            } catch (RuntimeException | Error e) {
                throw new AssertionError("header " + i + ": " + new String(header, StandardCharsets.ISO_8859_1), e);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(allocated < MUCH, () -> allocated + " bytes for " + new String(header, StandardCharsets.ISO_8859_1));
        }
        assertTrue(read > 0 && read < HEADERS / 2, read + " headers were read");
    }

    private static byte[] damage(Random random) {
        byte[] header = HEADER.getBytes(StandardCharsets.UTF_8);
        int times = 1 + random.nextInt(4);
        for (int i = 0; i < times; i++) {
            int at = random.nextInt(header.length);
            int length = Math.min(random.nextInt(1, 20), header.length - at);
            header = switch (random.nextInt(4)) {
                case 0 -> {
                    header[at] = (byte) random.nextInt(256);
                    yield header;
                }
                case 1 -> splice(header, at, length, new byte[0]);
                case 2 -> splice(header, at, random.nextInt(length + 1),
                        FRAGMENTS.get(random.nextInt(FRAGMENTS.size())).getBytes(StandardCharsets.ISO_8859_1));
                default -> splice(header, random.nextInt(header.length), 0, Arrays.copyOfRange(header, at, at + length));
            };
            if (header.length == 0) {
                break;
            }
        }
        return header;
    }

    /** With {@code length} bytes replaced by others. */
    private static byte[] splice(byte[] bytes, int at, int length, byte[] others) {
        int end = Math.min(at + length, bytes.length);
        ByteBuffer result = ByteBuffer.allocate(at + others.length + bytes.length - end);
        return result.put(bytes, 0, at).put(others).put(bytes, end, bytes.length - end).array();
    }
}
