package dev.sirocco.audio;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.ffmpeg.avcodec.AVCodecDescriptor;
import org.bytedeco.ffmpeg.avutil.AVChannelLayout;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swresample;
import org.bytedeco.ffmpeg.swresample.SwrContext;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.Frame;
import org.bytedeco.javacv.FrameGrabber;

/** What FFmpeg does for sound. Its native memory lives only as long as a call. */
final class Ffmpeg {

    /** Samples that go to FFmpeg at a time. */
    private static final int BLOCK = 1 << 16;
    /** A lossy format counts whole frames, and the encoder's delay besides. */
    private static final int LOSSY_SLACK = 4096;
    private static final double LOSSLESS_SLACK_SECONDS = 0.002;

    /** How sure FFmpeg is of the kind of a text, which it takes for a telephone's AMR without a head; of 100. */
    private static final int WEAK_PROBE = 26;

    /** Taps of the resampler's filter, at the lower rate. */
    private static final int FILTER_SIZE = 256;
    private static final double CUTOFF = 0.96;
    /** Of the Kaiser window; this one lets the stop band be at -110 dB. */
    private static final double KAISER_BETA = 12;

    /** Why FFmpeg is not there; null if it is. */
    private static final UserError MISSING = load();

    private Ffmpeg() {}

    private static UserError load() {
        try {
            avutil.av_log_set_level(avutil.AV_LOG_QUIET);
            return null;
        } catch (LinkageError e) {
            return new UserError("FFmpeg's native library cannot be loaded on " + System.getProperty("os.name") + " "
                    + System.getProperty("os.arch") + " (" + firstLine(e) + "): build on this machine, and let "
                    + "~/.javacpp be writable", e);
        }
    }

    /** @throws UserError if FFmpeg cannot be loaded */
    static void require() {
        if (MISSING != null) {
            throw new UserError(MISSING.getMessage(), MISSING);
        }
    }

    static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.getClass().getSimpleName()).strip();
    }

    // ---- decoding ---------------------------------------------------------------------------------------------------

    static Sound decode(Path file) {
        require();
        checkIsThere(file);
        try (FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(file.toFile())) {
            if (SoundFormat.G722.isSuffixOf(file)) {
                grabber.setFormat(SoundFormat.G722.container);
            }
            grabber.setSampleMode(FrameGrabber.SampleMode.FLOAT);
            grabber.start();
            if (!isSound(grabber)) {
                throw notSound(file, null);
            }
            long declared = declaredSamples(grabber);
            checkLength(file, declared, grabber.getSampleRate());
            Sound sound = grabAll(file, grabber, declared);
            checkIsWhole(file, grabber, declared, sound);
            return sound;
        } catch (IOException e) {
            // FrameGrabber's exceptions are IOExceptions.
            throw notSound(file, e);
        }
    }

    private static void checkIsThere(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new UserError(file + " is a folder: name a sound");
            }
            if (Files.size(file) == 0) {
                throw new UserError(file + " is empty: get it again");
            }
        } catch (NoSuchFileException e) {
            throw new UserError(file + ": no such file", e);
        } catch (IOException e) {
            throw new UserError(file + " cannot be read (" + firstLine(e) + "): check the file and its permissions", e);
        }
        if (!Files.isReadable(file)) {
            throw new UserError(file + " cannot be read: check its permissions");
        }
    }

    private static boolean isSound(FFmpegFrameGrabber grabber) {
        int score = grabber.getFormatContext().probe_score();
        boolean isNamed = score == 0;
        // A few frames of MP3 are no strong sign, but short sounds have no more.
        return (isNamed || score > WEAK_PROBE || grabber.getFormat().equals("mp3")) && grabber.hasAudio()
                && grabber.getSampleRate() > 0 && grabber.getSampleRate() <= Sound.MOST_RATE;
    }

    private static UserError notSound(Path file, IOException cause) {
        return new UserError(file + " is no sound that FFmpeg can read: name a WAV, FLAC, MP3, Ogg or .g722 file",
                cause);
    }

    /** What the file says of its length, in samples; 0 if it says nothing. */
    private static long declaredSamples(FFmpegFrameGrabber grabber) {
        boolean isGuess = grabber.getFormatContext().duration_estimation_method()
                == avformat.AVFMT_DURATION_FROM_BITRATE;
        double seconds = grabber.getLengthInTime() / 1e6;
        return isGuess || seconds <= 0 ? 0 : Math.round(seconds * grabber.getSampleRate());
    }

    private static void checkLength(Path file, long samples, int rate) {
        if (samples > Sound.MOST_SAMPLES) {
            throw new UserError(String.format(Locale.ROOT,
                    "%s is longer than is read, %.1f hours at its %d Hz: cut it into pieces",
                    file, Sound.MOST_SAMPLES / 3600.0 / rate, rate));
        }
    }

    private static Sound grabAll(Path file, FFmpegFrameGrabber grabber, long declared) throws IOException {
        int rate = grabber.getSampleRate();
        // A false claim must not cost memory, so the array grows as samples come.
        float[] samples = new float[(int) Math.clamp(declared, rate, Math.max(rate, 60L * rate))];
        int length = 0;
        for (Frame frame = grabber.grabSamples(); frame != null; frame = grabber.grabSamples()) {
            Buffer[] planes = frame.samples;
            FloatBuffer interleaved = (FloatBuffer) planes[0];
            int channels = frame.audioChannels;
            int more = interleaved.remaining() / channels;
            checkLength(file, (long) length + more, rate);
            if (length + more > samples.length) {
                samples = Arrays.copyOf(samples, Math.max(length + more, samples.length + samples.length / 2));
            }
            for (int i = 0; i < more; i++) {
                float sum = 0;
                for (int c = 0; c < channels; c++) {
                    sum += interleaved.get();
                }
                samples[length++] = sum / channels;
            }
        }
        if (length == 0) {
            throw new UserError(file + " has no sound in it, or none that is whole: get it again");
        }
        return new Sound(Arrays.copyOf(samples, length), rate);
    }

    private static void checkIsWhole(Path file, FFmpegFrameGrabber grabber, long declared, Sound sound)
            throws IOException {
        AVCodecDescriptor codec = avcodec.avcodec_descriptor_get(grabber.getAudioCodec());
        boolean isLossless = codec != null && (codec.props() & avcodec.AV_CODEC_PROP_LOSSY) == 0;
        double slack = isLossless ? LOSSLESS_SLACK_SECONDS * sound.rate() : LOSSY_SLACK;
        if (sound.samples().length < declared - slack) {
            throw new UserError(String.format(Locale.ROOT, "%s is cut short or damaged, %.2f of its %.2f seconds can "
                    + "be read: get it again", file, sound.seconds(), declared / (double) sound.rate()));
        }
        if (!FileEnd.isIn(file, grabber.getFormat())) {
            throw new UserError(String.format(Locale.ROOT, "%s is cut short after %.2f seconds: get it again",
                    file, sound.seconds()));
        }
        for (float sample : sound.samples()) {
            if (!Float.isFinite(sample)) {
                throw new UserError(file + " is damaged, it has samples that are no numbers: get it again");
            }
        }
    }

    // ---- resampling -------------------------------------------------------------------------------------------------

    static Sound resampled(Sound sound, int newRate) {
        require();
        int length = Math.toIntExact(Math.ceilDiv((long) sound.samples().length * newRate, (long) sound.rate()));
        float[] resampled = new float[length];
        try (PointerScope _ = new PointerScope()) {
            SwrContext context = resampler(sound.rate(), newRate);
            try {
                int done = 0;
                FloatPointer input = new FloatPointer(BLOCK);
                for (int from = 0; from < sound.samples().length; from += BLOCK) {
                    int n = Math.min(BLOCK, sound.samples().length - from);
                    input.put(sound.samples(), from, n);
                    done += convert(context, input, n, resampled, done);
                }
                convert(context, null, 0, resampled, done);
            } finally {
                swresample.swr_free(context);
            }
        }
        return new Sound(resampled, newRate);
    }

    private static SwrContext resampler(int rate, int newRate) {
        AVChannelLayout mono = new AVChannelLayout();
        avutil.av_channel_layout_default(mono, 1);
        SwrContext context = swresample.swr_alloc();
        int failed = avutil.av_opt_set_chlayout(context, "in_chlayout", mono, 0)
                | avutil.av_opt_set_chlayout(context, "out_chlayout", mono, 0)
                | avutil.av_opt_set_sample_fmt(context, "in_sample_fmt", avutil.AV_SAMPLE_FMT_FLTP, 0)
                | avutil.av_opt_set_sample_fmt(context, "out_sample_fmt", avutil.AV_SAMPLE_FMT_FLTP, 0)
                | avutil.av_opt_set_int(context, "in_sample_rate", rate, 0)
                | avutil.av_opt_set_int(context, "out_sample_rate", newRate, 0)
                | avutil.av_opt_set_int(context, "filter_size", FILTER_SIZE, 0)
                | avutil.av_opt_set_double(context, "cutoff", CUTOFF, 0)
                | avutil.av_opt_set_int(context, "filter_type", swresample.SWR_FILTER_TYPE_KAISER, 0)
                | avutil.av_opt_set_double(context, "kaiser_beta", KAISER_BETA, 0)
                | swresample.swr_init(context);
        if (failed < 0) {
            throw new IllegalStateException("libswresample takes no " + rate + " Hz to " + newRate + " Hz: error "
                    + failed);
        }
        return context;
    }

    /**
     * Puts more samples in and takes out what is ready.
     *
     * @param input null at the end
     * @return how many samples came out and had room
     */
    private static int convert(SwrContext context, FloatPointer input, int n, float[] output, int done) {
        int most = swresample.swr_get_out_samples(context, n);
        try (FloatPointer out = new FloatPointer(Math.max(1, most));
                PointerPointer<FloatPointer> outs = planes(out); PointerPointer<FloatPointer> ins = planes(input)) {
            int came = swresample.swr_convert(context, outs, most, ins, n);
            if (came < 0) {
                throw new IllegalStateException("libswresample: error " + came);
            }
            int taken = Math.min(came, output.length - done);
            out.get(output, done, taken);
            return taken;
        }
    }

    private static PointerPointer<FloatPointer> planes(FloatPointer only) {
        // The constructor with a single pointer would take it for the array of pointers.
        return only == null ? null : new PointerPointer<FloatPointer>(1).put(0, only);
    }
}
