package dev.sirocco.apps.weights;

import dev.sirocco.tensor.ir.UserError;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Gets things from a host, and from where that redirects to. */
final class Web implements AutoCloseable {

    private static final int MOST_REDIRECTS = 10;

    private final URI host;
    private final Optional<String> token;
    private final Patience patience;
    private final HttpClient client;

    /**
     * @param host an {@code http} or {@code https} address
     * @param token that proves who is asking, as {@code Authorization: Bearer}; no other host is told
     * @throws UserError if either is not possible
     */
    Web(URI host, Optional<String> token, Patience patience) {
        if (!isWeb(host)) {
            throw new UserError("'" + host + "' is not an address such as https://huggingface.co");
        }
        if (token.filter(t -> !t.matches("\\p{Graph}+")).isPresent()) {
            throw new UserError("HF_TOKEN is not a token: it has spaces or other strange letters");
        }
        this.host = host;
        this.token = token;
        this.patience = patience;
        // HTTP/2 gains nothing for a few large files; redirects are followed here, where the token is known.
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(patience.silence())
                .followRedirects(HttpClient.Redirect.NEVER).build();
    }

    private static boolean isWeb(URI address) {
        return address.getHost() != null && (isEncrypted(address) || "http".equalsIgnoreCase(address.getScheme()));
    }

    private static boolean isEncrypted(URI address) {
        return "https".equalsIgnoreCase(address.getScheme());
    }

    Patience patience() {
        return patience;
    }

    /**
     * Asks for what is at an address, or its rest.
     *
     * @param from the first byte wanted
     * @return an answer of status 200, 206 (a part) or 416 (there is no such part), whose body is to be closed
     * @throws UserError if the host refuses, or redirects without an end
     */
    HttpResponse<ResponseBody> get(URI address, long from) throws BrokenConnection {
        Set<URI> seen = new LinkedHashSet<>();
        URI at = address;
        while (seen.add(at)) {
            if (seen.size() > MOST_REDIRECTS + 1) {
                throw new UserError(shown(address) + " redirects more than " + MOST_REDIRECTS + " times");
            }
            HttpResponse<ResponseBody> response = send(at, from);
            int status = response.statusCode();
            if (status == 200 || status == 206 || status == 416) {
                return response;
            }
            response.body().close();
            at = switch (status) {
                case 301, 302, 303, 307, 308 -> target(at, response);
                case 408, 429, 500, 502, 503, 504 ->
                        throw new BrokenConnection(shown(at) + " is out of order (status " + status + ")");
                case 401, 403 -> throw new UserError(shown(at) + " is refused (status " + status + "): there is no "
                        + "such model, or it is for those only who may have it; then set HF_TOKEN to a token of yours");
                case 404, 410 -> throw new UserError(shown(at) + " is not there (status " + status
                        + "): check the name and the revision");
                default -> throw new UserError(shown(at) + " cannot be had (status " + status + ")");
            };
        }
        throw new UserError(shown(address) + " redirects in a loop, by way of " + shown(at));
    }

    private HttpResponse<ResponseBody> send(URI at, long from) throws BrokenConnection {
        HttpRequest.Builder request = HttpRequest.newBuilder(at).header("User-Agent", "sirocco")
                .header("Accept-Encoding", "identity");
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        if (token.isPresent() && isHost(at)) {
            request.header("Authorization", "Bearer " + token.get());
        }
        CompletableFuture<HttpResponse<ResponseBody>> answer =
                client.sendAsync(request.build(), _ -> new ResponseBody(patience.silence()));
        try {
            return answer.get(patience.silence().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new BrokenConnection(shown(at) + " does not answer", e);
        } catch (ExecutionException e) {
            throw new BrokenConnection(shown(at) + " cannot be reached, or gives no proper answer ("
                    + (e.getCause().getMessage() == null ? e.getCause().getClass().getSimpleName()
                            : e.getCause().getMessage()) + ")", e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new UserError("interrupted while waiting for " + shown(at), e);
        }
    }

    private boolean isHost(URI address) {
        return host.getScheme().equalsIgnoreCase(address.getScheme())
                && host.getHost().equalsIgnoreCase(address.getHost()) && host.getPort() == address.getPort();
    }

    private static URI target(URI at, HttpResponse<?> redirect) {
        URI target;
        try {
            target = at.resolve(redirect.headers().firstValue("Location").orElse(":"));
        } catch (IllegalArgumentException e) {
            throw new UserError(shown(at) + " redirects to no address", e);
        }
        if (!isWeb(target)) {
            throw new UserError(shown(at) + " redirects to no address");
        }
        if (isEncrypted(at) && !isEncrypted(target)) {
            throw new UserError(shown(at) + " redirects to " + shown(target) + ", which is not encrypted");
        }
        return target;
    }

    /** Without what may be secret in it. */
    private static String shown(URI address) {
        return address.getScheme() + "://" + address.getHost() + (address.getPort() < 0 ? "" : ":" + address.getPort())
                + address.getRawPath();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
