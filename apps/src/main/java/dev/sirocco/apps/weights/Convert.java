package dev.sirocco.apps.weights;

import dev.sirocco.apps.OutputNames;
import dev.sirocco.apps.Sirocco;
import dev.sirocco.tensor.io.GgufArray;
import dev.sirocco.tensor.io.Safetensors;
import dev.sirocco.tensor.io.TensorFile;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco convert}: any file of tensors to safetensors. */
@Command(name = "convert", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Converts safetensors, GGUF, PyTorch's and llama2.c's files to one file of safetensors. What is "
                + "quantised is unpacked; integers become I32, truth values F32.")
public final class Convert implements Callable<Integer> {

    @ParentCommand
    private Sirocco parent;

    @Parameters(paramLabel = "IN", description = "A file, the index of several, or a folder with a model.")
    private Path in;

    @Parameters(paramLabel = "OUT.safetensors", description = "Appears whole or not at all.")
    private Path out;

    @Option(names = "--type", paramLabel = "TYPE",
            description = "f32, bf16 or f16 for all that are no integers (default: each as it is, or F32).")
    private DType type;

    @Override
    public Integer call() {
        if (type != null && !type.isFloat()) {
            throw new UserError("--type " + type + " is not possible: take f32, bf16 or f16");
        }
        OutputNames.check(out, ".safetensors");
        TensorFile file = TensorFile.open(in);
        List<String> left = new ArrayList<>();
        try (ByteProgress progress = new ByteProgress(parent.terminal().err())) {
            Safetensors.write(out, new ConvertedTensors(file, type, progress).sources(), metadata(file, left));
        }
        if (!left.isEmpty()) {
            parent.terminal().out().println("left out, since safetensors has no lists: " + String.join(", ", left));
        }
        parent.terminal().out().println("%s: %d tensors, %s".formatted(
                out, file.names().size(), new ByteCount(out.toFile().length())));
        return 0;
    }

    /**
     * The metadata as texts. Readers that were made for Python want to know whose tensors they are.
     *
     * @param left is given what has no text
     */
    private static Map<String, String> metadata(TensorFile file, List<String> left) {
        Map<String, String> texts = new LinkedHashMap<>();
        file.metadata().forEach((key, value) -> {
            if (value instanceof GgufArray) {
                left.add(key);
            } else {
                texts.put(key, value.toString());
            }
        });
        texts.putIfAbsent("format", "pt");
        return texts;
    }
}
