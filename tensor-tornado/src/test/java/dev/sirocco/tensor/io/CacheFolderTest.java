package dev.sirocco.tensor.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CacheFolderTest {

    @Test
    void theEnvironmentSaysWhere() {
        assertEquals(Path.of("/there/sirocco/data"), CacheFolder.of("/there", "/home/me", "data"));
        assertEquals(Path.of("/home/me/.cache/sirocco/data"), CacheFolder.of(null, "/home/me", "data"));
        assertEquals(Path.of("/home/me/.cache/sirocco/data"), CacheFolder.of(" ", "/home/me", "data"));
    }
}
