package dev.sirocco.audio.data;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Recordings of one voice, divided.
 *
 * @param training in the order of the data
 * @param held not to be learned from
 */
public record Recordings(List<Recording> training, List<Recording> held) {

    /** Every so many of the longer recordings is held out. */
    private static final int HELD_EVERY = 4;
    /** Those of a folder that is not divided by its own rule. */
    private static final int HELD_OF_FOLDER = 50;
    private static final int WORDS_OF_LONGER = 4;
    private static final String PROMPTS = "core-sounds-en.txt.gz";
    private static final String METADATA = "metadata.csv";
    private static final Set<String> SUFFIXES = Set.of("wav", "flac", "mp3", "ogg", "g722");

    /**
     * Reads a folder: the prompts of {@link dev.sirocco.models.data.DataPackage#ASTERISK}, of which every fourth of
     * those with four words or more is held out; or one like LJSpeech, with {@code metadata.csv} of lines
     * {@code name|text} or {@code name|as written|in words} and sounds of these names beside it or in {@code wavs}, or
     * one with sounds and, where it is known what is said, texts beside them ({@code a.wav, a.txt}), of which every
     * fiftieth is held out.
     *
     * @throws UserError if the folder has no recordings
     */
    public static Recordings read(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new UserError(folder + ": no such folder");
        }
        boolean isPrompts = Files.exists(folder.resolve(PROMPTS));
        List<Recording> all = new ArrayList<>();
        try {
            if (isPrompts) {
                prompts(folder, all);
            } else if (Files.exists(folder.resolve(METADATA))) {
                table(folder, all);
            } else {
                pairs(folder, all);
            }
        } catch (IOException e) {
            throw new UserError(folder + " cannot be read: " + e.getMessage(), e);
        }
        if (all.isEmpty()) {
            throw new UserError(folder + " has no recordings: put sounds there, with a " + METADATA
                    + " of lines 'name|text', or with a.txt beside a.wav");
        }
        return isPrompts ? divided(all, WORDS_OF_LONGER, HELD_EVERY) : divided(all, 1, HELD_OF_FOLDER);
    }

    /**
     * Those of which it is known what is said.
     *
     * @throws UserError if there are none
     */
    public Recordings withTexts() {
        Recordings known = new Recordings(withTexts(training), withTexts(held));
        if (known.training.isEmpty() && known.held.isEmpty()) {
            throw new UserError("of no recording is it known what is said: put a " + METADATA
                    + " of lines 'name|text' there, or a.txt beside a.wav");
        }
        return known;
    }

    private static List<Recording> withTexts(List<Recording> recordings) {
        return recordings.stream().filter(recording -> !recording.text().isEmpty()).toList();
    }

    private static void prompts(Path folder, List<Recording> all) throws IOException {
        List<String> lines;
        try (var in = new GZIPInputStream(Files.newInputStream(folder.resolve(PROMPTS)))) {
            lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (line.startsWith(";") || colon < 0) {
                continue;
            }
            String text = line.substring(colon + 1).strip();
            boolean isSpeech = !text.startsWith("[") && !text.startsWith("<") && !text.startsWith("(");
            Path file = folder.resolve(line.substring(0, colon).strip() + ".g722");
            if (isSpeech && Files.exists(file)) {
                all.add(recording(folder, file, text.replaceFirst("\\s*\\[.*\\]$", "")));  // dash [-]
            }
        }
    }

    private static void table(Path folder, List<Recording> all) throws IOException {
        for (String line : Files.readAllLines(folder.resolve(METADATA))) {
            String[] fields = line.split("\\|");
            if (fields.length >= 2) {
                Path file = SUFFIXES.stream().sorted().flatMap(suffix -> Stream.of("", "wavs/")
                                .map(place -> folder.resolve(place + fields[0] + "." + suffix)))
                        .filter(Files::exists).findFirst()
                        .orElseThrow(() ->
                                new UserError("%s names %s, and there is no such sound"
                                        .formatted(folder.resolve(METADATA), fields[0])));
                all.add(recording(folder, file, fields[1].strip()));
            }
        }
    }

    private static void pairs(Path folder, List<Recording> all) throws IOException {
        List<Path> files;
        try (Stream<Path> paths = Files.walk(folder)) {
            files = paths.filter(file -> SUFFIXES.contains(suffix(file))).sorted().toList();
        }
        for (Path file : files) {
            if (Files.size(file) == 0) {
                continue;                                              // some packages have such
            }
            String name = file.getFileName().toString();
            Path text = file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".txt");
            all.add(recording(folder, file, Files.exists(text) ? Files.readString(text).strip() : ""));
        }
    }

    private static String suffix(Path file) {
        String name = file.getFileName().toString();
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private static Recording recording(Path folder, Path file, String text) {
        return new Recording(folder.relativize(file).toString().replace('\\', '/'), file, text);
    }

    private static Recordings divided(List<Recording> all, int words, int every) {
        List<Recording> training = new ArrayList<>();
        List<Recording> held = new ArrayList<>();
        int longer = 0;
        for (Recording recording : all) {
            boolean isLonger = recording.text().split("\\s+").length >= words;
            longer += isLonger ? 1 : 0;
            (isLonger && longer % every == 0 ? held : training).add(recording);
        }
        return new Recordings(training, held);
    }
}
