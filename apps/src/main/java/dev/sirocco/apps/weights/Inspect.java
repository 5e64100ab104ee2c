package dev.sirocco.apps.weights;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sirocco.apps.Sirocco;
import dev.sirocco.tensor.io.GgufArray;
import dev.sirocco.tensor.io.TensorFile;
import dev.sirocco.tensor.ir.Shape;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco inspect}: what is in a file of tensors. */
@Command(name = "inspect", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Says what is in a file of tensors: safetensors, GGUF, PyTorch's or llama2.c's.")
public final class Inspect implements Callable<Integer> {

    private static final int LONGEST = 100;

    @ParentCommand
    private Sirocco parent;

    @Parameters(paramLabel = "FILE", description = "A file, the index of several, or a folder with a model.")
    private Path path;

    @Option(names = "--all",
            description = "A line for each tensor, also for those alike whose names differ in numbers alone.")
    private boolean isEach;

    @Option(names = "--json", description = "As JSON, for programs.")
    private boolean isJson;

    /** What tensors that are shown together have in common; an asterisk stands for the numbers in their names. */
    private record Kind(String name, String type, Shape shape) {}

    @Override
    public Integer call() {
        TensorFile file = TensorFile.open(path);
        if (isJson) {
            parent.terminal().out().println(json(file).toPrettyString());
        } else {
            print(file, parent.terminal().out());
        }
        return 0;
    }

    // ---- for people -----------------------------------------------------------------------------------------------

    private void print(TensorFile file, PrintStream out) {
        out.println(file.path() + ": " + file.format());
        file.metadata().forEach((key, value) -> out.println("  " + oneLine(key) + ": " + oneLine(value.toString())));
        Map<Kind, List<String>> kinds = file.names().stream().collect(
                Collectors.groupingBy(name -> kind(file, name), LinkedHashMap::new, Collectors.toList()));
        String line = "%-" + longest(kinds.keySet().stream().map(Kind::type).toList()) + "s  %-"
                + longest(kinds.keySet().stream().map(kind -> kind.shape().toString()).toList()) + "s  %,15d B  %s%s%n";
        kinds.forEach((kind, names) -> out.printf(Locale.ROOT, line, kind.type(), kind.shape(),
                file.storedBytes(names.getFirst()),
                oneLine(names.size() == 1 ? names.getFirst() : kind.name()),
                names.size() == 1 ? "" : "  (" + names.size() + " of them)"));
        Map<String, List<String>> types = file.names().stream().collect(
                Collectors.groupingBy(file::storedType, LinkedHashMap::new, Collectors.toList()));
        types.forEach((type, names) -> out.println(type + ": " + total(file, names)));
        if (types.size() != 1) {
            out.println("together: " + total(file, file.names()));
        }
    }

    private Kind kind(TensorFile file, String name) {
        // A number between dots is the index of a layer.
        String pattern = isEach ? name : name.replaceAll("(?<![^.])\\d+(?![^.])", "*");
        return new Kind(pattern, file.storedType(name), file.shape(name));
    }

    private static String total(TensorFile file, Collection<String> names) {
        long elements = names.stream().mapToLong(name -> file.shape(name).numel()).sum();
        long bytes = names.stream().mapToLong(file::storedBytes).sum();
        return String.format(Locale.ROOT, "%,d tensors, %,d elements, %s", names.size(), elements,
                new ByteCount(bytes));
    }

    private static int longest(List<String> texts) {
        return texts.stream().mapToInt(String::length).max().orElse(1);
    }

    /** A text from the file, which may be long, of several lines, or mean something to the terminal. */
    private static String oneLine(String text) {
        String line = text.replaceAll("[\\p{Cc}\\p{Cf}]+", " ");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }

    // ---- for programs ---------------------------------------------------------------------------------------------

    private static ObjectNode json(TensorFile file) {
        ObjectNode root = new ObjectMapper().createObjectNode();
        root.put("path", file.path().toString());
        root.put("format", file.format());
        ObjectNode metadata = root.putObject("metadata");
        file.metadata().forEach((key, value) -> metadata.putPOJO(key, plain(value)));
        ArrayNode tensors = root.putArray("tensors");
        for (String name : file.names()) {
            ObjectNode tensor = tensors.addObject();
            tensor.put("name", name);
            tensor.put("type", file.storedType(name));
            ArrayNode shape = tensor.putArray("shape");
            Arrays.stream(file.shape(name).dims()).forEach(shape::add);
            tensor.put("bytes", file.storedBytes(name));
        }
        return root;
    }

    private static Object plain(Object value) {
        return value instanceof GgufArray array ? array.values().stream().map(Inspect::plain).toList() : value;
    }
}
