package dev.sirocco.models.data;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Runs npm, apt-get and the like. */
@FunctionalInterface
interface PackageTool {

    /** Those on the PATH. */
    PackageTool SYSTEM = PackageTool::runProcess;

    /** @throws UserError if the tool is missing or fails */
    void run(Path folder, String... command);

    private static void runProcess(Path folder, String... command) {
        Process process;
        try {
            process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new UserError(command[0] + " is needed to get this and is not on the PATH: install it, or get the "
                    + "files in another way and name their path", e);
        }
        try {
            process.getOutputStream().close();
            List<String> printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()
                    .toList();
            int code = process.waitFor();
            if (code != 0) {
                throw new UserError("'" + String.join(" ", command) + "' failed with code " + code + ": "
                        + complaint(printed) + (command[0].equals("apt-get") ? " ('apt-get update' may help)" : ""));
            }
        } catch (IOException e) {
            throw new UserError("'" + String.join(" ", command) + "' was cut off: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new UserError("'" + String.join(" ", command) + "' was interrupted", e);
        }
    }

    /** The line that says most: npm's and apt's errors begin in their own ways. */
    private static String complaint(List<String> printed) {
        return printed.stream().filter(line -> line.startsWith("E: ")
                || line.matches("npm (ERR!|error) (?!code|errno).*"))
                .findFirst().orElseGet(() -> printed.isEmpty() ? "it said nothing" : printed.getLast());
    }
}
