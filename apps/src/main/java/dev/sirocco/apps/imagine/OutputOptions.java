package dev.sirocco.apps.imagine;

import dev.sirocco.apps.OutputNames;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.vision.Picture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Where pictures go. */
final class OutputOptions {

    private static final int MOST_FILMED = 64;
    private static final String[] PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".bmp"};

    @Option(names = {"-o", "--out"}, paramLabel = "FILE",
            description = "A .png, which keeps prompt and settings, or .jpg, .webp or .bmp; with -n NAME-1.png and so "
                    + "on. A folder: files named by the prompt (default: here).")
    private Path out;

    @Option(names = "--sheet", paramLabel = "FILE", description = "All pictures in one, besides.")
    private Path sheet;

    @Option(names = "--animate", paramLabel = "FILE",
            description = "A .gif or .mp4 of how they come out of the noise; with --to, of the one becoming the other.")
    private Path film;

    @Option(names = "--no-preview", description = "Do not show the pictures in the terminal.")
    private boolean isHidden;

    boolean isShown() {
        return !isHidden;
    }

    boolean isFilmed() {
        return film != null;
    }

    /**
     * A file for each picture.
     *
     * @param isOneOfMany whether other prompts have pictures too
     * @throws UserError if one of these, the sheet or the film could not be written
     */
    List<Path> files(String prompt, int pictures, boolean isOneOfMany) {
        if (sheet != null) {
            OutputNames.check(sheet, PICTURES);
        }
        if (film != null) {
            OutputNames.check(film, ".gif", ".mp4");
            if (pictures > MOST_FILMED) {
                throw new UserError("--animate of %,d pictures: take at most %d with -n"
                        .formatted(pictures, MOST_FILMED));
            }
        }
        if (isOneOfMany && (film != null || out != null && !Files.isDirectory(out))) {
            throw new UserError(film == null ? "--prompts names many pictures: let -o name a folder that is there"
                    : "--animate shows one prompt and --prompts names many: leave one of them out");
        }
        if (out == null || Files.isDirectory(out)) {
            List<Path> files = OutputNames.of(prompt, "picture", ".png", out == null ? Path.of("") : out, pictures);
            OutputNames.check(files.getFirst(), PICTURES);
            return files;
        }
        OutputNames.check(out, PICTURES);
        List<Path> files = pictures == 1 ? List.of(out) : OutputNames.numbered(out, 1, pictures);
        files.forEach(file -> OutputNames.check(file, PICTURES));
        return files;
    }

    /** @param texts for each picture, kept where the format can */
    void write(List<Path> files, List<Picture> pictures, List<Metadata> texts) {
        for (int i = 0; i < files.size(); i++) {
            Path file = files.get(i);
            if (file.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
                pictures.get(i).writePng(file, texts.get(i).texts());
            } else {
                pictures.get(i).write(file);
            }
        }
        if (sheet != null) {
            Film.sheet(pictures).write(sheet);
        }
    }

    void write(Film shown) {
        shown.write(film);
    }
}
