package dev.sirocco.text.subword;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code merges.txt}: a rule of two tokens and a space between in each line, the first to be applied first. */
final class MergesFile {

    static final String NAME = "merges.txt";

    private MergesFile() {}

    static List<String[]> read(Path file) {
        List<String[]> rules = new ArrayList<>();
        for (String line : ModelFile.lines(file)) {
            if (!line.isEmpty() && !line.startsWith("#version")) {
                rules.add(rule(file, line));
            }
        }
        return rules;
    }

    static String[] rule(Path file, String line) {
        int space = line.indexOf(' ');
        if (space < 1 || space == line.length() - 1 || line.indexOf(' ', space + 1) >= 0) {
            throw Vocabulary.wrong(file, "the merge \"" + Vocabulary.brief(line) + "\" is not two tokens");
        }
        return new String[] {line.substring(0, space), line.substring(space + 1)};
    }
}
