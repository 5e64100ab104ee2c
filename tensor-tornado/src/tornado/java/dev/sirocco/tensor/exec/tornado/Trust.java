package dev.sirocco.tensor.exec.tornado;

import dev.sirocco.tensor.exec.Device;
import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.io.AtomicFile;
import dev.sirocco.tensor.io.CacheFolder;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Which kernel families a device computes rightly. On the first use of a device each is compared with the reference on
 * a small sample; the result is kept for each device, driver and build in the user's cache folder. Drivers' compilers
 * do have faults, and a wrong number is worse than a refusal.
 */
final class Trust {

    private static final String WORKS = "works";
    private static final double TOLERANCE = 1e-4;

    private final Device device;
    private final Properties results;

    private Trust(Device device, Properties results) {
        this.device = device;
        this.results = results;
    }

    /** @param compile for the device, without asking here */
    static Trust in(Device device, Function<Graph, Program> compile) {
        Path file = folder().resolve((device.name() + ' ' + device.driver()).replaceAll("[^\\w.]+", "-")
                + ".properties");
        Properties results = read(file);
        String build = build();
        if (!build.equals(results.getProperty("build"))) {
            System.err.printf("checking the kernels of %s, once ...%n", device.id());
            results.clear();
            results.setProperty("build", build);
            for (KernelFamily family : KernelFamily.values()) {
                results.setProperty(family.name(), check(family, compile));
            }
            write(file, results);
        }
        return new Trust(device, results);
    }

    /** @throws UserError if one of the families does not work here */
    void require(Collection<KernelFamily> families) {
        for (KernelFamily family : families) {
            String result = results.getProperty(family.name());
            if (!WORKS.equals(result)) {
                throw new UserError("the %s kernels fail on %s (%s, %s): %s; use --device cpu, or try another driver"
                        .formatted(family.name().toLowerCase(Locale.ROOT).replace('_', '-'), device.id(), device.name(),
                                device.driver(), result));
            }
        }
    }

    private static String check(KernelFamily family, Function<Graph, Program> compile) {
        Graph g = new Graph();
        g.output("y", family.sample(g));
        try (Program here = compile.apply(g); Program reference = g.compile(Executors.reference())) {
            SplittableRandom random = new SplittableRandom(1);
            for (String name : g.inputs().keySet()) {
                Storage x = here.input(name);
                for (long i = 0; i < x.numel(); i++) {
                    x.set(i, (float) random.nextDouble(-1, 1));
                }
                reference.input(name).set(x);
            }
            here.run();
            reference.run();
            return difference(here.output("y"), reference.output("y"));
        } catch (RuntimeException | LinkageError e) {
            return String.valueOf(e.getMessage()).lines().findFirst().orElse("") + " (" + e.getClass().getSimpleName()
                    + ")";
        }
    }

    private static String difference(Storage here, Storage reference) {
        for (long i = 0; i < here.numel(); i++) {
            float a = here.get(i);
            float b = reference.get(i);
            if (!(Math.abs(a - b) <= TOLERANCE * (1 + Math.abs(b)))) {
                return "element %d of the sample is %s and should be %s".formatted(i, a, b);
            }
        }
        return WORKS;
    }

    /** Kernels change with the program, so results belong to one build of it. */
    private static String build() {
        try {
            File code = new File(Trust.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return code + " " + code.lastModified();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path folder() {
        return CacheFolder.of("devices");
    }

    private static Properties read(Path file) {
        Properties results = new Properties();
        try {
            results.load(new ByteArrayInputStream(Files.readAllBytes(file)));
        } catch (IOException | IllegalArgumentException _) {
            results.clear();                                           // not there, or not what was written: check anew
        }
        return results;
    }

    private static void write(Path file, Properties results) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            results.store(bytes, "Which kernels work on this device; sirocco checks again if this file is deleted.");
            Files.createDirectories(file.getParent());
            AtomicFile.write(file, channel -> channel.write(ByteBuffer.wrap(bytes.toByteArray())));
        } catch (IOException | UserError e) {
            System.err.println("sirocco: the check of the device's kernels could not be kept: " + e.getMessage());
        }
    }
}
