package dev.sirocco.audio;

import dev.sirocco.tensor.io.AtomicFile;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacv.FFmpegFrameRecorder;

/**
 * Writes a sound piece by piece, of any length in little memory. The file appears when it is finished, or not at all;
 * its formats and rates are those of {@link Sound#write}.
 *
 * <pre>{@code
 * try (SoundWriter writer = new SoundWriter(file, 16_000)) {
 *     writer.write(samples);
 *     writer.finish();
 * }
 * }</pre>
 */
public final class SoundWriter implements AutoCloseable {

    /** Samples that go to FFmpeg at a time. */
    private static final int BLOCK = 1 << 16;

    private final Path file;
    private final int rate;
    private final Path encoded;
    private final FFmpegFrameRecorder recorder;

    /**
     * @param rate of the samples that will come, in Hz
     * @throws UserError if the suffix is none that is written, or the folder is missing or cannot be written to
     */
    public SoundWriter(Path file, int rate) {
        this.file = file;
        this.rate = rate;
        SoundFormat format = SoundFormat.of(file);
        Path folder = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder) || !Files.isWritable(folder) || Files.isDirectory(file)) {
            throw new UserError("cannot write %s: name a file in a folder that exists and can be written to"
                    .formatted(file));
        }
        Ffmpeg.require();
        try {
            // FFmpeg completes headers at the end, so it needs a file that it can go back in.
            encoded = Files.createTempFile("sirocco-", "." + format.container);
            recorder = recorder(format);
        } catch (IOException e) {
            throw cannotEncode(e);
        }
    }

    private FFmpegFrameRecorder recorder(SoundFormat format) throws IOException {
        FFmpegFrameRecorder made = new FFmpegFrameRecorder(encoded.toFile(), 1);
        made.setFormat(format.container);
        made.setAudioCodec(format.codec);
        if (format.bitrate > 0) {
            made.setAudioBitrate(format.bitrate);
        }
        made.setSampleRate(format.rateFor(rate));
        made.start();
        return made;
    }

    /** Writes the next samples; what is beyond -1 … 1 is clipped. */
    public void write(float[] samples) {
        try {
            for (int from = 0; from < samples.length; from += BLOCK) {
                recorder.recordSamples(rate, 1,
                        FloatBuffer.wrap(samples, from, Math.min(BLOCK, samples.length - from)));
            }
        } catch (IOException e) {
            throw cannotEncode(e);
        }
    }

    /** Lets the file appear. */
    public void finish() {
        try {
            recorder.stop();
            try (FileChannel content = FileChannel.open(encoded)) {
                AtomicFile.write(file, channel -> {
                    for (long done = 0; done < content.size();) {
                        done += content.transferTo(done, content.size() - done, channel);
                    }
                });
            }
        } catch (IOException e) {
            throw cannotEncode(e);
        }
    }

    private UserError cannotEncode(IOException e) {
        return new UserError(file + " cannot be encoded (" + Ffmpeg.firstLine(e)
                + "): check the disk of temporary files, or try .wav", e);
    }

    @Override
    public void close() {
        try {
            recorder.close();
            Files.deleteIfExists(encoded);
        } catch (IOException _) {
            // The system clears its folder of temporary files.
        }
    }
}
