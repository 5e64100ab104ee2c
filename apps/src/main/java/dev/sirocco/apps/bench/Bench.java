package dev.sirocco.apps.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.Home;
import dev.sirocco.apps.Range;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.vector.Roofline;
import dev.sirocco.tensor.ir.UserError;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sirocco bench}. */
@Command(name = "bench", description = "Time end-to-end workloads, alone or beside PyTorch.",
        mixinStandardHelpOptions = true)
public final class Bench implements Runnable {

    private static final String ROOFLINE = "roofline";

    @Parameters(arity = "0..*", paramLabel = "NAME", description = "Workloads; all if none is named.")
    private List<String> names = List.of();

    @Option(names = "--json", description = "One JSON line for each workload.")
    private boolean json;

    @Option(names = "--micro", description = "Single kernels under JMH instead; names choose among them.")
    private boolean micro;

    @Option(names = "--peers", description = "Run what PyTorch can do there too, in turn, and print the ratios.")
    private boolean peers;

    @Option(names = "--python", paramLabel = "EXE", defaultValue = "python3",
            description = "A Python with torch, for --peers (default: ${DEFAULT-VALUE}).")
    private String python;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3",
            description = "How often --peers runs both sides (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--runs", paramLabel = "N", defaultValue = "15",
            description = "Timed runs after the warm-up (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Mixin
    private DeviceOption device = new DeviceOption();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        new Range("--runs", 1, Integer.MAX_VALUE).check(runs);
        new Range("--rounds", 1, Integer.MAX_VALUE).check(rounds);
        if (micro) {
            runMicro();
            return;
        }
        List<Workload> chosen = chosen();
        if (peers) {
            compare(chosen.stream().filter(w -> w.peer() != null).toList());
            return;
        }
        Executor executor = device.executor();
        for (Workload w : chosen) {
            Workload.Work work = w.setUp().apply(executor);
            print(Measurement.of(w.name(), work.amount(), w.unit(), work.run(), runs));
        }
        if (names.isEmpty() || names.contains(ROOFLINE)) {
            Roofline roofline = new Roofline(device.threads());
            print(Measurement.of("roofline-fma", roofline.gigaflops(), "GFLOP", roofline::multiplyAdd, runs));
            print(Measurement.of("roofline-memory", roofline.gigabytes(), "GB", roofline::read, runs));
        }
    }

    private void runMicro() {
        try {
            Micro.main(names);
        } catch (RunnerException e) {
            throw new UserError("JMH: " + e.getMessage(), e);
        }
    }

    private List<Workload> chosen() {
        for (String name : names) {
            if (!name.equals(ROOFLINE) && Workloads.ALL.stream().noneMatch(w -> w.name().equals(name))) {
                throw new UserError("no workload named %s; there are %s and %s".formatted(name,
                        Workloads.ALL.stream().map(Workload::name).collect(Collectors.joining(", ")), ROOFLINE));
            }
        }
        return Workloads.ALL.stream().filter(w -> names.isEmpty() || names.contains(w.name())).toList();
    }

    private void compare(List<Workload> workloads) {
        Peers other = new Peers(Home.path(), python, device, runs);
        List<Peers.Comparison> comparisons = new ArrayList<>();
        out().printf("%-18s %14s %14s %8s %12s %12s%n", "workload", "sirocco", "pytorch", "ratio", "sirocco MB",
                "pytorch MB");
        for (Workload w : workloads) {
            Peers.Comparison c = other.compare(w, rounds);
            comparisons.add(c);
            out().printf("%-18s %10.2f %s/s %10.2f %s/s %6.2fx %9d MB %9d MB%n", w.name(), c.ours().perSecond(),
                    w.unit(), c.torch().perSecond(), w.unit(), c.ratio(), c.ours().peakRssMb(), c.torch().peakRssMb());
            out().flush();
        }
        if (json) {
            comparisons.forEach(this::printJson);
        }
    }

    private void print(Measurement m) {
        if (json) {
            printJson(m);
        } else {
            out().printf("%-18s %10.3f ms %14.2f %s/s  peak %d MB%n", m.workload(), m.medianMs(), m.perSecond(),
                    m.unit(), m.peakRssMb());
            out().flush();
        }
    }

    private void printJson(Object line) {
        try {
            out().println(new ObjectMapper().writeValueAsString(line));
            out().flush();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
