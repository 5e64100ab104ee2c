package dev.sirocco.apps;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Where pictures and sounds are written. */
public final class OutputNames {

    private static final int LONGEST = 60;

    private OutputNames() {}

    /**
     * Files for what is made of a prompt: {@code a-red-dragon.png}, or for several {@code a-red-dragon-1.png} and so
     * on. Names that are taken are left out.
     *
     * @param fallback the name if the prompt has no letters
     * @param suffix with its dot
     */
    public static List<Path> of(String prompt, String fallback, String suffix, Path folder, int count) {
        String words = prompt.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "-").replaceAll("^-|-$", "");
        String stem = words.isEmpty() ? fallback
                : words.substring(0,
                        words.offsetByCodePoints(0, Math.min(LONGEST, words.codePointCount(0, words.length()))));
        Path plain = folder.resolve(stem + suffix);
        if (count == 1 && !Files.exists(plain)) {
            return List.of(plain);
        }
        IntFunction<List<Path>> from = first -> numbered(plain, first, count);
        return IntStream.iterate(count == 1 ? 2 : 1, first -> first + 1).mapToObj(from)
                .filter(files -> files.stream().noneMatch(Files::exists)).findFirst().orElseThrow();
    }

    /** {@code name-1.png} and so on for {@code name.png}. */
    public static List<Path> numbered(Path file, int first, int count) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return IntStream.range(first, first + count)
                .mapToObj(i -> file.resolveSibling(name.substring(0, dot) + "-" + i + name.substring(dot))).toList();
    }

    /** As {@link #check}, for the sounds that are written. */
    public static void checkSound(Path file) {
        check(file, ".wav", ".flac", ".mp3", ".ogg", ".g722");
    }

    /**
     * Makes sure that a file can be written, before work is done for it.
     *
     * @param suffixes one of which the name must end in
     * @throws UserError if not
     */
    public static void check(Path file, String... suffixes) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (Arrays.stream(suffixes).noneMatch(name::endsWith)) {
            throw new UserError("%s: let the name end in %s".formatted(file, String.join(" or ", suffixes)));
        }
        if (Files.isDirectory(file)) {
            throw new UserError(file + " is a folder: name a file");
        }
        Path folder = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            throw new UserError("%s cannot be written: there is no folder %s".formatted(file, folder));
        }
        try {
            Files.delete(Files.createTempFile(folder, ".sirocco-", ".tmp"));
        } catch (IOException e) {
            throw new UserError("%s cannot be written: nothing can be made in %s".formatted(file, folder), e);
        }
    }
}
