package dev.sirocco.apps.weights;

import java.io.IOException;

/** What another try may put right: no connection, a cut, a stall, a host that is busy. */
final class BrokenConnection extends IOException {

    private static final long serialVersionUID = 1;

    BrokenConnection(String message) {
        super(message);
    }

    BrokenConnection(String message, Throwable cause) {
        super(message, cause);
    }
}
