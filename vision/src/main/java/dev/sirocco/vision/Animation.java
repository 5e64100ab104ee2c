package dev.sirocco.vision;

import dev.sirocco.tensor.io.AtomicFile;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacv.FFmpegFrameRecorder;
import org.bytedeco.javacv.Frame;

/** Pictures one after the other. */
public final class Animation {

    private static final int GROUND = 0xFFFFFF;
    private static final int BITS_A_PIXEL = 4;
    private static final int LEAST_BITRATE = 400_000;

    private Animation() {}

    /**
     * Writes a GIF, which repeats for ever, or an MP4 (H.264), by the name's suffix. What is transparent becomes white.
     * The file appears whole or not at all.
     *
     * @param frames at least one, all of the first one's size
     * @param fps    frames a second, more than 0 and at most 100; a GIF counts in hundredths of a second
     * @throws UserError if the suffix is another one, or the file cannot be written
     */
    public static void write(Path file, List<Picture> frames, double fps) {
        if (frames.isEmpty() || !(fps > 0 && fps <= 100)) {
            throw new IllegalArgumentException(frames.size() + " frames at " + fps + " a second");
        }
        Picture first = frames.getFirst();
        if (frames.stream().anyMatch(f -> f.width() != first.width() || f.height() != first.height())) {
            throw new IllegalArgumentException("the frames have different sizes");
        }
        List<Picture> opaque = frames.stream().map(f -> f.over(GROUND).rgb()).toList();
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        byte[] content;
        if (name.endsWith(".gif")) {
            content = OpenCv.encodeGif(opaque, (int) Math.round(1000 / fps));
        } else if (name.endsWith(".mp4")) {
            content = encodeMp4(opaque, fps);
        } else {
            throw new UserError(file + ": animations are written as .gif or .mp4, by the name's end");
        }
        AtomicFile.write(file, content);
    }

    /** Sizes are made even, as H.264 with colours at half the resolution needs it. */
    private static byte[] encodeMp4(List<Picture> frames, double fps) {
        int width = frames.getFirst().width() + 1 & ~1;
        int height = frames.getFirst().height() + 1 & ~1;
        Path temporary = null;
        try {
            temporary = Files.createTempFile("sirocco-", ".mp4");
            avutil.av_log_set_level(avutil.AV_LOG_QUIET);
            try (FFmpegFrameRecorder recorder = new FFmpegFrameRecorder(temporary.toFile(), width, height, 0)) {
                recorder.setFormat("mp4");
                recorder.setVideoCodec(avcodec.AV_CODEC_ID_H264);
                recorder.setPixelFormat(avutil.AV_PIX_FMT_YUV420P);
                recorder.setFrameRate(fps);
                recorder.setVideoBitrate(Math.max(LEAST_BITRATE,
                        (int) Math.min(1e8, BITS_A_PIXEL * width * (double) height * fps)));
                recorder.start();
                for (Picture frame : frames) {
                    Frame image = new Frame(width, height, Frame.DEPTH_UBYTE, 3);
                    ByteBuffer rows = (ByteBuffer) image.image[0];
                    Picture even = frame.padded(width, height, GROUND);
                    for (int y = 0; y < height; y++) {
                        rows.position(y * image.imageStride).put(even.pixels(), 3 * y * width, 3 * width);
                    }
                    rows.rewind();
                    recorder.record(image, avutil.AV_PIX_FMT_RGB24);
                }
                recorder.stop();
            }
            return Files.readAllBytes(temporary);
        } catch (LinkageError | IOException e) {
            // FFmpegFrameRecorder's exceptions are IOExceptions.
            throw new UserError("FFmpeg cannot make an MP4 (" + e.getMessage() + "): write a .gif", e);
        } finally {
            delete(temporary);
        }
    }

    private static void delete(Path temporary) {
        try {
            if (temporary != null) {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException _) {
            // The system clears its folder of temporary files.
        }
    }
}
