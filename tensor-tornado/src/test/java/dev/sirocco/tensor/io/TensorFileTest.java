package dev.sirocco.tensor.io;

import static dev.sirocco.tensor.io.Golden.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorFileTest {

    @TempDir
    private Path dir;

    @ParameterizedTest
    @CsvSource({"all.gguf, all.gguf, GGUF v3", "zip.pth, pth, PyTorch", "legacy.pth, pth, PyTorch before 1.6",
        "llama-v0.bin, llama-v0.bin, llama2.c v0", "llama-v0-output.bin, llama-v0-output.bin, llama2.c v0",
        "llama-v1.bin, llama-v1.bin, llama2.c v1", "llama-v2.bin, llama-v2.bin, llama2.c v2",
        "pth.safetensors, pth, safetensors"})
    void contentTellsTheFormat(String name, String expected, String format) throws IOException {
        Path path = Files.copy(Golden.path(name), dir.resolve("no-extension"));
        TensorFile file = TensorFile.open(path);
        assertEquals(format, file.format());
        Golden.assertHolds(Safetensors.open(Golden.path(expected + ".safetensors")), file);
        file.names().forEach(tensor -> assertEquals(file.get(tensor).dtype(), file.dtype(tensor)));
    }

    @Test
    void directoriesAndIndices() throws IOException {
        Safetensors.write(dir.resolve("a.safetensors"), Map.of("a", Storage.of(Shape.of(1), 1f)), Map.of());
        Path index = Files.writeString(dir.resolve("model.safetensors.index.json"),
                "{\"weight_map\":{\"a\":\"a.safetensors\"}}");
        assertInstanceOf(Safetensors.class, TensorFile.open(dir));
        assertEquals(1, TensorFile.open(index).get("a").scalar());
    }

    @ParameterizedTest
    @CsvSource({"all.gguf, model.safetensors", "zip.pth, pytorch_model.bin"})
    void directories(String name, String usual) throws IOException {
        Files.copy(Golden.path(name), dir.resolve(usual));
        assertEquals(dir.resolve(usual), TensorFile.open(dir).path());
    }

    /** Opening a device would wait for a word from it. */
    @Test
    void onlyFilesAreOpened() throws IOException {
        Path inner = Files.createDirectory(dir.resolve("model.safetensors"));
        assertRefused("cannot read " + inner + ": it is not a file", () -> TensorFile.open(dir));
        assertRefused("cannot read " + dir.resolve("absent"), () -> TensorFile.open(dir.resolve("absent")));
    }

    @Test
    void otherFiles() throws IOException {
        assertRefused("none of its files is named model.safetensors, ", () -> TensorFile.open(dir));
        Path html = Files.writeString(dir.resolve("model.gguf"), "<!DOCTYPE html><title>404</title>");
        assertRefused("is not a safetensors file, or is cut short", () -> TensorFile.open(html));
        assertRefused("is not a GGUF file", () -> Gguf.open(html));
        assertRefused("is not a file of torch.save", () -> PyTorchFile.open(html));
        assertRefused("is not a file of llama2.c", () -> Llama2c.open(html));
    }

    /** Nothing may be missing at the end but padding. */
    @ParameterizedTest
    @CsvSource({"all.gguf, 20", "zip.pth, 0", "legacy.pth, 0", "llama-v0.bin, 0", "llama-v1.bin, 0", "llama-v2.bin, 0"})
    void cutShort(String name, int padding) throws IOException {
        byte[] whole = Files.readAllBytes(Golden.path(name));
        for (int length = 0; length < whole.length - padding; length++) {
            MemorySegment cut = MemorySegment.ofArray(whole).asSlice(0, length);
            assertThrows(UserError.class, () -> TensorFile.of(Path.of(name), cut), "cut to " + length + " bytes");
        }
    }
}
