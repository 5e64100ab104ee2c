package dev.sirocco.models.data;

import dev.sirocco.tensor.ir.UserError;
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
        ExternalProgram.Result result = ExternalProgram.run(folder, command[0] + " is needed to get this and is not on "
                + "the PATH: install it, or get the files in another way and name their path", command);
        if (result.code() != 0) {
            throw new UserError("'" + String.join(" ", command) + "' failed with code " + result.code() + ": "
                    + complaint(result.printed().lines().toList())
                    + (command[0].equals("apt-get") ? " ('apt-get update' may help)" : ""));
        }
    }

    /** The line that says most: npm's and apt's errors begin in their own ways. */
    private static String complaint(List<String> printed) {
        return printed.stream().filter(line -> line.startsWith("E: ")
                || line.matches("npm (ERR!|error) (?!code|errno).*"))
                .findFirst().orElseGet(() -> printed.isEmpty() ? "it said nothing" : printed.getLast());
    }
}
