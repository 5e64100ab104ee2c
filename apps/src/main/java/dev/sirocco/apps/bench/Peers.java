package dev.sirocco.apps.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sirocco.apps.DeviceOption;
import dev.sirocco.tensor.ir.UserError;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs each workload here and in PyTorch, in turn, each time in a process of its own, and compares the medians. */
final class Peers {

    private final Path home;
    private final String python;
    private final DeviceOption device;
    private final int runs;

    /** @param home where {@code sirocco} and {@code bench/peers} are */
    Peers(Path home, String python, DeviceOption device, int runs) {
        this.home = home;
        this.python = python;
        this.device = device;
        this.runs = runs;
    }

    /**
     * Both sides of a workload.
     *
     * @param ratio how many times faster ours is
     */
    record Comparison(Measurement ours, Measurement torch, double ratio) {}

    Comparison compare(Workload workload, int rounds) {
        List<Measurement> ours = new ArrayList<>();
        List<Measurement> torch = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            ours.add(measure(home.resolve("sirocco").toString(), "bench", workload.name(), "--json",
                    "--device", device.id(), "--threads", "" + device.threads(), "--runs", "" + runs));
            torch.add(measure(python, home.resolve("bench/peers/workloads.py").toString(), workload.peer(),
                    "--device", device.isGpu() ? "cuda" : "cpu", "--threads", "" + device.threads(),
                    "--runs", "" + runs));
        }
        Measurement a = middle(ours);
        Measurement b = middle(torch);
        return new Comparison(a, b, b.medianMs() / a.medianMs());
    }

    private static Measurement middle(List<Measurement> measurements) {
        return measurements.stream().sorted((a, b) -> Double.compare(a.medianMs(), b.medianMs())).toList()
                .get(measurements.size() / 2);
    }

    private static Measurement measure(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            String last = null;
            try (BufferedReader lines = process.inputReader()) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    last = line;
                }
            }
            if (process.waitFor() != 0 || last == null) {
                throw new UserError("`%s` failed; PyTorch's side needs a Python with torch: name it by --python"
                        .formatted(String.join(" ", command)));
            }
            return new ObjectMapper().readValue(last, Measurement.class);
        } catch (IOException e) {
            throw new UserError("cannot run %s: %s; name a Python with torch by --python"
                    .formatted(command[0], e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted while waiting for " + command[0], e);
        }
    }
}
