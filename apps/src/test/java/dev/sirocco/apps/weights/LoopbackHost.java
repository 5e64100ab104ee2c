package dev.sirocco.apps.weights;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A host on loopback that answers as a test wants it to, however wrong: one request a connection. */
final class LoopbackHost implements AutoCloseable {

    /** What was asked for; the names of headers in lower case. */
    record Request(String path, Map<String, String> headers) {

        /** The first byte wanted. */
        int from() {
            return Integer.parseInt(headers.getOrDefault("range", "bytes=0-").replaceAll("\\D", ""));
        }
    }

    /** Writes head and body; the connection is closed behind them. */
    @FunctionalInterface
    interface Answer {
        void to(Request request, OutputStream out) throws IOException, InterruptedException;
    }

    private final ServerSocket socket;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    LoopbackHost() throws IOException {
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.submit(this::accept);
    }

    /** Answers one after another for a path; the last for all further requests. */
    LoopbackHost on(String path, Answer... inTurn) {
        answers.put(path, new ArrayDeque<>(Arrays.asList(inTurn)));
        return this;
    }

    URI at(String path) {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort() + path);
    }

    List<Request> requests() {
        return requests;
    }

    private Void accept() throws IOException {
        while (true) {
            Socket connection = socket.accept();
            threads.submit(() -> answer(connection));
        }
    }

    private Void answer(Socket connection) throws IOException, InterruptedException {
        try (connection) {
            BufferedReader in = new BufferedReader(
                    new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
            String path = in.readLine().split(" ")[1];
            Map<String, String> headers = new TreeMap<>();
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                int colon = line.indexOf(':');
                headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
            }
            Request request = new Request(path, headers);
            requests.add(request);
            next(path).to(request, connection.getOutputStream());
        }
        return null;
    }

    private Answer next(String path) {
        Deque<Answer> inTurn = answers.get(path);
        if (inTurn == null) {
            return status(404);
        }
        synchronized (inTurn) {
            return inTurn.size() > 1 ? inTurn.pop() : inTurn.peek();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        threads.shutdownNow();
    }

    // ---- answers --------------------------------------------------------------------------------------------------

    /** As it should be: the whole, or the part that is asked for. */
    static Answer file(byte[] content) {
        return (request, out) -> {
            int from = request.from();
            head(out, from == 0 ? "200 OK" : "206 Partial Content", "Content-Length: " + (content.length - from),
                    "Content-Range: bytes " + from + "-" + (content.length - 1) + "/" + content.length);
            out.write(content, from, content.length - from);
        };
    }

    /** As it should be, up to a byte, and then no more. */
    static Answer cut(byte[] content, int end) {
        return (request, out) -> {
            int from = request.from();
            head(out, from == 0 ? "200 OK" : "206 Partial Content", "Content-Length: " + (content.length - from),
                    "Content-Range: bytes " + from + "-" + (content.length - 1) + "/" + content.length);
            out.write(content, from, end - from);
        };
    }

    /** As {@link #cut}; but the connection stays open, and nothing comes. */
    static Answer stall(byte[] content, int end) {
        return (request, out) -> {
            cut(content, end).to(request, out);
            out.flush();
            silence().to(request, out);
        };
    }

    static Answer silence() {
        return (_, _) -> new CountDownLatch(1).await();
    }

    static Answer status(int status) {
        return raw(status + " So", "", "Content-Length: 0");
    }

    static Answer redirect(Object to) {
        return raw("302 Found", "", "Location: " + to, "Content-Length: 0");
    }

    static Answer raw(String status, String body, String... headers) {
        return (_, out) -> {
            head(out, status, headers);
            out.write(body.getBytes(StandardCharsets.UTF_8));
        };
    }

    static void head(OutputStream out, String status, String... headers) throws IOException {
        String fields = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        out.write(("HTTP/1.1 " + status + "\r\nConnection: close\r\n" + fields + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    }
}
