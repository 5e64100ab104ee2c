package dev.sirocco.apps.imagine;

import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.vision.Picture;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
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

    static Origin of(Path model, String device, Original original) {
        CRC32 weights = new CRC32();
        add(weights, ModelFolder.weights(model, Painter.COMMAND));
        Path autoencoder = model.resolve(Painter.AUTOENCODER);
        if (Files.isDirectory(autoencoder)) {
            add(weights, ModelFolder.weights(autoencoder, Painter.COMMAND));
        }
        return new Origin(text(weights), device, original == null ? "" : checksum(original.picture()),
                original == null || original.mask() == null ? "" : checksum(original.mask()));
    }

    private static void add(CRC32 sum, Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            sum.update(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
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
