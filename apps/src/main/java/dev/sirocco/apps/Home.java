package dev.sirocco.apps;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** The folder that Sirocco was checked out to. */
public final class Home {

    /** Set by the launcher. */
    private static final String PROPERTY = "sirocco.home";

    private Home() {}

    /** As the launcher says; else two or three folders above the jar, which lies in apps/target or target/app. */
    public static Path path() {
        String home = System.getProperty(PROPERTY);
        if (home != null) {
            return Path.of(home);
        }
        try {
            Path code = Path.of(Home.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return code.getParent().getParent().getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where the model that comes with Sirocco lies for a command. */
    public static Path checkpoint(String command) {
        return path().resolve("checkpoints").resolve(command);
    }
}
