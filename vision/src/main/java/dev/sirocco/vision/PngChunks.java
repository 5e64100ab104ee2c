package dev.sirocco.vision;

import dev.sirocco.tensor.ir.UserError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.InflaterInputStream;

/**
 * The chunks of a PNG: whether they are all there, and texts among them (PNG specification 3, sections 5 and 11.3.3).
 */
final class PngChunks {

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    /** Length (4 bytes) and type (4) before the data, and the checksum (4) behind. */
    private static final int FRAME = 12;
    private static final int HEADER_END = SIGNATURE.length + FRAME + 13;
    private static final int MOST_TEXT = 1 << 20;

    private PngChunks() {}

    static boolean isPng(byte[] file) {
        return file.length >= SIGNATURE.length
                && Arrays.equals(file, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length);
    }

    /** What is done with a chunk. */
    @FunctionalInterface
    private interface Visitor {
        /** @param data where the data begins */
        void visit(String type, int data, int length);
    }

    /** @throws UserError if a chunk is cut off or its checksum is wrong, or the first or last one is missing */
    static void check(byte[] file, String name) {
        boolean startsWithHeader = file.length >= HEADER_END && type(file, SIGNATURE.length).equals("IHDR");
        boolean[] ends = {false};
        boolean whole = startsWithHeader && visit(file, (type, _, _) -> ends[0] |= type.equals("IEND"));
        if (!whole || !ends[0]) {
            throw PictureHeader.cutOff(file, name);
        }
    }

    /** Visits the chunks up to IEND; false if one is cut off or damaged. */
    private static boolean visit(byte[] file, Visitor visitor) {
        ByteBuffer bytes = ByteBuffer.wrap(file);
        CRC32 crc = new CRC32();
        for (int at = SIGNATURE.length; at <= file.length - FRAME;) {
            int length = bytes.getInt(at);
            if (length < 0 || length > file.length - FRAME - at) {
                return false;
            }
            crc.reset();
            crc.update(file, at + 4, 4 + length);
            if ((int) crc.getValue() != bytes.getInt(at + 8 + length)) {
                return false;
            }
            String type = type(file, at);
            visitor.visit(type, at + 8, length);
            if (type.equals("IEND")) {
                return true;
            }
            at += FRAME + length;
        }
        return false;
    }

    private static String type(byte[] file, int at) {
        return new String(file, at + 4, 4, StandardCharsets.ISO_8859_1);
    }

    // ---- texts ------------------------------------------------------------------------------------------------------

    /** The file with texts by keyword, as uncompressed iTXt chunks behind its header. */
    static byte[] withTexts(byte[] png, Map<String, String> texts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(png, 0, HEADER_END);
        texts.forEach((keyword, text) -> out.writeBytes(textChunk(keyword, text)));
        out.write(png, HEADER_END, png.length - HEADER_END);
        return out.toByteArray();
    }

    private static byte[] textChunk(String keyword, String text) {
        if (keyword.isEmpty() || keyword.length() > 79 || keyword.chars().anyMatch(c -> c < 32 || c > 255)) {
            throw new IllegalArgumentException("not a keyword of a PNG: '" + keyword + "'");
        }
        byte[] key = keyword.getBytes(StandardCharsets.ISO_8859_1);
        byte[] value = text.replace("\0", "").getBytes(StandardCharsets.UTF_8);
        // Keyword, NUL, compressed or not, how, language, NUL, translated keyword, NUL, text.
        int length = key.length + 5 + value.length;
        ByteBuffer chunk = ByteBuffer.allocate(FRAME + length);
        chunk.putInt(length).put("iTXt".getBytes(StandardCharsets.ISO_8859_1)).put(key).put(new byte[5]).put(value);
        CRC32 crc = new CRC32();
        crc.update(chunk.array(), 4, 4 + length);
        return chunk.putInt((int) crc.getValue()).array();
    }

    /** The texts of iTXt, tEXt and zTXt chunks by keyword. */
    static Map<String, String> texts(byte[] png, String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        visit(png, (type, data, length) -> {
            if (type.equals("iTXt") || type.equals("tEXt") || type.equals("zTXt")) {
                addText(texts, type, ByteBuffer.wrap(png, data, length), name);
            }
        });
        return texts;
    }

    private static void addText(Map<String, String> texts, String type, ByteBuffer chunk, String name) {
        try {
            String keyword = untilNul(chunk);
            boolean isInternational = type.equals("iTXt");
            boolean isCompressed = type.equals("zTXt");
            if (isInternational) {
                isCompressed = chunk.get() == 1;
            }
            if (type.equals("zTXt") || isInternational) {
                chunk.get();                         // the method, which is always deflate
            }
            if (isInternational) {
                untilNul(chunk);
                untilNul(chunk);
            }
            byte[] text = new byte[chunk.remaining()];
            chunk.get(text);
            Charset charset = isInternational ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
            texts.put(keyword, new String(isCompressed ? inflated(text) : text, charset));
        } catch (IOException | RuntimeException e) {
            throw new UserError(name + " is damaged, a text in it cannot be read: get it again", e);
        }
    }

    private static String untilNul(ByteBuffer chunk) {
        int begin = chunk.position();
        while (chunk.get() != 0) { }
        return new String(chunk.array(), begin, chunk.position() - 1 - begin, StandardCharsets.ISO_8859_1);
    }

    private static byte[] inflated(byte[] text) throws IOException {
        try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(text))) {
            return in.readNBytes(MOST_TEXT);
        }
    }
}
