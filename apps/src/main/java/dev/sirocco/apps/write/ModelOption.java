package dev.sirocco.apps.write;

import dev.sirocco.apps.Home;
import dev.sirocco.tensor.ir.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The model that a command uses, for commands to mix in. */
final class ModelOption {

    @Option(names = "--model", paramLabel = "DIR",
            description = "A folder that `sirocco write train` wrote (default: the model that comes with Sirocco). To "
                    + "write: a GGUF file, or a published folder of GPT-2 or Llama, too.")
    private Path folder;

    /** @throws UserError if none was named and none came with Sirocco */
    Path folder() {
        if (folder != null) {
            return folder;
        }
        Path bundled = Home.checkpoint("write");
        if (!Files.isDirectory(bundled)) {
            throw new UserError("no model came with Sirocco (no " + bundled + "): train one with `sirocco write train "
                    + "--data FILE --out DIR --minutes 10`, then name it with --model DIR");
        }
        return bundled;
    }

    WriterModel load() {
        return WriterModel.load(folder());
    }
}
