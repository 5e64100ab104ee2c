package dev.sirocco.apps.weights;

import static dev.sirocco.apps.Printed.assertRefused;
import static dev.sirocco.apps.Printed.wellBy;
import static dev.sirocco.apps.weights.LoopbackHost.file;
import static dev.sirocco.apps.weights.LoopbackHost.raw;
import static dev.sirocco.apps.weights.LoopbackHost.redirect;
import static dev.sirocco.apps.weights.LoopbackHost.status;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code sirocco pull} as a person types it, with a hub on loopback. */
class PullTest {

    private static final String COMMIT = "607a30d783dfa663caf39e06633721c8d4cfcd7e";
    private static final String LISTING = "/api/models/org/name/revision/main?blobs=true";

    @TempDir
    private Path temporary;

    private LoopbackHost hub;
    private Path folder;
    private final Map<String, String> files = new LinkedHashMap<>(Map.of(
            "config.json", "{}", "vae/model.safetensors", "weights", "empty", ""));

    @BeforeEach
    void start() throws IOException {
        hub = new LoopbackHost();
        folder = temporary.resolve("model");
        serve();
    }

    @AfterEach
    void stop() throws IOException {
        hub.close();
    }

    /** Puts the files on the hub; weights are in the large file storage. */
    private void serve() {
        ObjectNode root = new ObjectMapper().createObjectNode().put("sha", COMMIT);
        ArrayNode siblings = root.putArray("siblings");
        files.forEach((name, text) -> {
            byte[] content = text.getBytes(StandardCharsets.UTF_8);
            ObjectNode entry = siblings.addObject().put("rfilename", name).put("size", content.length);
            if (name.endsWith(".safetensors")) {
                entry.put("blobId", Hashes.gitBlob("a pointer".getBytes()));
                entry.putObject("lfs").put("sha256", Hashes.sha256(content)).put("size", content.length)
                        .put("pointerSize", 9);
            } else {
                entry.put("blobId", Hashes.gitBlob(content));
            }
            hub.on("/org/name/resolve/" + COMMIT + "/" + name, file(content));
        });
        hub.on(LISTING, raw("200 OK", root.toString()));
    }

    private String[] pull(String... options) {
        List<String> args = new ArrayList<>(List.of("pull", "hf:org/name", "--host", hub.at("").toString(), "-o",
                folder.toString()));
        args.addAll(List.of(options));
        return args.toArray(String[]::new);
    }

    private void assertHere() throws IOException {
        for (Map.Entry<String, String> file : files.entrySet()) {
            assertEquals(file.getValue(), Files.readString(folder.resolve(file.getKey())));
        }
    }

    private void assertNothingElse() throws IOException {
        try (Stream<Path> all = Files.walk(temporary)) {
            List<String> names = all.filter(Files::isRegularFile).map(f -> folder.relativize(f).toString()).toList();
            assertTrue(names.stream().allMatch(n -> files.containsKey(n) || n.equals(Listing.FILE)), names::toString);
        }
    }

    // ---- what works -----------------------------------------------------------------------------------------------

    @Test
    void getsAllAndSaysWhere() throws IOException {
        String said = wellBy(pull());
        assertHere();
        assertNothingElse();
        assertTrue(said.contains("3 of 3 files, 9 B") && said.contains(COMMIT), said);
        assertTrue(said.contains("vae/model.safetensors: 7 B, ") && said.contains("B/s"), said);
        assertTrue(said.endsWith("hf:org/name is in " + folder + System.lineSeparator()), said);
    }

    @Test
    void getsNothingTwice() throws IOException {
        wellBy(pull());
        int asked = hub.requests().size();
        assertTrue(wellBy(pull()).contains("config.json is there"));
        assertEquals(asked + 1, hub.requests().size());
    }

    @Test
    void getsWhatIsWanted() throws IOException {
        wellBy(pull("--only", "*.safetensors", "--only", "empt?"));
        assertFalse(Files.exists(folder.resolve("config.json")));
        assertTrue(Files.exists(folder.resolve("vae/model.safetensors")) && Files.exists(folder.resolve("empty")));
        assertRefused(pull("--only", "*.gguf"), "*.gguf", "config.json");
    }

    @Test
    void findsWhatIsHereWithoutTheHub() throws IOException {
        assertRefused(pull("--offline"), "hf:org/name is not in " + folder);
        wellBy(pull("--only", "config.json"));
        hub.close();
        assertEquals(folder + System.lineSeparator(), wellBy(pull("--offline", "--only", "config.json")));
        assertRefused(pull("--offline"), "2 of 3 files", "vae/model.safetensors", "--only");
    }

    @Test
    void whatWasDamagedHereIsFetchedAgain() throws IOException {
        wellBy(pull());
        Files.writeString(folder.resolve("vae/model.safetensors"), "wEights");
        assertRefused(pull("--offline"), "1 of 3 files", "vae/model.safetensors");
        wellBy(pull());
        assertHere();
    }

    @Test
    void aNewVersionTakesThePlaceOfTheOld() throws IOException {
        wellBy(pull());
        files.put("vae/model.safetensors", "WEIGHTS");
        serve();
        wellBy(pull());
        assertHere();
        assertNothingElse();
    }

    @Test
    void namesMayHaveStrangeLetters() throws IOException {
        String name = "ä b/50% #1?+.txt";
        files.put(name, "text");
        serve();
        hub.on("/org/name/resolve/" + COMMIT + "/%C3%A4%20b/50%25%20%231%3F%2B.txt", file("text".getBytes()));
        wellBy(pull());
        assertHere();
    }

    @Test
    void aRevisionMayHaveSlashesAndAHubAPath() {
        hub.on("/mirror/api/models/org/name/revision/refs%2Fpr%2F1?blobs=true", status(404));
        assertRefused(new String[] {"pull", "hf:org/name@refs/pr/1", "--host", hub.at("/mirror/").toString(), "-o",
                folder.toString()}, "refs%2Fpr%2F1 is not there");
    }

    // ---- what is refused ------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"../up", "a/../../up", "/etc/up", "..", ".", "a//b", "a/", "a\\b", "C:up", "a\nb",
            "a\u202eb", "", Listing.FILE})
    void namesThatLeadElsewhereAreRefused(String name) throws IOException {
        files.put(name, "gotcha");
        serve();
        assertRefused(pull(), "could lead elsewhere");
        try (Stream<Path> all = Files.walk(temporary)) {
            assertEquals(List.of(temporary), all.toList());
        }
    }

    @Test
    void aNameThatIsListedTwiceIsRefused() {
        String entry = "{\"rfilename\": \"a\", \"size\": 0, \"blobId\": \"%s\"}".formatted(COMMIT);
        hub.on(LISTING, raw("200 OK", "{\"siblings\": [%s, %s]}".formatted(entry, entry)));
        assertRefused(pull(), "lists 'a' twice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<!DOCTYPE html><title>Log in</title>", "", "[1, 2]", "{}", "{\"siblings\": 7}", "null",
            "{\"siblings\": []", "{\"siblings\": []} and more"})
    void whatIsNoListingIsRefused(String body) {
        hub.on(LISTING, raw("200 OK", body));
        assertRefused(pull(), "is it a hub?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"rfilename\": \"a\"}", "{\"rfilename\": \"a\", \"size\": 1}",
            "{\"rfilename\": \"a\", \"size\": 1, \"blobId\": \"../..\"}",
            "{\"rfilename\": \"a\", \"size\": -1, \"blobId\": \"607a30d783dfa663caf39e06633721c8d4cfcd7e\"}",
            "{\"rfilename\": \"a\", \"size\": 1e30, \"blobId\": \"607a30d783dfa663caf39e06633721c8d4cfcd7e\"}",
            "{\"rfilename\": \"a\", \"size\": 1, \"lfs\": {\"size\": 1},"
                    + " \"blobId\": \"607a30d783dfa663caf39e06633721c8d4cfcd7e\"}"})
    void whatCannotBeCheckedIsRefused(String entry) {
        hub.on(LISTING, raw("200 OK", "{\"siblings\": [" + entry + "]}"));
        assertRefused(pull(), "'a'", "could not be checked");
    }

    @Test
    void aModelThatIsNotThereIsRefused() {
        hub.on(LISTING, status(404));
        assertRefused(pull(), "is not there", "revision");
        hub.on(LISTING, status(401));
        assertRefused(pull(), "HF_TOKEN");
        hub.on(LISTING, redirect(LISTING));
        assertRefused(pull(), "redirects in a loop");
    }

    @Test
    void aFileThatIsWrongIsNeverTakenForWhole() throws IOException {
        hub.on("/org/name/resolve/" + COMMIT + "/vae/model.safetensors", file("WEIGHTS".getBytes()));
        assertRefused(pull(), "vae/model.safetensors is not what the hub lists");
        assertNothingElse();
        assertFalse(Files.exists(folder.resolve("vae/model.safetensors")));
        assertRefused(pull("--offline"), "vae/model.safetensors");
        serve();
        wellBy(pull());
        assertHere();
    }

    @Test
    void moreThanTheDiskHoldsIsRefused() {
        hub.on(LISTING, raw("200 OK", "{\"siblings\": [{\"rfilename\": \"a\", \"size\": %d, \"blobId\": \"%s\"}]}"
                .formatted(Long.MAX_VALUE, COMMIT)));
        assertRefused(pull(), "has room for");
    }

    @Test
    void aFolderThatIsNoneIsRefused() throws IOException {
        Files.createFile(folder);
        assertRefused(pull(), folder.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"org/name", "hf:name", "hf:org/name/more", "hf:../name", "hf:org/..", "hf:org/name@",
            "hf:org/name@../x", "hf:org/name@a//b", "hf:o rg/name", "hf:org/näme", ""})
    void whatNamesNoModelIsRefused(String name) {
        assertRefused(new String[] {"pull", name}, "hf:ORG/NAME");
    }

    @ParameterizedTest
    @ValueSource(strings = {"huggingface.co", "ftp://huggingface.co", "http:", "http:///x", "file:///etc"})
    void whatIsNoHostIsRefused(String host) {
        assertRefused(new String[] {"pull", "hf:org/name", "--host", host, "-o", folder.toString()}, host);
    }
}
