package dev.sirocco.vision;

import dev.sirocco.tensor.ir.UserError;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What the first bytes of a picture's file say. It is read before anything is decoded, and tells whether all of the
 * file is there: decoders fill up what is missing with grey.
 */
record PictureHeader(Format format, long width, long height) {

    enum Format { PNG, JPEG, WEBP, BMP, GIF }

    /**
     * @param name what to call the file in messages
     * @throws UserError if it is empty, of none of the formats, cut off, or its size is nonsense
     */
    static PictureHeader of(byte[] file, String name) {
        if (file.length == 0) {
            throw new UserError(name + " is empty: get it again");
        }
        PictureHeader header;
        try {
            header = parse(file, name);
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw cutOff(file, name);
        }
        if (header.width < 1 || header.height < 1) {
            throw new UserError(name + " is damaged, it says that it is " + header.width + " × " + header.height
                    + " pixels: get it again");
        }
        return header;
    }

    private static PictureHeader parse(byte[] file, String name) {
        ByteBuffer big = ByteBuffer.wrap(file);
        ByteBuffer little = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (PngChunks.isPng(file)) {
            PngChunks.check(file, name);
            return new PictureHeader(Format.PNG, unsigned(big.getInt(16)), unsigned(big.getInt(20)));
        }
        if (starts(file, 0, "\u00FF\u00D8\u00FF")) {
            return jpeg(big);
        }
        if (starts(file, 0, "RIFF") && starts(file, 8, "WEBP")) {
            require(unsigned(little.getInt(4)) + 8 <= file.length);
            return webp(little);
        }
        if (starts(file, 0, "GIF87a") || starts(file, 0, "GIF89a")) {
            return new PictureHeader(Format.GIF, unsigned(little.getShort(6)), unsigned(little.getShort(8)));
        }
        if (starts(file, 0, "BM")) {
            require(unsigned(little.getInt(2)) <= file.length);
            // BITMAPINFOHEADER; a negative height means rows from the top.
            return new PictureHeader(Format.BMP, little.getInt(18), Math.abs((long) little.getInt(22)));
        }
        throw new UserError(name + " is not a PNG, JPEG, WebP, BMP or GIF, whatever its name says");
    }

    /** ITU-T T.81, annex B: segments up to the scan, one of which (SOF0 … SOF15) has the size, and EOI at the end. */
    private static PictureHeader jpeg(ByteBuffer file) {
        PictureHeader header = null;
        int at = 2;
        while (true) {
            require(file.get(at) == (byte) 0xFF);
            int marker = file.get(at + 1) & 0xFF;
            if (marker == 0xFF) {                    // a fill byte
                at++;
                continue;
            }
            if (marker == 0xDA) {
                break;
            }
            if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
                header = new PictureHeader(Format.JPEG, unsigned(file.getShort(at + 7)),
                        unsigned(file.getShort(at + 5)));
            }
            at += 2 + (int) unsigned(file.getShort(at + 2));
        }
        require(header != null);
        while (file.get(at) != (byte) 0xFF || file.get(at + 1) != (byte) 0xD9) {
            at++;
        }
        return header;
    }

    /** The three kinds of RFC 9649, section 2.5 (lossy), 2.6 (lossless) and 2.7 (extended). */
    private static PictureHeader webp(ByteBuffer file) {
        byte[] bytes = file.array();
        if (starts(bytes, 12, "VP8X")) {
            return new PictureHeader(Format.WEBP, 1 + (file.getInt(24) & 0xFFFFFF),
                    1 + (file.getInt(26) >>> 8 & 0xFFFFFF));
        }
        if (starts(bytes, 12, "VP8L")) {
            int bits = file.getInt(21);
            return new PictureHeader(Format.WEBP, 1 + (bits & 0x3FFF), 1 + (bits >>> 14 & 0x3FFF));
        }
        require(starts(bytes, 12, "VP8 "));
        return new PictureHeader(Format.WEBP, file.getShort(26) & 0x3FFF, file.getShort(28) & 0x3FFF);
    }

    private static boolean starts(byte[] file, int at, String magic) {
        return file.length >= at + magic.length()
                && new String(file, at, magic.length(), StandardCharsets.ISO_8859_1).equals(magic);
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException();
        }
    }

    static UserError cutOff(byte[] file, String name) {
        return new UserError(name + " is damaged or cut off, there are " + file.length + " bytes: get it again");
    }

    private static long unsigned(int value) {
        return Integer.toUnsignedLong(value);
    }

    private static long unsigned(short value) {
        return Short.toUnsignedLong(value);
    }
}
