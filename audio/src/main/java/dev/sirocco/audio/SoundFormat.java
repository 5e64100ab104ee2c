package dev.sirocco.audio;

import dev.sirocco.tensor.ir.UserError;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.ffmpeg.global.avcodec;

/** The kinds of files that are written. The rates of a lossy one are those that its encoder takes. */
enum SoundFormat {
    WAV("wav", avcodec.AV_CODEC_ID_PCM_S16LE, 0),
    FLAC("flac", avcodec.AV_CODEC_ID_FLAC, 0),
    MP3("mp3", avcodec.AV_CODEC_ID_MP3, 128_000, 8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000),
    /** Opus: FFmpeg's own Vorbis encoder is experimental. */
    OGG("ogg", avcodec.AV_CODEC_ID_OPUS, 96_000, 48_000),
    G722("g722", avcodec.AV_CODEC_ID_ADPCM_G722, 64_000, 16_000);

    /** FFmpeg's name of the container, which is the file's suffix too. */
    final String container;
    final int codec;
    /** In bits a second; 0 where it follows from the samples. */
    final int bitrate;
    /** In Hz, ascending; none if any rate goes. */
    private final int[] rates;

    SoundFormat(String container, int codec, int bitrate, int... rates) {
        this.container = container;
        this.codec = codec;
        this.bitrate = bitrate;
        this.rates = rates;
    }

    /** @throws UserError if the name ends in none of the suffixes */
    static SoundFormat of(Path file) {
        for (SoundFormat format : values()) {
            if (format.isSuffixOf(file)) {
                return format;
            }
        }
        throw new UserError(file + ": sound is written as .wav, .flac, .mp3, .ogg or .g722, by the name's end");
    }

    boolean isSuffixOf(Path file) {
        return file.getFileName() != null
                && file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith("." + container);
    }

    /** The least of its rates that keeps everything, or else the highest. */
    int rateFor(int rate) {
        return rates.length == 0 ? rate
                : Arrays.stream(rates).filter(r -> r >= rate).findFirst().orElse(rates[rates.length - 1]);
    }
}
