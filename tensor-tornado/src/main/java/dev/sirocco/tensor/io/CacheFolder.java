package dev.sirocco.tensor.io;

import java.nio.file.Path;

/** Where what was fetched or found out is kept until somebody deletes it. */
public final class CacheFolder {

    private CacheFolder() {}

    /** {@code $XDG_CACHE_HOME/sirocco/NAME}, or {@code ~/.cache/sirocco/NAME}; it may not exist yet. */
    public static Path of(String name) {
        return of(System.getenv("XDG_CACHE_HOME"), System.getProperty("user.home"), name);
    }

    static Path of(String cache, String home, String name) {
        return (cache == null || cache.isBlank() ? Path.of(home, ".cache") : Path.of(cache)).resolve("sirocco")
                .resolve(name);
    }
}
