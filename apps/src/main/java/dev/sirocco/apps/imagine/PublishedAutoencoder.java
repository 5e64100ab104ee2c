package dev.sirocco.apps.imagine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sirocco.apps.JsonFile;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.zoo.AutoencoderKl;
import dev.sirocco.models.zoo.Taesd;
import dev.sirocco.tensor.io.TensorFile;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Autoencoders as they are published: diffusers' AutoencoderKL, and the two files of a {@link Taesd}. */
final class PublishedAutoencoder {

    /** What old autoencoders call the parts of their attention, and new ones. */
    private static final Map<String, String> ATTENTION = Map.of(".query.", ".to_q.", ".key.", ".to_k.", ".value.",
            ".to_v.", ".proj_attn.", ".to_out.0.");

    private PublishedAutoencoder() {}

    /**
     * The autoencoder in a folder, if it is a published one: an AutoencoderKL as diffusers writes it, or a TAESD,
     * TAEF1, TAEF2 and so on in files called so, such as {@code taef2_encoder.pth} and {@code taef2_decoder.pth}.
     *
     * @throws UserError if it is another one, damaged, or only one of two files is there
     */
    static Optional<Autoencoder> find(Path folder) {
        List<Path> tiny = tiny(folder);
        if (!tiny.isEmpty()) {
            return Optional.of(tiny(tiny.getFirst(), tiny.getLast()));
        }
        return isKl(folder) ? Optional.of(Autoencoder.of(kl(folder))) : Optional.empty();
    }

    /** The files with its weights; none if it is no published one. */
    static List<Path> files(Path folder) {
        List<Path> tiny = tiny(folder);
        return tiny.isEmpty() && isKl(folder) ? List.of(TensorFile.open(folder).path()) : tiny;
    }

    // ---- AutoencoderKL ----------------------------------------------------------------------------------------

    private static boolean isKl(Path folder) {
        Path file = folder.resolve(ModelFolder.CONFIG);
        return Files.isRegularFile(file) && JsonFile.object(file).has("_class_name");
    }

    private static AutoencoderKl kl(Path folder) {
        Path file = folder.resolve(ModelFolder.CONFIG);
        JsonNode c = JsonFile.object(file);
        if (!c.path("_class_name").asText().equals("AutoencoderKL")) {
            throw new UserError("%s is of no AutoencoderKL but of '%s'"
                    .formatted(file, c.path("_class_name").asText()));
        }
        List<Integer> widths = new ArrayList<>();
        c.path("block_out_channels").forEach(width -> widths.add(width.asInt()));
        AutoencoderKl.Config config = new AutoencoderKl.Config(c.path("in_channels").asInt(3),
                c.path("latent_channels").asInt(4), List.copyOf(widths), c.path("layers_per_block").asInt(1),
                c.path("norm_num_groups").asInt(32), c.path("mid_block_add_attention").asBoolean(true),
                c.path("use_quant_conv").asBoolean(true), c.path("scaling_factor").asDouble(0.18215),
                c.path("shift_factor").asDouble(0));
        if (widths.isEmpty() || widths.stream().anyMatch(width -> width < 1 || width % config.groups() != 0)) {
            throw new UserError("%s: channels %s in %d groups".formatted(file, widths, config.groups()));
        }
        TensorFile weights = TensorFile.open(folder);
        Map<String, Storage> tensors = new LinkedHashMap<>();
        for (String name : weights.names()) {
            String now = name;
            for (Map.Entry<String, String> part : ATTENTION.entrySet()) {
                now = now.replace(part.getKey(), part.getValue());
            }
            tensors.put(now, weights.get(name));
        }
        AutoencoderKl autoencoder = Scope.load(weights.path().toString(), tensors, _ -> false,
                scope -> new AutoencoderKl(config, scope));
        autoencoder.parameters().freeze();
        return autoencoder;
    }

    // ---- TAESD ------------------------------------------------------------------------------------------------

    /** The encoder's file and the decoder's; none if neither is there. */
    private static List<Path> tiny(Path folder) {
        Optional<Path> encoder = find(folder, "encoder");
        Optional<Path> decoder = find(folder, "decoder");
        if (encoder.isPresent() != decoder.isPresent()) {
            throw new UserError("%s: the %s is missing: there are two files, for there and back".formatted(folder,
                    encoder.isEmpty() ? "encoder" : "decoder"));
        }
        return Stream.of(encoder, decoder).flatMap(Optional::stream).toList();
    }

    private static Autoencoder tiny(Path encoderFile, Path decoderFile) {
        TensorFile back = TensorFile.open(decoderFile);
        Shape first = back.contains("1.weight") ? back.shape("1.weight") : Shape.of();
        if (first.rank() != 4) {
            throw new UserError(back.path() + " is no decoder of a TAESD: its layers have other names");
        }
        Taesd.Config config = new Taesd.Config(first.dim(1), first.dim(0),
                back.names().stream().anyMatch(name -> name.contains(".pool.")));
        Taesd.Encoder encoder =
                Scope.load(TensorFile.open(encoderFile), _ -> false, scope -> new Taesd.Encoder(config, scope));
        Taesd.Decoder decoder = Scope.load(back, _ -> false, scope -> new Taesd.Decoder(config, scope));
        encoder.parameters().freeze();
        decoder.parameters().freeze();
        return new Autoencoder(Taesd.COLOURS, config.latent(), Taesd.FACTOR, x -> encoder.apply(x.add(1).div(2)),
                z -> decoder.apply(z).mul(2).sub(1));
    }

    private static Optional<Path> find(Path folder, String part) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("(?:.*_)?" + part
                    + "\\.(?:pth|safetensors)")).min(Path::compareTo);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
