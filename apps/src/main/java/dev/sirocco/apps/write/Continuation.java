package dev.sirocco.apps.write;

import dev.sirocco.apps.Interrupt;
import dev.sirocco.models.sample.TokenSampler;
import dev.sirocco.models.zoo.LanguageDecoder;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.text.TextStream;
import dev.sirocco.text.TextTokenizer;
import dev.sirocco.text.UnknownCharacters;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Several texts that go on from one prompt, token by token, until they end, which those of characters never do. */
final class Continuation implements AutoCloseable {

    private final TextTokenizer tokenizer;
    private final List<TextStream> streams;
    private final boolean[] isOver;
    private final LanguageDecoder decoder;
    /** What the decoder has not read yet, a row for each text. */
    private int[][] unread;

    /** @throws UnknownCharacters if the prompt holds characters that the model never saw */
    Continuation(TextModel model, String prompt, int samples, TokenSampler.Settings settings, long seed,
            Executor executor) {
        tokenizer = model.tokenizer();
        streams = Stream.generate(() -> TextStream.ofContinuation(tokenizer)).limit(samples).toList();
        isOver = new boolean[samples];
        unread = new int[samples][];
        Arrays.fill(unread, tail(beginning(prompt), model.capacity()));
        decoder = new LanguageDecoder(model.network(), samples, model.capacity(),
                new TokenSampler(Math.min(model.network().vocabulary(), tokenizer.vocabularySize())), executor);
        decoder.begin(settings, seed);
    }

    /** An empty prompt is the beginning of a line, where the model knows no better. */
    private int[] beginning(String prompt) {
        int[] ids = tokenizer.prompt(prompt);
        return ids.length > 0 ? ids : tokenizer.encode("\n");
    }

    /** What the model can see. */
    private static int[] tail(int[] ids, int context) {
        return Arrays.copyOfRange(ids, Math.max(0, ids.length - context), ids.length);
    }

    /** What the next token of each text adds to it: a character, several, or nothing yet. */
    String[] next() {
        int[] tokens = decoder.next(unread);
        unread = Arrays.stream(tokens).mapToObj(token -> new int[] {token}).toArray(int[][]::new);
        String[] added = new String[tokens.length];
        for (int row = 0; row < tokens.length; row++) {
            isOver[row] |= tokenizer.special().isEnd(tokens[row]);
            added[row] = isOver[row] ? "" : streams.get(row).add(tokens[row]);
        }
        return added;
    }

    /** Whether all texts have come to their ends. */
    boolean isOver() {
        return IntStream.range(0, isOver.length).allMatch(row -> isOver[row]);
    }

    /** So many characters of each text, fewer if it ends or once the interrupt is requested. */
    List<String> next(int characters, Interrupt interrupt) {
        List<StringBuilder> written = Stream.generate(StringBuilder::new).limit(unread.length).toList();
        while (!isOver() && !interrupt.isRequested() && written.stream().anyMatch(text -> length(text) < characters)) {
            String[] next = next();
            for (int row = 0; row < next.length; row++) {
                written.get(row).append(next[row]);
            }
        }
        return written.stream().map(text -> first(text.toString(), characters)).toList();
    }

    private static int length(CharSequence text) {
        return Character.codePointCount(text, 0, text.length());
    }

    /** The first characters of a text. */
    static String first(String text, int characters) {
        return text.substring(0, text.offsetByCodePoints(0, Math.min(characters, length(text))));
    }

    @Override
    public void close() {
        decoder.close();
    }
}
