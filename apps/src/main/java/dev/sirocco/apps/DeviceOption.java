package dev.sirocco.apps;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.ir.UserError;
import picocli.CommandLine.Option;

/** The choice of what computes, for commands to mix in. */
public final class DeviceOption {

    private static final int MOST_THREADS = 1024;

    @Option(names = "--device", paramLabel = "D", defaultValue = "auto",
            description = "auto (default), cpu (SIMD on all cores), reference (slow, exact).")
    private String device;

    @Option(names = "--threads", paramLabel = "N",
            description = "CPU threads, one for each core if not given. Results do not depend on it.")
    private Integer threads;

    /** @throws UserError if there is no such device */
    public Executor executor() {
        new Range("--threads", 1, MOST_THREADS).check(threads);
        return switch (device) {
            case "auto" -> threads == null || !Executors.hasVector() ? Executors.best() : Executors.vector(threads);
            case "cpu" -> cpu();
            case "reference" -> Executors.reference();
            default -> throw new UserError("no device '" + device + "': there are auto, cpu and reference");
        };
    }

    private Executor cpu() {
        if (!Executors.hasVector()) {
            throw new UserError("--device cpu needs the JVM flag --add-modules jdk.incubator.vector: start with the "
                    + "launcher ./sirocco, which sets it");
        }
        return threads == null ? Executors.best() : Executors.vector(threads);
    }
}
