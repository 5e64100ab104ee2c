package dev.sirocco.vision;

import dev.sirocco.tensor.io.AtomicFile;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A picture of 8 bits a channel, in sRGB. It does not change: what looks like a change gives a new one.
 *
 * @param width    in pixels, at least 1
 * @param height   in pixels, at least 1
 * @param channels 1 is grey, 3 is red, green, blue, and 4 has alpha besides: 0 is transparent, 255 opaque, and colours
 *                 are not multiplied with it
 * @param pixels   rows from the top, pixels from the left, channels of a pixel together; not copied, and not to be
 *                 written to
 */
public record Picture(int width, int height, int channels, byte[] pixels) {

    /** The largest picture that is read: a file of a few bytes can claim to be any size. */
    public static final long MOST_PIXELS = 64_000_000;

    private static final long MOST_FILE_BYTES = 512L << 20;
    private static final int WHITE = 0xFFFFFF;
    /** Pictures of up to so many pixels a side are taken as drawn pixel by pixel. */
    private static final int SMALL = 64;
    private static final List<String> SUFFIXES = List.of(".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif");

    public Picture {
        if (width < 1 || height < 1 || channels != 1 && channels != 3 && channels != 4
                || (long) width * height * channels != pixels.length) {
            throw new IllegalArgumentException("a picture of " + width + " × " + height + " × " + channels + " in "
                    + pixels.length + " bytes");
        }
    }

    // ---- files ------------------------------------------------------------------------------------------------------

    /** Whether a path in a folder or archive is that of a picture, by its suffix, and not hidden. */
    static boolean isPicture(String path) {
        String name = path.toLowerCase(Locale.ROOT);
        boolean isHidden = path.startsWith(".") || path.contains("/.") || path.startsWith("__MACOSX/");
        return SUFFIXES.stream().anyMatch(name::endsWith) && !isHidden;
    }

    /**
     * Reads a PNG, JPEG, WebP, BMP or GIF (its first frame), whatever the file is called. JPEGs are turned upright.
     *
     * @throws UserError if the file is missing, is none of these, is damaged or is too large
     */
    public static Picture read(Path file) {
        return decode(bytes(file), file.toString());
    }

    /**
     * Decodes the content of a file.
     *
     * @param name what to call it in messages
     * @throws UserError as {@link #read}
     */
    public static Picture decode(byte[] file, String name) {
        PictureHeader header = PictureHeader.of(file, name);
        if (header.height() > MOST_PIXELS / header.width()) {
            throw new UserError(name + " is " + header.width() + " × " + header.height() + " pixels, and "
                    + MOST_PIXELS / 1_000_000 + " million is the most that is read: make it smaller");
        }
        Picture picture = OpenCv.decode(file, header.format() == PictureHeader.Format.JPEG);
        if (picture == null) {
            throw new UserError(name + " is damaged, its " + header.format() + " data cannot be decoded: get it again");
        }
        return picture;
    }

    /**
     * Writes a PNG, a JPEG (quality 95), a WebP (lossless, but for the colour of what is quite transparent) or a BMP,
     * by the name's suffix. JPEG and BMP have no alpha: what is transparent becomes white. The file appears whole or
     * not at all.
     *
     * @throws UserError if the suffix is another one, or the file cannot be written
     */
    public void write(Path file) {
        String suffix = suffix(file);
        switch (suffix) {
            case ".png", ".webp" -> AtomicFile.write(file, OpenCv.encode(this, suffix));
            case ".jpg", ".jpeg", ".bmp" -> AtomicFile.write(file, OpenCv.encode(over(WHITE), suffix));
            default -> throw new UserError(file + ": pictures are written as .png, .jpg, .webp or .bmp, by the "
                    + "name's end");
        }
    }

    /** The content of a PNG file. */
    public byte[] png() {
        return OpenCv.encode(this, ".png");
    }

    /**
     * Writes a PNG with texts in it, which {@link #texts} reads.
     *
     * @param texts by keyword, of 1 to 79 Latin-1 characters; the texts may hold any character but NUL
     * @throws UserError if the name does not end in .png, or the file cannot be written
     */
    public void writePng(Path file, Map<String, String> texts) {
        if (!suffix(file).equals(".png")) {
            throw new UserError(file + ": texts are kept in a PNG, so let the name end in .png");
        }
        AtomicFile.write(file, PngChunks.withTexts(png(), texts));
    }

    /**
     * The texts in a PNG by keyword, in the file's order; none in a file of another format.
     *
     * @throws UserError if the file cannot be read or is no picture
     */
    public static Map<String, String> texts(Path file) {
        byte[] bytes = bytes(file);
        PictureHeader header = PictureHeader.of(bytes, file.toString());
        return header.format() == PictureHeader.Format.PNG ? PngChunks.texts(bytes, file.toString()) : Map.of();
    }

    private static byte[] bytes(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new UserError(file + " is a folder: name a picture");
            }
            if (Files.size(file) > MOST_FILE_BYTES) {
                throw new UserError(file + " is far too large for a picture: " + Files.size(file) / 1_000_000 + " MB");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new UserError(file + ": no such file", e);
        } catch (IOException e) {
            throw new UserError(file + " cannot be read (" + e.getMessage() + "): check the file and its permissions",
                    e);
        }
    }

    private static String suffix(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        int dot = name.lastIndexOf('.');
        return dot < 0 ? "" : name.substring(dot);
    }

    // ---- numbers for networks ---------------------------------------------------------------------------------------

    /** How many numbers {@link #copyTo} writes: channels × height × width. */
    public int size() {
        return pixels.length;
    }

    /**
     * Writes the channels one after the other, each (height, width), with 0 … 255 as -1 … 1.
     *
     * @param offset where the first number goes
     */
    public void copyTo(float[] chw, int offset) {
        int plane = width * height;
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < plane; i++) {
                chw[offset + c * plane + i] = (pixels[i * channels + c] & 0xFF) / 127.5f - 1;
            }
        }
    }

    /** The numbers that {@link #copyTo} writes. */
    public float[] floats() {
        float[] chw = new float[size()];
        copyTo(chw, 0);
        return chw;
    }

    /** The picture of numbers laid out as {@link #copyTo} does; they are rounded, and clamped to -1 … 1. */
    public static Picture of(float[] chw, int offset, int channels, int height, int width) {
        int plane = width * height;
        byte[] pixels = new byte[channels * plane];
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < plane; i++) {
                int value = Math.round((chw[offset + c * plane + i] + 1) * 127.5f);
                pixels[i * channels + c] = (byte) Math.clamp(value, 0, 255);
            }
        }
        return new Picture(width, height, channels, pixels);
    }

    // ---- channels ---------------------------------------------------------------------------------------------------

    /** A picture of one colour, opaque. */
    public static Picture filled(int width, int height, int rgb) {
        byte[] pixels = new byte[3 * width * height];
        for (int i = 0; i < pixels.length; i += 3) {
            pixels[i] = (byte) (rgb >> 16);
            pixels[i + 1] = (byte) (rgb >> 8);
            pixels[i + 2] = (byte) rgb;
        }
        return new Picture(width, height, 3, pixels);
    }

    /**
     * Lays a picture with alpha on a ground of one colour; one without alpha stays as it is.
     *
     * @param rgb the colour, 0xRRGGBB
     */
    public Picture over(int rgb) {
        if (channels != 4) {
            return this;
        }
        byte[] flat = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            int alpha = pixels[4 * i + 3] & 0xFF;
            for (int c = 0; c < 3; c++) {
                int ground = rgb >> (16 - 8 * c) & 0xFF;
                int colour = pixels[4 * i + c] & 0xFF;
                flat[3 * i + c] = (byte) ((colour * alpha + ground * (255 - alpha) + 127) / 255);
            }
        }
        return new Picture(width, height, 3, flat);
    }

    /** With one channel, the luma of ITU-R BT.601; what is transparent is taken as white. */
    public Picture grey() {
        return channels == 1 ? this : OpenCv.grey(over(WHITE));
    }

    /** With three channels; what is transparent becomes white. */
    public Picture rgb() {
        if (channels != 1) {
            return over(WHITE);
        }
        byte[] colour = new byte[3 * pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            Arrays.fill(colour, 3 * i, 3 * i + 3, pixels[i]);
        }
        return new Picture(width, height, 3, colour);
    }

    // ---- geometry ---------------------------------------------------------------------------------------------------

    /** In another size: averages of areas where it gets smaller, bicubic where it gets larger. */
    public Picture resized(int newWidth, int newHeight) {
        if (newWidth == width && newHeight == height) {
            return this;
        }
        if (channels != 4) {
            return OpenCv.resized(this, newWidth, newHeight);
        }
        // The colour of a transparent pixel means nothing, so it must not mix with its neighbours'.
        return OpenCv.resized(timesAlpha(), newWidth, newHeight).overAlpha();
    }

    /**
     * As {@link #resized}, but a small picture that gets a whole number of times larger keeps its pixels, as squares:
     * what pixel art wants.
     */
    public Picture scaled(int newWidth, int newHeight) {
        int factor = newWidth / width;
        boolean isWhole = newWidth == factor * width && newHeight == factor * height;
        return isWhole && Math.max(width, height) <= SMALL ? repeated(factor) : resized(newWidth, newHeight);
    }

    private Picture repeated(int factor) {
        int row = factor * width * channels;
        byte[] squares = new byte[factor * height * row];
        for (int y = 0; y < factor * height; y++) {
            for (int x = 0; x < factor * width; x++) {
                System.arraycopy(pixels, (y / factor * width + x / factor) * channels, squares, y * row + x * channels,
                        channels);
            }
        }
        return new Picture(factor * width, factor * height, channels, squares);
    }

    /**
     * Moved by an affine map, bilinear. What comes in from outside continues the edge; it is transparent in a picture
     * with alpha.
     *
     * @param matrix from old to new places, in pixels: {@code x' = m0 x + m1 y + m2}, {@code y' = m3 x + m4 y + m5}
     */
    public Picture warped(double[] matrix) {
        return channels != 4 ? OpenCv.warped(this, matrix) : OpenCv.warped(timesAlpha(), matrix).overAlpha();
    }

    private Picture timesAlpha() {
        byte[] product = pixels.clone();
        for (int i = 0; i < product.length; i += 4) {
            int alpha = pixels[i + 3] & 0xFF;
            for (int c = i; c < i + 3; c++) {
                product[c] = (byte) (((pixels[c] & 0xFF) * alpha + 127) / 255);
            }
        }
        return new Picture(width, height, 4, product);
    }

    private Picture overAlpha() {
        byte[] quotient = pixels.clone();
        for (int i = 0; i < quotient.length; i += 4) {
            int alpha = Math.max(1, pixels[i + 3] & 0xFF);
            for (int c = i; c < i + 3; c++) {
                quotient[c] = (byte) Math.min(255, ((pixels[c] & 0xFF) * 255 + alpha / 2) / alpha);
            }
        }
        return new Picture(width, height, 4, quotient);
    }

    /** A part of the picture. */
    public Picture cropped(int left, int top, int newWidth, int newHeight) {
        if (left < 0 || top < 0 || left + newWidth > width || top + newHeight > height) {
            throw new IllegalArgumentException(newWidth + " × " + newHeight + " at (" + left + ", " + top
                    + ") is not within " + width + " × " + height);
        }
        byte[] part = new byte[newWidth * newHeight * channels];
        for (int y = 0; y < newHeight; y++) {
            System.arraycopy(pixels, ((top + y) * width + left) * channels, part, y * newWidth * channels,
                    newWidth * channels);
        }
        return new Picture(newWidth, newHeight, channels, part);
    }

    /** Left and right exchanged. */
    public Picture flipped() {
        byte[] mirror = new byte[pixels.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                System.arraycopy(pixels, (y * width + x) * channels, mirror, (y * width + width - 1 - x) * channels,
                        channels);
            }
        }
        return new Picture(width, height, channels, mirror);
    }

    /**
     * In the middle of a larger area.
     *
     * @param rgb the colour of the margin, 0xRRGGBB; in a picture with alpha the margin is transparent
     */
    public Picture padded(int newWidth, int newHeight, int rgb) {
        if (newWidth < width || newHeight < height) {
            throw new IllegalArgumentException(width + " × " + height + " does not fit into " + newWidth + " × "
                    + newHeight);
        }
        byte[] area = switch (channels) {
            case 1 -> filled(newWidth, newHeight, rgb).grey().pixels;
            case 3 -> filled(newWidth, newHeight, rgb).pixels;
            default -> new byte[4 * newWidth * newHeight];
        };
        int left = (newWidth - width) / 2;
        int top = (newHeight - height) / 2;
        for (int y = 0; y < height; y++) {
            System.arraycopy(pixels, y * width * channels, area, ((top + y) * newWidth + left) * channels,
                    width * channels);
        }
        return new Picture(newWidth, newHeight, channels, area);
    }

    // ---- values -----------------------------------------------------------------------------------------------------

    @Override
    public boolean equals(Object other) {
        return other instanceof Picture(int w, int h, int c, byte[] p)
                && w == width && h == height && c == channels && Arrays.equals(p, pixels);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(pixels) + width;
    }

    @Override
    public String toString() {
        return "Picture " + width + " × " + height + " × " + channels;
    }
}
