package dev.sirocco.models.data;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Runs other programs. */
public final class ExternalProgram {

    /**
     * How it went.
     *
     * @param code 0 if well
     * @param printed on both channels
     */
    public record Result(int code, String printed) {}

    private ExternalProgram() {}

    /**
     * Runs a program to its end, with nothing to read.
     *
     * @param folder where it runs
     * @param missing what to say if it is not on the PATH
     * @throws UserError if it is not, or was cut off
     */
    public static Result run(Path folder, String missing, String... command) {
        Process process;
        try {
            process = new ProcessBuilder(command).directory(folder.toAbsolutePath().toFile()).redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new UserError(missing, e);
        }
        try {
            process.getOutputStream().close();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), printed);
        } catch (IOException e) {
            throw new UserError("'" + String.join(" ", command) + "' was cut off: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new UserError("'" + String.join(" ", command) + "' was interrupted", e);
        }
    }
}
