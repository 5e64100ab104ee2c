package dev.sirocco.tensor.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.ir.UserError;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;

/** Files that others wrote, with the values in them: see golden_files.py. */
final class Golden {

    private Golden() {}

    static Path path(String name) {
        try {
            return Path.of(Golden.class.getResource("/io/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same tensors, of the same shapes, to the last bit. */
    static void assertHolds(Safetensors expected, TensorFile file) {
        assertEquals(Set.copyOf(expected.names()), Set.copyOf(file.names()));
        for (String name : expected.names()) {
            assertEquals(expected.shape(name), file.shape(name), name);
            assertEquals(expected.shape(name), file.get(name).shape(), name);
            assertArrayEquals(expected.get(name).floats(), file.get(name).floats(), name);
        }
    }

    static void assertRefused(String part, Runnable action) {
        String message = assertThrows(UserError.class, action::run).getMessage();
        assertTrue(message.contains(part), "\"" + message + "\" should contain \"" + part + "\"");
        assertEquals(1, message.lines().count(), message);
    }
}
