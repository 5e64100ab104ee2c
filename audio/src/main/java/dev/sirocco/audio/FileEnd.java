package dev.sirocco.audio;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Whether a file goes on to its end, for the containers of which FFmpeg does not tell. */
final class FileEnd {

    private static final int RIFF_HEAD = 12;
    /**
     * Programs that write to a pipe put about the largest number of 31 or 32 bits where they do not know the length.
     */
    private static final long UNKNOWN = 0x7FFF_F000L;

    private static final String OGG_PAGE = "OggS";
    private static final int OGG_FLAGS = 5;
    private static final int OGG_LAST_PAGE = 4;
    private static final int OGG_N_SEGMENTS = 26;
    /** A head of 27 bytes, 255 lengths of segments, and 255 segments of 255 bytes. */
    private static final int OGG_LONGEST_PAGE = 27 + 255 + 255 * 255;

    private FileEnd() {}

    /** @param container FFmpeg's name of it; true for those that it looks after itself */
    static boolean isIn(Path file, String container) throws IOException {
        try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "r")) {
            return switch (container) {
                case "wav" -> endsRiff(content);
                case "ogg" -> endsOgg(content);
                default -> true;
            };
        }
    }

    /** Whether all of the data chunk is there. */
    private static boolean endsRiff(RandomAccessFile content) throws IOException {
        byte[] id = new byte[4];
        for (long chunk = RIFF_HEAD; chunk + 8 <= content.length();) {
            content.seek(chunk);
            content.readFully(id);
            long length = Integer.toUnsignedLong(Integer.reverseBytes(content.readInt()));
            if (new String(id, StandardCharsets.US_ASCII).equals("data")) {
                return length >= UNKNOWN || chunk + 8 + length <= content.length();
            }
            chunk += 8 + length + (length & 1);
        }
        return false;
    }

    /** Whether the last page says that it is the last, and is all there (RFC 3533, section 6). */
    private static boolean endsOgg(RandomAccessFile content) throws IOException {
        byte[] tail = new byte[(int) Math.min(content.length(), OGG_LONGEST_PAGE)];
        content.seek(content.length() - tail.length);
        content.readFully(tail);
        int page = new String(tail, StandardCharsets.ISO_8859_1).lastIndexOf(OGG_PAGE);
        if (page < 0 || page + OGG_N_SEGMENTS >= tail.length) {
            return false;
        }
        int segments = page + OGG_N_SEGMENTS + 1;
        int body = segments + (tail[page + OGG_N_SEGMENTS] & 0xFF);
        int end = body;
        for (int i = segments; i < Math.min(body, tail.length); i++) {
            end += tail[i] & 0xFF;
        }
        return (tail[page + OGG_FLAGS] & OGG_LAST_PAGE) != 0 && end <= tail.length;
    }
}
