package dev.sirocco.apps.write;

import static dev.sirocco.apps.Printed.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every mistake that a person can make is told in one line, with code 2. */
class BadInputTest {

    @TempDir
    private static Path folder;
    private static Path text;
    private static Path model;
    private static int copies;

    /** A copy of the model, to be damaged. */
    private Path damaged;

    @BeforeAll
    static void train() {
        text = Models.text(folder);
        model = folder.resolve("model");
        Models.train(text, model, "--steps", "2");
    }

    @BeforeEach
    void copyModel() throws IOException {
        damaged = Models.copy(model, folder.resolve("damaged" + copies++));
    }

    private void assertModelRefused(String... texts) {
        assertRefused(new String[] {"write", "the", "--chars", "3", "--model", damaged.toString()}, texts);
        assertRefused(new String[] {"write", "eval", "--data", text.toString(), "--model", damaged.toString()}, texts);
    }

    // ---- options ----------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"--temperature,-0.1", "--temperature,NaN", "--temperature,Infinity", "--top-p,0", "--top-p,1.5",
            "--top-p,NaN", "--min-p,-1", "--min-p,2", "--top-k,-1", "--chars,-1", "--chars,1000000001",
            "--chars,99999999999", "--chars,ten", "-n,0", "-n,1000000000", "--threads,0", "--threads,1000000",
            "--seed,x"})
    void absurdNumbersForWriting(String option, String value) {
        assertRefused(new String[] {"write", "the", "--model", model.toString(), option + "=" + value},
                option.replace("--", ""), value.equals("1000000001") ? "" : value.substring(0, 1));
    }

    @ParameterizedTest
    @CsvSource({"--steps,0", "--steps,-5", "--minutes,0", "--minutes,NaN", "--minutes,-1", "--batch,0",
            "--batch,1000000", "--context,0", "--context,1000000000", "--lr,0", "--lr,NaN", "--lr,100", "--dropout,1",
            "--dropout,-1", "--validation,1", "--validation,NaN", "--log-every,0", "--eval-every,-1", "--save-every,-1",
            "--preset,vast"})
    void absurdNumbersForTraining(String option, String value) {
        Path out = folder.resolve("never");
        assertRefused(new String[] {"write", "train", "--data", text.toString(), "--out", out.toString(),
                option.equals("--steps") ? "--minutes=1" : "--steps=1", option + "=" + value}, option);
        assertEquals(false, Files.exists(out), "a refused run left a folder");
    }

    @Test
    void anUnknownDeviceIsToldWhatThereIs() {
        assertRefused(new String[] {"write", "--device", "abacus", "--model", model.toString()}, "abacus", "cpu",
                "reference");
    }

    @Test
    void tooLittleMemoryIsSaidInBytesBeforeTheRun() {
        assertRefused(new String[] {"write", "train", "--data", text.toString(),
                "--out", folder.resolve("vast").toString(), "--preset", "base", "--steps", "1", "--batch", "65536",
                "--context", "65536"}, "memory", "bytes", "--batch");
    }

    // ---- texts ------------------------------------------------------------------------------------------------

    private void assertTextRefused(Path file, String... texts) {
        assertRefused(new String[] {"write", "train", "--data", file.toString(), "--out",
                folder.resolve("never").toString(), "--steps", "1"}, texts);
        assertRefused(new String[] {"write", "eval", "--data", file.toString(), "--model", model.toString()}, texts);
    }

    @Test
    void filesThatAreNoTexts() throws IOException {
        assertTextRefused(folder.resolve("none.txt"), "none.txt", "no such file");
        assertTextRefused(Files.createFile(folder.resolve("empty.txt")), "empty.txt", "is empty");
        assertTextRefused(Files.write(folder.resolve("picture.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, 1}),
                "picture.png", "not a text file");
        assertTextRefused(Files.write(folder.resolve("latin1.txt"), "Zürich".getBytes(StandardCharsets.ISO_8859_1)),
                "latin1.txt", "UTF-8");
        assertTextRefused(folder, "folder");
    }

    @Test
    void textsThatAreTooShort() throws IOException {
        Path tiny = Files.writeString(folder.resolve("short.txt"), "then");
        assertRefused(new String[] {"write", "train", "--data", tiny.toString(), "--out",
                folder.resolve("short").toString(), "--steps", "1"}, "longer");
        Path one = Files.writeString(folder.resolve("one.txt"), "t");
        assertRefused(new String[] {"write", "eval", "--data", one.toString(), "--model", model.toString()}, "longer");
    }

    @Test
    void charactersTheModelNeverSaw() throws IOException {
        assertRefused(new String[] {"write", "thé", "--model", model.toString()}, "é", "U+00E9", "'e'");
        Path greek = Files.writeString(folder.resolve("greek.txt"), "then λ");
        assertRefused(new String[] {"write", "eval", "--data", greek.toString(), "--model", model.toString()}, "λ",
                "U+03BB");
    }

    @Test
    void noTextAtAll() {
        assertRefused(new String[] {"write", "train", "--out", folder.resolve("never").toString(), "--steps", "1"},
                "--data");
        assertRefused(new String[] {"write", "eval", "--model", model.toString()}, "--data");
        assertRefused(new String[] {"write", "report", "--model", damaged.toString()}, "--data");
    }

    // ---- folders ----------------------------------------------------------------------------------------------

    @Test
    void aRunIsNotOverwritten() {
        assertRefused(new String[] {"write", "train", "--data", text.toString(), "--out", model.toString(),
                "--steps", "1"}, "--resume");
    }

    @Test
    void thereIsNothingToResume() {
        assertRefused(new String[] {"write", "train", "--data", text.toString(), "--out", folder.toString(),
                "--steps", "1", "--resume"}, "resume");
    }

    @Test
    void aFolderThatCannotBeMade() {
        assertRefused(new String[] {"write", "train", "--data", text.toString(), "--out", text.toString(),
                "--steps", "1"}, "is a file");
        assertRefused(new String[] {"write", "train", "--data", text.toString(), "--out", text.resolve("in").toString(),
                "--steps", "1"}, "cannot create");
    }

    @Test
    void aFolderWithoutAModel() throws IOException {
        damaged = folder.resolve("missing");
        assertModelRefused("no such folder");
        damaged = Files.createDirectory(folder.resolve("bare"));
        assertModelRefused("holds no model");
    }

    // ---- checkpoints ------------------------------------------------------------------------------------------

    private Path weights() {
        return damaged.resolve("weights.safetensors");
    }

    @Test
    void weightsThatAreCutShort() throws IOException {
        byte[] bytes = Files.readAllBytes(weights());
        for (int length : new int[] {0, 5, 100, bytes.length / 2, bytes.length - 1}) {
            Files.write(weights(), Arrays.copyOf(bytes, length));
            assertModelRefused("weights.safetensors");
        }
    }

    @Test
    void aHeaderThatLies() throws IOException {
        byte[] bytes = Files.readAllBytes(weights());
        for (long length : new long[] {-1, 0, Long.MAX_VALUE, bytes.length * 2L, 7}) {
            byte[] lying = bytes.clone();
            ByteBuffer.wrap(lying).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
            Files.write(weights(), lying);
            assertModelRefused("weights.safetensors");
        }
        String header = "{\"wte.weight\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}";
        ByteBuffer overlapping = ByteBuffer.allocate(8 + header.length() + 12).order(ByteOrder.LITTLE_ENDIAN);
        overlapping.putLong(header.length()).put(header.getBytes(StandardCharsets.UTF_8));
        Files.write(weights(), overlapping.array());
        assertModelRefused("weights.safetensors");
    }

    @ParameterizedTest
    @CsvSource({"width : 128,width : 64", "hidden : 512,hidden : 500", "layers : 4,layers : 5",
            "layers : 4,layers : 1000000", "layers : 4,layers : -4", "heads : 4,heads : 0", "heads : 4,heads : 3",
            "width : 128,width : 2000000000", "context : 16,context : 0", "dropout : 0.0,dropout : 2",
            "vocabulary : 13,vocabulary : 14", "layers : 4,layers : four", "layers : 4,strata : 4",
            "norm : RMS_PLAIN,norm : ODD", "layers : 4,layers : null", "bias : false,bias : perhaps",
            "layers : 4,layers : []"})
    void aConfigurationThatDoesNotFit(String good, String bad) throws IOException {
        Path config = damaged.resolve("config.json");
        String json = Files.readString(config).replace("\"", "");
        String changed = json.replace(good, bad);
        assertEquals(false, changed.equals(json), good + " is not in " + json);
        Files.writeString(config, changed.replaceAll("([A-Za-z_][A-Za-z_0-9]*)", "\"$1\"")
                .replaceAll("\"(true|false|null)\"", "$1").replaceAll("(?<=\\d)\"(\\d)", "$1"));
        assertModelRefused();
    }

    @Test
    void settingsThatAreNoSettings() throws IOException {
        for (String nonsense : List.of("", "{", "[]", "7", "{\"layers\":4}{}", "\u0000\u0001")) {
            Files.writeString(damaged.resolve("config.json"), nonsense);
            assertModelRefused("config.json");
        }
        Files.delete(damaged.resolve("config.json"));
        assertModelRefused("config.json");
    }

    @Test
    void aTokenizerThatIsMissingOrAnothers() throws IOException {
        Path tokenizer = damaged.resolve("tokenizer.json");
        Files.writeString(tokenizer, "{\"type\":\"char\",\"vocabulary\":[\"a\",\"b\"]}");
        assertModelRefused("tokenizer.json");
        Files.writeString(tokenizer, "{}");
        assertModelRefused("tokenizer.json");
        Files.delete(tokenizer);
        assertModelRefused("tokenizer.json");
    }
}
