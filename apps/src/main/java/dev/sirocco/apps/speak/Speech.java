package dev.sirocco.apps.speak;

import dev.sirocco.apps.Interrupt;
import dev.sirocco.apps.Terminal;
import dev.sirocco.audio.SoundPlayer;
import dev.sirocco.audio.SoundWriter;
import dev.sirocco.text.speech.Sentence;
import dev.sirocco.text.speech.SpokenText;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A text spoken sentence by sentence, into a file and out of the loudspeaker: while one is heard the next is made. On a
 * terminal a line shows how far it is.
 */
final class Speech implements AutoCloseable {

    private static final double PAUSE_SECONDS = 0.15;
    private static final double PARAGRAPH_SECONDS = 0.5;

    /** When the command was given, or nearly so: the JVM's start. */
    private static final Instant STARTED = ProcessHandle.current().info().startInstant().orElseGet(Instant::now);

    private final int rate;
    private final PrintStream out;
    private final SoundPlayer player;
    private final ExecutorService listening = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    /** Null for none; it is opened while the first sentence is made, since codecs take a while to load. */
    private final CompletableFuture<SoundWriter> writer;

    /**
     * @param target a file, or null for none
     * @param rate of the sound, in Hz
     * @param out where it is said how fast it went
     */
    Speech(Path target, boolean isPlayed, int rate, PrintStream out) {
        this.rate = rate;
        this.out = out;
        player = isPlayed ? new SoundPlayer(rate) : null;
        writer = target == null ? null
                : CompletableFuture.supplyAsync(() -> new SoundWriter(target, rate), listening);
    }

    /**
     * Speaks all sentences.
     *
     * @param picture where the first sentence is drawn, or null
     */
    void speak(SpokenText sentences, Script script, Speaker speaker, Speaker.Manner manner, long seed, Path picture,
            Interrupt interrupt) {
        long began = System.nanoTime();
        double first = 0;
        double seconds = 0;
        double busy = 0;
        long piecesMade = 0;
        CompletableFuture<Void> heard = CompletableFuture.completedFuture(null);
        while (sentences.hasNext() && !interrupt.isRequested()) {
            Sentence sentence = sentences.next();
            for (int[] symbols : script.pieces(sentence, speaker.most())) {
                long start = System.nanoTime();
                Speaker.Spoken spoken = speaker.speak(symbols, manner, seed + piecesMade);
                busy += (System.nanoTime() - start) / 1e9;
                seconds += spoken.sound().seconds();
                if (picture != null && piecesMade == 0) {
                    MelPicture.draw(spoken, symbols, picture);
                }
                first = piecesMade == 0 ? secondsSince(STARTED) : first;
                piecesMade++;
                showProgress("%.0f s of speech, %.0f times faster than it is spoken"
                        .formatted(seconds, seconds / busy));
                heard.join();                                                // one piece ahead, no more
                heard = CompletableFuture.runAsync(() -> hear(spoken.sound().samples()), listening);
            }
            float[] pause = new float[(int) (rate * (sentence.endsParagraph() ? PARAGRAPH_SECONDS : PAUSE_SECONDS))];
            heard = heard.thenRunAsync(() -> hear(pause), listening);
        }
        heard.join();
        if (player != null) {
            player.finish();
        }
        if (writer != null && !interrupt.isRequested()) {
            writer.join().finish();
        }
        showProgress("");
        out.printf(Locale.ROOT, "%.1f s of speech in %.1f s, %.1f times faster than it is spoken; the first after "
                + "%.2f s%n", seconds, (System.nanoTime() - began) / 1e9, seconds / busy, first);
    }

    private static double secondsSince(Instant moment) {
        return Duration.between(moment, Instant.now()).toMillis() / 1e3;
    }

    /** In the place of what stood there. */
    private void showProgress(String line) {
        if (Terminal.isInteractive()) {
            out.print("\r\33[K" + line);
            out.flush();
        }
    }

    private void hear(float[] samples) {
        if (writer != null) {
            writer.join().write(samples);
        }
        if (player != null) {
            player.play(samples);
        }
    }

    @Override
    public void close() {
        listening.close();
        if (player != null) {
            player.close();
        }
        if (writer != null && !writer.isCompletedExceptionally()) {
            writer.join().close();
        }
    }
}
