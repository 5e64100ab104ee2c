package dev.sirocco.text.subword;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** How byte-level tokenisers cut a text into words, which no token crosses. */
enum WordPattern {
    /** GPT-2, and whatever names no other. */
    GPT2("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            "gpt-2", "default"),
    /** Llama 3, and GPT-4. */
    LLAMA3("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
            "llama-bpe", "llama3", "llama-v3", "smaug-bpe"),
    /** Qwen 2 and on: digits one by one. */
    QWEN2("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
            "qwen2");

    private final String published;
    private final Pattern pattern;
    private final String[] ggufNames;

    WordPattern(String published, String... ggufNames) {
        this.published = published;
        this.ggufNames = ggufNames;
        // \s is all white space of Unicode in the libraries these were written for.
        pattern = Pattern.compile(published.replace("[^\\s", "[^\\p{IsWhite_Space}")
                .replace("\\s", "\\p{IsWhite_Space}").replace("\\S", "\\P{IsWhite_Space}"), Pattern.UNICODE_CASE);
    }

    /** By the expression that stands in {@code tokenizer.json}. */
    static Optional<WordPattern> ofExpression(String expression) {
        return Arrays.stream(values()).filter(p -> p.published.equals(expression)).findFirst();
    }

    /** By the name that stands in a GGUF file. */
    static Optional<WordPattern> ofGguf(String name) {
        return Arrays.stream(values()).filter(p -> Arrays.asList(p.ggufNames).contains(name)).findFirst();
    }

    Pattern pattern() {
        return pattern;
    }
}
