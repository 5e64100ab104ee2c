package dev.sirocco.apps.write;

import dev.sirocco.apps.Interrupt;
import dev.sirocco.models.sample.TokenSampler;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.models.zoo.LanguageDecoder;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.text.CharTokenizer;
import dev.sirocco.text.UnknownCharacters;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Several texts that go on from one prompt, character by character and without end. */
final class Continuation implements AutoCloseable {

    private final CharTokenizer tokenizer;
    private final LanguageDecoder decoder;
    /** What the decoder has not read yet, a row for each text. */
    private int[][] unread;

    /** @throws UnknownCharacters if the prompt holds characters that the model never saw */
    Continuation(WriterModel model, String prompt, int samples, TokenSampler.Settings settings, long seed,
            Executor executor) {
        Gpt.Config config = model.gpt().config();
        tokenizer = model.tokenizer();
        unread = new int[samples][];
        Arrays.fill(unread, tail(beginning(prompt), config.context()));
        decoder = new LanguageDecoder(model.gpt(), samples, config.context(), new TokenSampler(config.vocabulary()),
                executor);
        decoder.begin(settings, seed);
    }

    /** An empty prompt is the beginning of a line. */
    private int[] beginning(String prompt) {
        int[] ids = tokenizer.encode(prompt);
        return ids.length > 0 ? ids : new int[] {Math.max(0, tokenizer.id('\n'))};
    }

    /** What the model can see. */
    private static int[] tail(int[] ids, int context) {
        return Arrays.copyOfRange(ids, Math.max(0, ids.length - context), ids.length);
    }

    /** The next character of each text. */
    String[] next() {
        int[] tokens = decoder.next(unread);
        unread = Arrays.stream(tokens).mapToObj(token -> new int[] {token}).toArray(int[][]::new);
        return Arrays.stream(tokens).mapToObj(tokenizer::decode).toArray(String[]::new);
    }

    /** So many characters of each text, fewer once the interrupt is requested. */
    List<String> next(int characters, Interrupt interrupt) {
        List<StringBuilder> written = Stream.generate(StringBuilder::new).limit(unread.length).toList();
        for (int i = 0; i < characters && !interrupt.isRequested(); i++) {
            String[] next = next();
            for (int row = 0; row < next.length; row++) {
                written.get(row).append(next[row]);
            }
        }
        return written.stream().map(StringBuilder::toString).toList();
    }

    @Override
    public void close() {
        decoder.close();
    }
}
