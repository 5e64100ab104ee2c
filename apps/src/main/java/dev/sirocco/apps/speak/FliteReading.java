package dev.sirocco.apps.speak;

import dev.sirocco.apps.Range;
import dev.sirocco.apps.Terminal;
import dev.sirocco.models.data.ExternalProgram;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco speak flite}: recordings of a voice of flite, to learn from. */
@Command(name = "flite", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Lets flite (Debian's package of that name) read texts aloud: a folder of recordings to train on, as many "
        + "hours as one likes.", "Texts that are there already are not read again."})
final class FliteReading implements Callable<Integer> {

    private static final String TABLE = "metadata.csv";
    private static final int WAV_HEADER = 44;
    private static final double BYTES_A_SECOND = 2 * 16_000;

    @ParentCommand
    private Speak parent;

    @Parameters(paramLabel = "TEXTS", description = "Lines of text, or lines name|text or name|as written|in words.")
    private Path texts;

    @Option(names = "--out", paramLabel = "DIR", required = true,
            description = "Folder for the recordings and their texts.")
    private Path out;

    @Option(names = "--voice", paramLabel = "NAME", defaultValue = "slt",
            description = "flite's name of the voice (default slt).")
    private String voice;

    @Option(names = "--hours", paramLabel = "H", defaultValue = "3",
            description = "How much speech is enough (default 3).")
    private double hours;

    @Option(names = "--longest", paramLabel = "N", defaultValue = "110",
            description = "Longer texts are left out, in characters (default 110).")
    private int longest;

    @Override
    public Integer call() {
        new Range("--hours", 0.001, 1000).check(hours);
        new Range("--longest", 1, 1000).check(longest);
        Terminal terminal = parent.terminal();
        List<String> table = new ArrayList<>();
        double seconds = 0;
        try {
            Files.createDirectories(out);
            for (String line : Files.readAllLines(texts)) {
                int bar = line.indexOf('|');
                String text = line.substring(line.lastIndexOf('|') + 1).strip();
                String name = bar < 0 ? "%05d".formatted(table.size() + 1) : line.substring(0, bar);
                if (seconds < hours * 3600 && !text.isEmpty() && text.length() <= longest) {
                    Path file = out.resolve(name + ".wav");
                    if (!Files.exists(file)) {
                        read(text, file);
                    }
                    seconds += (Files.size(file) - WAV_HEADER) / BYTES_A_SECOND;
                    table.add(name + "|" + text);
                }
            }
            Files.write(out.resolve(TABLE), table);
        } catch (IOException e) {
            throw new UserError("%s cannot be read into %s: %s".formatted(texts, out, e.getMessage()), e);
        }
        terminal.out().printf("%,d recordings, %.1f hours, in %s%n", table.size(), seconds / 3600, out);
        return 0;
    }

    private void read(String text, Path file) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".part");
        ExternalProgram.Result result = ExternalProgram.run(Path.of(""), "flite is needed for this and is not on the "
                + "PATH: install it (Debian: apt-get install flite)", "flite", "-voice", voice, "-t", text, "-o",
                unfinished.toString());
        if (result.code() != 0 || !Files.exists(unfinished)) {
            throw new UserError("flite failed on '%s': %s".formatted(text, result.printed().strip()));
        }
        Files.move(unfinished, file);
    }
}
