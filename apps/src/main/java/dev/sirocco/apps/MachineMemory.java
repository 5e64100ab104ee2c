package dev.sirocco.apps;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory the machine can still give. */
public final class MachineMemory {

    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final Path CGROUP = Path.of("/sys/fs/cgroup");
    /** What the JVM itself and the page cache of the running program want. */
    private static final long RESERVE = 128L << 20;

    private MachineMemory() {}

    /** Bytes that can be had without swapping; {@link Long#MAX_VALUE} if the system does not say. */
    public static long available() {
        return Math.min(machine(), container());
    }

    private static long machine() {
        try {
            return Files.readAllLines(MEMINFO).stream().filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10).findFirst()
                    .orElse(Long.MAX_VALUE);
        } catch (IOException _) {
            return Long.MAX_VALUE;                                       // not Linux
        }
    }

    private static long container() {
        try {
            long limit = Long.parseLong(Files.readString(CGROUP.resolve("memory.max")).strip());
            return limit - Long.parseLong(Files.readString(CGROUP.resolve("memory.current")).strip());
        } catch (IOException | NumberFormatException _) {
            return Long.MAX_VALUE;                                       // no container, or one without a limit
        }
    }

    /**
     * To be asked before a run.
     *
     * @param bytes that the run is going to take
     * @param remedy what to do if there are not that many, such as "choose a smaller --batch"
     * @throws UserError if the machine has less
     */
    public static void require(long bytes, String remedy) {
        long available = available();
        if (bytes > available - RESERVE) {
            throw new UserError("too little memory: this run needs %,d bytes, %,d are free: %s"
                    .formatted(bytes, available, remedy));
        }
    }
}
