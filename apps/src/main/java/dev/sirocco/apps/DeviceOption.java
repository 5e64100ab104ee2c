package dev.sirocco.apps;

import dev.sirocco.tensor.exec.Device;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.ir.UserError;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The choice of what computes, for commands to mix in. */
public final class DeviceOption {

    private static final int MOST_THREADS = 1024;

    @Option(names = "--device", paramLabel = "D", defaultValue = "auto",
            description = "auto (default: a GPU if there is one), cpu (SIMD on all cores), tornado or tornado:0:1 "
                    + "(see `sirocco devices`), reference (slow, exact).")
    private String device;

    @Option(names = "--threads", paramLabel = "N",
            description = "CPU threads, one for each core if not given. Results do not depend on it.")
    private Integer threads;

    /** @throws UserError if there is no such device */
    public Executor executor() {
        checkThreads();
        return switch (id()) {
            case "cpu" -> cpu();
            case "reference" -> Executors.reference();
            case String id when id.equals("tornado") || id.startsWith("tornado:") -> tornado(id);
            default -> throw new UserError("no device '" + device + "': there are auto, cpu, tornado and reference");
        };
    }

    /** The device asked for, {@code auto} being a GPU where there is one and otherwise the CPU. */
    public String id() {
        return device.equals("auto") ? gpus().map(Device::id).findFirst().orElse("cpu") : device;
    }

    /** Whether it is a GPU. */
    public boolean isGpu() {
        return gpus().anyMatch(gpu -> device.equals("auto") || device.equals("tornado") || device.equals(gpu.id()));
    }

    private static Stream<Device> gpus() {
        return Executors.devices().stream().filter(Device::isGpu);
    }

    /**
     * How many threads the CPU computes with.
     *
     * @throws UserError if that is no number of threads
     */
    public int threads() {
        checkThreads();
        return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    }

    private void checkThreads() {
        new Range("--threads", 1, MOST_THREADS).check(threads);
    }

    private static Executor tornado(String id) {
        try {
            return Executors.tornado(id);
        } catch (IllegalStateException e) {
            throw new UserError("--device " + id + ": " + e.getMessage(), e);
        }
    }

    private Executor cpu() {
        if (device.equals("cpu") && !Executors.hasVector()) {
            throw new UserError("--device cpu needs the JVM flag --add-modules jdk.incubator.vector: start with the "
                    + "launcher ./sirocco, which sets it");
        }
        return threads == null || !Executors.hasVector() ? Executors.best() : Executors.vector(threads);
    }
}
