package dev.sirocco.apps.imagine;

import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.vision.Picture;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;

/**
 * What a picture was made with, by checksums.
 *
 * @param weights of the model
 * @param device that computed; another one may round the last bits in another way
 * @param init the picture to begin from; empty if there was none
 * @param mask empty if there was none
 */
record Origin(String weights, String device, String init, String mask) {

    private static final long LARGEST_MAP = 1 << 30;

    /** @param files the model's weights */
    static Origin of(List<Path> files, String device, Original original) {
        CRC32 weights = new CRC32();
        files.forEach(file -> add(weights, file));
        return new Origin(text(weights), device, original == null ? "" : checksum(original.picture()),
                original == null || original.mask() == null ? "" : checksum(original.mask()));
    }

    private static void add(CRC32 sum, Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            for (long from = 0; from < size; from += LARGEST_MAP) {
                sum.update(channel.map(FileChannel.MapMode.READ_ONLY, from, Math.min(LARGEST_MAP, size - from)));
            }
        } catch (IOException e) {
            throw new UserError(file + " cannot be read (" + e.getMessage() + "): check the file and its permissions",
                    e);
        }
    }

    private static String checksum(Picture picture) {
        CRC32 sum = new CRC32();
        sum.update(picture.pixels());
        return text(sum);
    }

    /** Not a number, lest it lose its zeros. */
    private static String text(CRC32 sum) {
        return "%08x".formatted(sum.getValue());
    }
}
