package dev.sirocco.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Text to the ids of a model's tokens and back. Ids run from 0 to {@link #vocabularySize} - 1. Immutable, so threads
 * may share one.
 */
public interface TextTokenizer {

    /** The number of ids, at least 1. */
    int vocabularySize();

    /** The ids of a text as it is, with no special token among them, whatever is written in it. */
    int[] encode(String text);

    /**
     * The bytes of UTF-8 that a token stands for: a character, many, or a part of one; none for a special token. The
     * array belongs to the caller.
     *
     * @throws dev.sirocco.tensor.ir.UserError if the id is not in [0, {@link #vocabularySize})
     */
    byte[] utf8(int id);

    /** The tokens that are no text. */
    default SpecialTokens special() {
        return SpecialTokens.NONE;
    }

    /** Whether {@link #encode} sees a space in front of each text, which is to be taken away when it is decoded. */
    default boolean hasSpaceInFront() {
        return false;
    }

    /** What a model reads of a text that it is to continue: the begin token, where it expects one, and the text. */
    default int[] prompt(String text) {
        int[] ids = encode(text);
        if (special().begin().isEmpty() || !special().isBeginExpected() && ids.length > 0) {
            return ids;
        }
        int[] prompt = new int[ids.length + 1];
        prompt[0] = special().begin().getAsInt();
        System.arraycopy(ids, 0, prompt, 1, ids.length);
        return prompt;
    }

    /**
     * The text of ids, without special tokens; bytes that are no UTF-8 become U+FFFD.
     *
     * @throws dev.sirocco.tensor.ir.UserError if an id is not in [0, {@link #vocabularySize})
     */
    default String decode(int[] ids) {
        ByteArrayOutputStream utf8 = new ByteArrayOutputStream();
        for (int id : ids) {
            utf8.writeBytes(utf8(id));
        }
        String text = utf8.toString(StandardCharsets.UTF_8);
        return hasSpaceInFront() && text.startsWith(" ") ? text.substring(1) : text;
    }
}
