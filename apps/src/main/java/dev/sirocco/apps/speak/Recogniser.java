package dev.sirocco.apps.speak;

import dev.sirocco.audio.Sound;
import dev.sirocco.models.data.ExternalProgram;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.BigramModel;
import dev.sirocco.text.speech.SpokenText;
import dev.sirocco.text.speech.Word;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What pocketsphinx hears (Debian's packages {@code pocketsphinx} and {@code pocketsphinx-en-us}), with a language
 * model of the texts that may be said. Close it.
 */
final class Recogniser implements AutoCloseable {

    static final int RATE = 16_000;

    private static final Path MODEL = Path.of("/usr/share/pocketsphinx/model/en-us");

    private final Path folder;

    /** @param texts all that may be said */
    Recogniser(List<String> texts) {
        try {
            folder = Files.createTempDirectory("sirocco-hear");
        } catch (IOException e) {
            throw new UserError("no folder for temporary files: " + e.getMessage(), e);
        }
        new BigramModel(texts.stream().map(Recogniser::words).toList()).write(folder.resolve("bigrams.arpa"));
    }

    /** The words of a text, as they are spoken. */
    static List<String> words(String text) {
        return SpokenText.of(text).stream().flatMap(sentence -> sentence.words().stream()).map(Word::toString)
                .map(word -> word.toLowerCase(Locale.ROOT)).toList();
    }

    /** What is heard in each sound, word by word. */
    List<List<String>> hear(List<Sound> sounds) {
        try {
            List<String> names = new ArrayList<>();
            for (int i = 0; i < sounds.size(); i++) {
                names.add("s%05d".formatted(i));
                Files.write(folder.resolve(names.getLast() + ".raw"), samples(sounds.get(i).resampled(RATE)));
            }
            Files.write(folder.resolve("names"), names);
            run();
            List<List<String>> heard = new ArrayList<>();
            for (String line : Files.readAllLines(folder.resolve("heard"))) {
                String said = line.replaceFirst("\\s*\\([^()]*\\)$", "").strip();        // behind it are name and score
                heard.add(said.isEmpty() ? List.of()
                        : Arrays.stream(said.split("\\s+")).map(w -> w.replaceFirst("\\(\\d+\\)$", "")).toList());
            }
            return heard;
        } catch (IOException e) {
            throw new UserError("cannot work in %s: %s".formatted(folder, e.getMessage()), e);
        }
    }

    private static byte[] samples(Sound sound) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * sound.samples().length).order(ByteOrder.LITTLE_ENDIAN);
        for (float x : sound.samples()) {
            bytes.putShort((short) Math.round(Math.clamp(x, -1f, 1f) * Short.MAX_VALUE));
        }
        return bytes.array();
    }

    private void run() {
        ExternalProgram.Result result = ExternalProgram.run(folder, "pocketsphinx is needed for this and is not on the "
                + "PATH: install it (Debian: apt-get install pocketsphinx pocketsphinx-en-us)", "pocketsphinx_batch",
                "-hmm", MODEL.resolve("en-us").toString(), "-dict", MODEL.resolve("cmudict-en-us.dict").toString(),
                "-lm", "bigrams.arpa", "-ctl", "names", "-cepdir", ".", "-cepext", ".raw", "-adcin", "yes", "-hyp",
                "heard");
        if (result.code() != 0) {
            throw new UserError("pocketsphinx failed: " + result.printed().lines()
                    .filter(line -> line.startsWith("ERROR") || line.startsWith("FATAL"))
                    .findFirst().orElse("it does not say why"));
        }
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException _) {
            // The system clears its folder of temporary files.
        }
    }
}
