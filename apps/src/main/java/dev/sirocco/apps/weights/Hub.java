package dev.sirocco.apps.weights;

import dev.sirocco.tensor.ir.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A host of models with the public interface of <a href="https://huggingface.co/docs/hub/api">Hugging Face's</a>. */
final class Hub {

    private static final int MOST_LISTING_BYTES = 1 << 24;

    private final String host;
    private final Web web;
    private final Consumer<String> say;

    /**
     * @param host its address, with a path if it does not lie at the root
     * @param say takes lines for a person
     */
    Hub(URI host, Web web, Consumer<String> say) {
        this.host = host.toString().replaceAll("/+$", "");
        this.web = web;
        this.say = say;
    }

    /** The JSON that lists a model's files, for {@link Listing#parse}. */
    byte[] listing(HubModel model) throws IOException {
        URI address = URI.create("%s/api/models/%s/%s/revision/%s?blobs=true".formatted(
                host, model.organisation(), model.name(), encoded(model.revision())));
        return web.patience().keepTrying(() -> all(address), () -> 0, say);
    }

    private byte[] all(URI address) throws BrokenConnection {
        try (ResponseBody body = web.get(address, 0).body()) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (Optional<List<ByteBuffer>> piece = body.next(); piece.isPresent(); piece = body.next()) {
                for (ByteBuffer bytes : piece.get()) {
                    byte[] copy = new byte[bytes.remaining()];
                    bytes.get(copy);
                    all.writeBytes(copy);
                }
                if (all.size() > MOST_LISTING_BYTES) {
                    throw new UserError(host + " answers with more than a list of files can be: is it a hub?");
                }
            }
            return all.toByteArray();
        }
    }

    /** Where a file is; at the commit that was listed, so that a newer one does not come in between. */
    URI address(HubModel model, Optional<String> commit, HubFile file) {
        return URI.create("%s/%s/%s/resolve/%s/%s".formatted(host, model.organisation(), model.name(),
                encoded(commit.orElse(model.revision())),
                Arrays.stream(file.name().split("/")).map(Hub::encoded).collect(Collectors.joining("/"))));
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public String toString() {
        return host;
    }
}
