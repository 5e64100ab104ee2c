package dev.sirocco.apps.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What was measured of a workload; one JSON line.
 *
 * @param medianMs of several runs, in milliseconds
 * @param perSecond units a second at the median
 * @param peakRssMb the process' largest resident size so far, in MiB; -1 where the system does not tell
 */
record Measurement(String workload, @JsonProperty("median_ms") double medianMs,
                   @JsonProperty("per_second") double perSecond, String unit,
                   @JsonProperty("peak_rss_mb") long peakRssMb) {

    private static final int WARM_UP_RUNS = 3;
    private static final double WARM_UP_SECONDS = 20;

    /** Warms up, then takes the median of some runs. */
    static Measurement of(String name, double amount, String unit, Runnable run, int runs) {
        long begin = System.nanoTime();
        for (int i = 0; i < WARM_UP_RUNS || System.nanoTime() - begin < WARM_UP_SECONDS * 1e9; i++) {
            run.run();
        }
        double[] ms = new double[runs];
        for (int i = 0; i < runs; i++) {
            long start = System.nanoTime();
            run.run();
            ms[i] = (System.nanoTime() - start) / 1e6;
        }
        double median = median(ms);
        return new Measurement(name, round(median), round(amount / median * 1e3), unit, peakRss());
    }

    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double round(double x) {
        return Math.round(x * 1e3) / 1e3;
    }

    private static long peakRss() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024).findFirst().orElse(-1);
        } catch (IOException e) {
            return -1;
        }
    }
}
