package dev.sirocco.tensor.ir;

/**
 * Something that the person at the terminal can put right. The message is one line: what was wrong and what to do.
 * The apps print it without a stack trace and exit with code 2.
 */
public class UserError extends RuntimeException {

    private static final long serialVersionUID = 1;

    public UserError(String message) {
        super(message);
    }

    public UserError(String message, Throwable cause) {
        super(message, cause);
    }
}
