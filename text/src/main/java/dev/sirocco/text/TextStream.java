package dev.sirocco.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * A text while its tokens come in one by one. The bytes of a character are held back until it is whole; bytes that are
 * no UTF-8 become U+FFFD.
 */
public final class TextStream {

    /** What a character lacks its end of: three bytes at most. */
    private static final int MOST_HELD = 3;

    private final TextTokenizer tokenizer;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE).onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] held = {};
    private boolean isSpaceExpected;

    private TextStream(TextTokenizer tokenizer, boolean isSpaceExpected) {
        this.tokenizer = tokenizer;
        this.isSpaceExpected = isSpaceExpected;
    }

    /** A text from its first token on. */
    public static TextStream ofBeginning(TextTokenizer tokenizer) {
        return new TextStream(tokenizer, tokenizer.hasSpaceInFront());
    }

    /** What follows a text that is known already. */
    public static TextStream ofContinuation(TextTokenizer tokenizer) {
        return new TextStream(tokenizer, false);
    }

    /**
     * The characters that a token makes whole, maybe none.
     *
     * @throws dev.sirocco.tensor.ir.UserError if the id is not in the tokeniser's vocabulary
     */
    public String add(int id) {
        String text = decode(tokenizer.utf8(id), false);
        if (!isSpaceExpected || text.isEmpty()) {
            return text;
        }
        isSpaceExpected = false;
        return text.startsWith(" ") ? text.substring(1) : text;
    }

    /** What is still held back, as U+FFFD: a text that ends within a character. Another may begin then. */
    public String rest() {
        return decode(new byte[0], true);
    }

    private String decode(byte[] utf8, boolean isEnd) {
        ByteBuffer bytes = ByteBuffer.allocate(held.length + utf8.length).put(held).put(utf8).flip();
        CharBuffer text = CharBuffer.allocate(bytes.remaining());
        decoder.decode(bytes, text, isEnd);
        held = new byte[Math.min(MOST_HELD, bytes.remaining())];
        bytes.get(held);
        if (isEnd) {
            decoder.reset();
        }
        return text.flip().toString();
    }
}
