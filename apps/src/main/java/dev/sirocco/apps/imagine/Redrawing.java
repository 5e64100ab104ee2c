package dev.sirocco.apps.imagine;

import dev.sirocco.apps.DeviceOption;
import dev.sirocco.apps.OutputNames;
import dev.sirocco.models.train.BatchedProgram;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.Tensor;
import dev.sirocco.vision.Picture;
import dev.sirocco.vision.metrics.PeakSignalToNoise;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code sirocco imagine redraw}: a picture by way of an autoencoder's latents. */
@Command(name = "redraw", mixinStandardHelpOptions = true, sortOptions = false, description = {
        "Makes a picture's latents, and of these the picture again, by an autoencoder; and says how close it is.",
        "Pictures of any size; what is transparent becomes white."})
final class Redrawing implements Callable<Integer> {

    private static final int WHITE = 0xFFFFFF;

    @ParentCommand
    private Imagine parent;

    @Parameters(index = "0", paramLabel = "IN", description = "A picture: PNG, JPEG, WebP, BMP or GIF.")
    private Path in;

    @Parameters(index = "1", paramLabel = "OUT", description = "Where to write it, as PNG.")
    private Path out;

    @Option(names = "--vae", paramLabel = "DIR", required = true, description = {
            "The autoencoder: one that `sirocco imagine train` wrote, diffusers' AutoencoderKL, or",
            "the encoder and decoder of a TAESD (taesd, taef1, taef2 …)."})
    private Path vae;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() {
        OutputNames.check(out, ".png");
        Picture read = Picture.read(in);
        Autoencoder autoencoder = Autoencoder.load(vae);
        Picture picture = autoencoder.channels() == 1 ? read.grey() : read.rgb();
        int width = Math.ceilDiv(picture.width(), autoencoder.factor()) * autoencoder.factor();
        int height = Math.ceilDiv(picture.height(), autoencoder.factor()) * autoencoder.factor();
        Picture framed = picture.padded(width, height, WHITE);
        Picture made;
        UnaryOperator<Tensor> thereAndBack = x -> autoencoder.decode().apply(autoencoder.encode().apply(x));
        try (BatchedProgram program = new BatchedProgram(thereAndBack, 1, DType.F32,
                Shape.of(autoencoder.channels(), height, width), device.executor())) {
            made = Picture.of(program.ofFloats(List.of(framed.floats()))[0], 0, autoencoder.channels(), height, width)
                    .cropped((width - picture.width()) / 2, (height - picture.height()) / 2, picture.width(),
                            picture.height());
        }
        made.write(out);
        parent.terminal().out().printf(Locale.ROOT, "%s: %d × %d, %.2f dB%n", out, made.width(), made.height(),
                PeakSignalToNoise.of(List.of(picture), List.of(made)));
        return 0;
    }
}
