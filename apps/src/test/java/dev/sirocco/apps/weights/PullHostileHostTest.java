package dev.sirocco.apps.weights;

import static dev.sirocco.apps.weights.LoopbackHost.cut;
import static dev.sirocco.apps.weights.LoopbackHost.file;
import static dev.sirocco.apps.weights.LoopbackHost.head;
import static dev.sirocco.apps.weights.LoopbackHost.raw;
import static dev.sirocco.apps.weights.LoopbackHost.redirect;
import static dev.sirocco.apps.weights.LoopbackHost.silence;
import static dev.sirocco.apps.weights.LoopbackHost.stall;
import static dev.sirocco.apps.weights.LoopbackHost.status;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.ir.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One file from a host that does everything wrong: it comes whole and right in the end, or is told and not there. */
class PullHostileHostTest {

    private static final int SIZE = 300_007;
    private static final byte[] CONTENT = random(1);
    private static final byte[] OTHER = random(2);
    private static final HubFile FILE = new HubFile("model.bin", SIZE, HubFile.Hash.SHA_256, Hashes.sha256(CONTENT));
    private static final Patience BRISK = new Patience(Duration.ofSeconds(20), 3, Duration.ZERO);
    private static final Patience IMPATIENT = new Patience(Duration.ofMillis(300), 3, Duration.ZERO);

    @TempDir
    private Path folder;

    private final List<String> said = new ArrayList<>();
    private LoopbackHost host;
    private Path target;

    @BeforeEach
    void start() throws IOException {
        host = new LoopbackHost();
        target = folder.resolve("model.bin");
    }

    @AfterEach
    void stop() throws IOException {
        host.close();
    }

    private static byte[] random(long seed) {
        byte[] bytes = new byte[SIZE];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private void fetch(Patience patience, Optional<String> token) throws IOException {
        try (Web web = new Web(host.at("/"), token, patience)) {
            ByteProgress nowhere = new ByteProgress(new PrintStream(new ByteArrayOutputStream()));
            new Download(web, host.at("/f"), FILE, target, nowhere, said::add).run();
        }
    }

    private void fetch() throws IOException {
        fetch(BRISK, Optional.empty());
    }

    /** The file is here, and nothing besides. */
    private void assertHere() throws IOException {
        assertArrayEquals(CONTENT, Files.readAllBytes(target));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(target), files.toList());
        }
    }

    private UserError assertRefused(String... texts) {
        UserError error = assertThrows(UserError.class, this::fetch);
        for (String text : texts) {
            assertTrue(error.getMessage().contains(text), error::getMessage);
        }
        assertFalse(Files.exists(target));
        return error;
    }

    private BrokenConnection assertGivenUp(Patience patience) {
        BrokenConnection error = assertThrows(BrokenConnection.class, () -> fetch(patience, Optional.empty()));
        assertTrue(error.getMessage().contains("tried 3 times"), error::getMessage);
        assertFalse(Files.exists(target));
        assertEquals(2, said.size());
        return error;
    }

    /** What an earlier run has left. */
    private Path leave(byte[] bytes) throws IOException {
        return Files.write(folder.resolve(".model.bin." + FILE.hash().substring(0, 16) + ".part"), bytes);
    }

    private static byte[] firstHalf(byte[] content) {
        return Arrays.copyOf(content, SIZE / 2);
    }

    // ---- cuts and stalls ------------------------------------------------------------------------------------------

    @Test
    void comesWhole() throws IOException {
        host.on("/f", file(CONTENT));
        fetch();
        assertHere();
        assertEquals(1, host.requests().size());
        assertNull(host.requests().getFirst().headers().get("range"));
        assertEquals(List.of(), said);
    }

    @Test
    void goesOnAfterACut() throws IOException {
        host.on("/f", cut(CONTENT, SIZE / 2), file(CONTENT));
        fetch();
        assertHere();
        int from = host.requests().getLast().from();
        assertTrue(from > 0 && from <= SIZE / 2, () -> "asked for byte " + from);
    }

    @Test
    void goesOnAfterAStall() throws IOException {
        // However slow this machine is: only who goes on gets the second half.
        host.on("/f", (request, out) ->
                (request.from() < SIZE / 2 ? stall(CONTENT, SIZE / 2) : file(CONTENT)).to(request, out));
        fetch(new Patience(IMPATIENT.silence(), 100, Duration.ZERO), Optional.empty());
        assertHere();
        assertTrue(said.stream().anyMatch(line -> line.contains("nothing came for 0.3 s")), said::toString);
    }

    @Test
    void givesUpOnAHostThatNeverAnswers() {
        host.on("/f", silence());
        assertTrue(assertGivenUp(IMPATIENT).getMessage().contains("does not answer"));
    }

    @Test
    void givesUpOnAHostThatAlwaysStallsAndALaterRunGoesOn() throws IOException {
        leave(firstHalf(CONTENT));
        host.on("/f", stall(CONTENT, SIZE / 2));
        assertGivenUp(IMPATIENT);
        host.on("/f", file(CONTENT));
        fetch();
        assertHere();
        assertEquals(SIZE / 2, host.requests().getLast().from());
    }

    @Test
    void givesUpOnAHostThatIsNotThere() throws IOException {
        host.close();
        assertGivenUp(BRISK);
    }

    @Test
    void givesUpOnWhatIsNotHttp() {
        host.on("/f", (_, out) -> out.write("220 smtp.example ready\r\n".getBytes()));
        assertGivenUp(BRISK);
    }

    @Test
    void endsThatComeTooEarlyAreCuts() throws IOException {
        host.on("/f", (_, out) -> {
            head(out, "200 OK");                                     // no length: the body ends with the connection
            out.write(CONTENT, 0, 7);
        }, file(CONTENT));
        fetch();
        assertHere();
        assertEquals(7, host.requests().getLast().from());
        assertTrue(said.getFirst().contains("it ended after 7 of"), said::toString);
    }

    // ---- lies -----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0, 1, SIZE - 1, SIZE + 1, Integer.MAX_VALUE})
    void anotherLengthIsRefused(int length) {
        host.on("/f", (_, out) -> {
            head(out, "200 OK", "Content-Length: " + length);
            out.write(CONTENT);
        });
        assertRefused("model.bin", "bytes where the hub lists");
        assertEquals(1, host.requests().size());
    }

    @Test
    void aLengthThatIsNoneDoesNotMatterInChunks() throws IOException {
        host.on("/f", (_, out) -> {
            head(out, "200 OK", "Transfer-Encoding: chunked", "Content-Length: 99999999999999999999");
            out.write((Integer.toHexString(SIZE) + "\r\n").getBytes());
            out.write(CONTENT);
            out.write("\r\n0\r\n\r\n".getBytes());
        }, file(CONTENT));
        fetch();
        assertHere();
    }

    @Test
    void aBodyWithoutAnEndIsRefused() throws IOException {
        Path part = leave(firstHalf(CONTENT));
        host.on("/f", (_, out) -> {
            head(out, "200 OK");
            for (int i = 0; i < 10; i++) {
                out.write(CONTENT);
            }
        });
        assertRefused("does not end");
        assertEquals(0, Files.size(part));
    }

    @Test
    void aWrongHashIsRefusedAndNothingIsLeft() throws IOException {
        host.on("/f", file(OTHER));
        assertRefused("model.bin is not what the hub lists", "SHA-256");
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void aHostThatIgnoresRangesIsHeardFromTheBeginning() throws IOException {
        leave(firstHalf(CONTENT));
        host.on("/f", (_, out) -> {
            head(out, "200 OK", "Content-Length: " + SIZE);
            out.write(CONTENT);
        });
        fetch();
        assertHere();
    }

    @Test
    void anotherPartThanAskedForIsNotTaken() throws IOException {
        leave(firstHalf(CONTENT));
        host.on("/f", (_, out) -> {
            head(out, "206 Partial Content", "Content-Length: 10", "Content-Range: bytes 0-9/" + SIZE);
            out.write(CONTENT, 0, 10);
        }, file(CONTENT));
        fetch();
        assertHere();
        assertEquals(0, host.requests().getLast().from());
    }

    @Test
    void aPartOfAnotherWholeIsRefused() throws IOException {
        leave(firstHalf(CONTENT));
        host.on("/f", raw("206 Partial Content", "abc", "Content-Range: bytes " + SIZE / 2 + "-200000/200001"));
        assertRefused("bytes where the hub lists");
    }

    @Test
    void aHostThatKnowsNoSuchPartIsAskedForAll() throws IOException {
        leave(firstHalf(CONTENT));
        host.on("/f", status(416), file(CONTENT));
        fetch();
        assertHere();
    }

    // ---- changes between two tries ----------------------------------------------------------------------------------

    @Test
    void piecesOfTwoVersionsAreNotJoined() throws IOException {
        leave(firstHalf(OTHER));
        host.on("/f", file(CONTENT));
        fetch();
        assertHere();
        assertEquals(List.of(SIZE / 2, 0), host.requests().stream().map(LoopbackHost.Request::from).toList());
    }

    @Test
    void whatChangesWhileItComesStartsAgain() throws IOException {
        host.on("/f", cut(OTHER, SIZE / 2), file(CONTENT));
        fetch();
        assertHere();
    }

    @Test
    void whatHasChangedForGoodIsRefused() throws IOException {
        Path part = leave(firstHalf(CONTENT));
        host.on("/f", file(OTHER));
        assertRefused("is not what the hub lists");
        assertFalse(Files.exists(part));
    }

    @Test
    void wholePartsNeedNoHost() throws IOException {
        leave(CONTENT);
        fetch();
        assertHere();
        assertEquals(0, host.requests().size());
    }

    @Test
    void wrongOrTooLongPartsStartAgain() throws IOException {
        host.on("/f", file(CONTENT));
        leave(OTHER);
        fetch();
        assertHere();
        leave(Arrays.copyOf(CONTENT, SIZE + 1));
        fetch();
        assertHere();
    }

    // ---- statuses and redirects -------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 410, 418, 204, 301})
    void refusalsAreToldAtOnce(int status) {
        host.on("/f", status(status));
        assertRefused("/f");
        assertEquals(1, host.requests().size());
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void whatMayPassIsTriedAgain(int status) throws IOException {
        host.on("/f", status(status), status(status), file(CONTENT));
        fetch();
        assertHere();
        assertTrue(said.getFirst().contains("status " + status), said::toString);
    }

    @Test
    void followsRedirectsWithTheRange() throws IOException {
        leave(firstHalf(CONTENT));
        host.on("/f", redirect("/g?signature=x")).on("/g?signature=x", file(CONTENT));
        fetch();
        assertHere();
        assertEquals(List.of(SIZE / 2, SIZE / 2), host.requests().stream().map(LoopbackHost.Request::from).toList());
    }

    @Test
    void redirectsWithoutEndAreToldAtOnce() {
        host.on("/f", redirect("/g")).on("/g", redirect("/f"));
        assertRefused("redirects in a loop");
        assertEquals(2, host.requests().size());
        host.on("/f", redirect("/f1"));
        for (int i = 1; i < 100; i++) {
            host.on("/f" + i, redirect("/f" + (i + 1)));
        }
        assertRefused("redirects more than 10 times");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://127.0.0.1/f", "http:", ":", "//", "http://a b/"})
    void redirectsElsewhereAreRefused(String location) {
        host.on("/f", redirect(location));
        assertRefused("redirects to no address");
    }

    @Test
    void theTokenIsForTheHostAlone() throws IOException {
        try (LoopbackHost other = new LoopbackHost()) {
            other.on("/g", redirect(host.at("/h")));
            host.on("/f", redirect(other.at("/g"))).on("/h", file(CONTENT));
            fetch(BRISK, Optional.of("hf_secret"));
            assertHere();
            assertEquals("Bearer hf_secret", host.requests().getFirst().headers().get("authorization"));
            assertNull(other.requests().getFirst().headers().get("authorization"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\r\nX: y"})
    void aTokenThatCannotBeOneIsRefused(String token) {
        assertThrows(UserError.class,
                () -> new Web(URI.create("https://localhost"), Optional.of(token), BRISK).close());
    }
}
