package dev.sirocco.apps.speak;

import dev.sirocco.audio.Sound;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.text.speech.SpokenText;
import java.util.List;

/** Short texts to sounds, each at once. Close it. */
public final class ReadAloud implements AutoCloseable {

    private static final long SEED = 1;

    private final Script script;
    private final Speaker speaker;
    private final Speaker.Manner manner;

    ReadAloud(VoiceOptions who, Vocoder vocoder, Executor executor) {
        AcousticModel model = who.acoustic();
        script = who.script(executor);
        speaker = new Speaker(model, vocoder, executor);
        manner = who.manner(model, 1, 0);
    }

    /**
     * By the networks that came with Sirocco, in their first voice.
     *
     * @throws dev.sirocco.tensor.ir.UserError if they are not there
     */
    public static ReadAloud bundled(Executor executor) {
        VoiceOptions usual = new VoiceOptions();
        return new ReadAloud(usual, usual.vocoder(), executor);
    }

    /** All sentences of a text, with no pauses between them. */
    public Sound read(String text) {
        List<Sound> pieces = SpokenText.of(text).stream()
                .flatMap(sentence -> script.pieces(sentence, speaker.most()).stream())
                .map(symbols -> speaker.speak(symbols, manner, SEED).sound()).toList();
        float[] all = new float[pieces.stream().mapToInt(piece -> piece.samples().length).sum()];
        int at = 0;
        for (Sound piece : pieces) {
            System.arraycopy(piece.samples(), 0, all, at, piece.samples().length);
            at += piece.samples().length;
        }
        return new Sound(all, pieces.getFirst().rate());
    }

    @Override
    public void close() {
        speaker.close();
        script.close();
    }
}
