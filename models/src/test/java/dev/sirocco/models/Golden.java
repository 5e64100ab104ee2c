package dev.sirocco.models;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.ir.Storage;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Numbers from src/test/python/golden.py. */
public final class Golden {

    private Golden() {}

    public static Safetensors open(String name) {
        return Safetensors.open(path(name));
    }

    public static Path path(String name) {
        try {
            return Path.of(Golden.class.getResource("/dev/sirocco/models/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The tensors whose name begins with a prefix, without it. */
    public static Map<String, Storage> under(Safetensors file, String prefix) {
        Map<String, Storage> found = new LinkedHashMap<>();
        file.names().stream().filter(n -> n.startsWith(prefix))
                .forEach(n -> found.put(n.substring(prefix.length()), file.get(n)));
        return found;
    }

    public static void assertClose(String what, float[] expected, float[] actual, double tolerance) {
        assertEquals(expected.length, actual.length, what);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], tolerance * Math.max(1, Math.abs(expected[i])), what + " [" + i + "]");
        }
    }
}
