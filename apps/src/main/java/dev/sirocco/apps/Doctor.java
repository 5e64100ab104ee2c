package dev.sirocco.apps;

import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import java.io.File;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco doctor}: whether all is well with this machine. */
@Command(name = "doctor", mixinStandardHelpOptions = true,
        description = "Checks this machine, tries every executor, and says what is missing and how to get it.")
final class Doctor implements Callable<Integer> {

    private static final double TOLERANCE = 1e-4;

    /** Named by its use alone, so that this class can be loaded on a JVM without the module. */
    private static final class Simd {
        static String width() {
            return "%d bits, %d floats".formatted(FloatVector.SPECIES_PREFERRED.vectorBitSize(),
                    FloatVector.SPECIES_PREFERRED.length());
        }
    }

    @ParentCommand
    private Sirocco parent;

    private PrintStream out;
    private boolean isWell = true;

    @Override
    public Integer call() {
        out = parent.terminal().out();
        Runtime jvm = Runtime.getRuntime();
        List<String> flags = ManagementFactory.getRuntimeMXBean().getInputArguments();
        say("Java", "%s (%s), %s", Runtime.version(), System.getProperty("java.vendor"),
                System.getProperty("java.home"));
        say("System", "%s %s, %d threads", System.getProperty("os.name"), System.getProperty("os.arch"),
                jvm.availableProcessors());
        say("Memory", "%s free, heap up to %s", gigabytes(MachineMemory.available()), gigabytes(jvm.maxMemory()));
        checkVector();
        checkNativeAccess();
        say("AOT cache", "%s", flags.stream().anyMatch(f -> f.startsWith("-XX:AOTCache=")) ? "in use"
                : "not in use: starting takes longer");
        checkModel();
        say("Maven", "%s", onPath("mvn") ? "found" : "not found, needed to build: apt install maven, brew install "
                + "maven or sdk install maven");
        tryOut("reference", Executors::reference);
        if (Executors.hasVector()) {
            tryOut("cpu", Executors::best);
        }
        if (Executors.hasTornado()) {
            Executors.devices().stream().filter(d -> d.id().startsWith("tornado"))
                    .forEach(d -> tryOut(d.id(), () -> Executors.tornado(d.id())));
        } else {
            say("TornadoVM", "none, so no GPU: sdk install tornadovm (https://sdkman.io), or set TORNADOVM_HOME");
        }
        out.println(isWell ? "All is well." : "Something is missing, see above.");
        return isWell ? 0 : 1;
    }

    private void checkVector() {
        if (Executors.hasVector()) {
            say("SIMD", "%s", Simd.width());
        } else {
            ail("SIMD", "off: start java with --add-modules jdk.incubator.vector, as ./sirocco does");
        }
    }

    private void checkNativeAccess() {
        if (Doctor.class.getModule().isNativeAccessEnabled()) {
            say("Native access", "enabled");
        } else {
            ail("Native access", "off: start java with --enable-native-access=ALL-UNNAMED, as ./sirocco does");
        }
    }

    private void checkModel() {
        Path model = Home.checkpoint("write");
        say("Model", Files.isDirectory(model) ? "%s" : "none at %s: train one with `sirocco write train`", model);
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** Runs a small computation whose result is known. */
    private void tryOut(String name, Supplier<Executor> executor) {
        try {
            long start = System.nanoTime();
            double error = error(executor.get());
            if (error <= TOLERANCE) {
                say("--device " + name, "works (%d ms, error %.1e)", (System.nanoTime() - start) / 1_000_000, error);
            } else {
                ail("--device " + name, "computes wrongly (error " + error + "): please report it");
            }
        } catch (RuntimeException | LinkageError e) {
            ail("--device " + name, "does not work: " + e);
        }
    }

    /** How far Σ gelu(a·b) is from what it should be; a is (17, 13) of ones and b (13, 7) of 0.1. */
    private static double error(Executor executor) {
        Graph g = new Graph();
        var a = g.input("a", DType.F32, 17, 13);
        var b = g.input("b", DType.F32, 13, 7);
        g.output("sum", a.matmul(b).gelu().sum());
        try (Program program = g.compile(executor)) {
            program.input("a").fill(1);
            program.input("b").fill(0.1f);
            program.run();
            double gelu = 1.3 * 0.9031995154143897;                      // x·Φ(x) at x = 13 · 0.1
            return Math.abs(program.output("sum").get(0) / (17 * 7 * gelu) - 1);
        }
    }

    private void say(String what, String format, Object... values) {
        out.printf(Locale.ROOT, "%-22s" + format + "%n", concat(what, values));
    }

    private void ail(String what, String problem) {
        isWell = false;
        say(what, "%s", "✗ " + problem);
    }

    private static Object[] concat(Object first, Object[] rest) {
        return Stream.concat(Stream.of(first), Stream.of(rest)).toArray();
    }

    private static String gigabytes(long bytes) {
        return bytes == Long.MAX_VALUE ? "unknown" : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
}
