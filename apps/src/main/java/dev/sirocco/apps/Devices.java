package dev.sirocco.apps;

import dev.sirocco.tensor.exec.Device;
import dev.sirocco.tensor.exec.Executors;
import java.io.PrintStream;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco devices}: what can be named by {@code --device}. */
@Command(name = "devices", mixinStandardHelpOptions = true,
        description = "Lists what programs can run on: the CPU, and the devices that TornadoVM finds.")
final class Devices implements Runnable {

    @ParentCommand
    private Sirocco parent;

    @Override
    public void run() {
        PrintStream out = parent.terminal().out();
        String row = "%-14s %-5s %-8s %10s  %s%n";
        out.printf(row, "--device", "kind", "backend", "memory", "name, driver");
        for (Device d : Executors.devices()) {
            out.printf(Locale.ROOT, row, d.id(), d.isGpu() ? "GPU" : "CPU", d.backend(),
                    String.format(Locale.ROOT, "%.1f GB", d.memoryBytes() / 1e9), d.name() + ", " + d.driver());
        }
        if (!Executors.hasTornado()) {
            out.println("For GPUs and OpenCL: install TornadoVM's SDK with `sdk install tornadovm` "
                    + "(https://sdkman.io), or set TORNADOVM_HOME.");
        }
    }
}
