package dev.sirocco.apps.imagine;

import dev.sirocco.apps.JsonFile;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.models.nn.Parameters;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Group;
import dev.sirocco.models.optim.Muon;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.models.train.Records;
import dev.sirocco.models.zoo.Dit;
import dev.sirocco.models.zoo.Unet;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.nio.file.Path;
import java.util.List;

/** What says what to take away from noisy pictures or latents, being told what they are to show. */
sealed interface PictureNetwork {

    /** Which there are. */
    enum Kind {
        /** Convolutions: learns fastest on few pictures, some four times faster than the other by the clock. */
        UNET,
        /** A diffusion transformer. */
        DIT
    }

    /** Words of a caption that a network of ours is told, at most. */
    int WORDS = 12;

    /** @param told I32 (N, 1), classes, or (N, {@link #words}), words */
    Tensor predict(Tensor x, Tensor time, Tensor told);

    /** How many words it is told; 0 if it is told a class. */
    int words();

    Parameters parameters();

    Record config();

    /** Muon for the matrices within the blocks, AdamW for the rest. */
    Optimizer optimizer(double rate);

    /** Of the weights in this file and {@value ModelFolder#CONFIG} beside. */
    static PictureNetwork load(Kind kind, Path folder, Path weights) {
        Path file = folder.resolve(ModelFolder.CONFIG);
        return switch (kind) {
            case UNET -> {
                Unet.Config config = JsonFile.read(file, texts -> Records.fromTexts(Unet.Config.class, texts));
                yield new OfUnet(ModelFolder.network(weights, scope -> new Unet(config, scope)));
            }
            case DIT -> {
                Dit.Config config = JsonFile.read(file, texts -> Records.fromTexts(Dit.Config.class, texts));
                yield new OfDit(ModelFolder.network(weights, scope -> new Dit(config, scope)));
            }
        };
    }

    /** A U-Net with more channels than the samples have sees squares of their places as one. */
    record OfUnet(Unet unet) implements PictureNetwork {

        @Override
        public Tensor predict(Tensor x, Tensor time, Tensor told) {              // (N, C, H, W)
            int n = x.dim(0);
            int c = x.dim(1);
            int side = (int) Math.round(Math.sqrt(unet.config().channels() / (double) c));
            int h = x.dim(2) / side;
            int w = x.dim(3) / side;
            Tensor squares = x.reshape(n, c, h, side, w, side)
                    .permute(0, 1, 3, 5, 2, 4)                                   // (N, C, side, side, h, w)
                    .reshape(n, c * side * side, h, w);
            return unet.apply(squares, time, words() == 0 ? told.reshape(n) : told)
                    .reshape(n, c, side, side, h, w)
                    .permute(0, 1, 4, 2, 5, 3)                                   // (N, C, h, side, w, side)
                    .reshape(x.shape());
        }

        @Override
        public int words() {
            return unet.config().vocabulary() == 0 ? 0 : WORDS;
        }

        @Override
        public Parameters parameters() {
            return unet.parameters();
        }

        @Override
        public Unet.Config config() {
            return unet.config();
        }

        @Override
        public Optimizer optimizer(double rate) {
            Group blocks = new Group(p -> p.shape().rank() == 4 && !p.name().startsWith("conv_"),
                    new Muon(rate, DECAY));
            return new Optimizer(unet.parameters(), blocks, rest(rate));
        }
    }

    record OfDit(Dit dit) implements PictureNetwork {

        @Override
        public Tensor predict(Tensor x, Tensor time, Tensor told) {
            Tensor output = words() == 0 ? dit.apply(x, time, told.reshape(told.dim(0)), null)
                    : dit.apply(x, time, null, dit.encode(told));
            return output.slice(1, 0, x.dim(1));                                 // without what it says of variances
        }

        @Override
        public int words() {
            return dit.config().vocabulary() == 0 ? 0 : dit.config().context();
        }

        @Override
        public Parameters parameters() {
            return dit.parameters();
        }

        @Override
        public Dit.Config config() {
            return dit.config();
        }

        /** Queries, keys and values are matrices each by itself. */
        @Override
        public Optimizer optimizer(double rate) {
            int width = dit.config().width();
            Muon muon = new Muon(rate, DECAY).withRows(p -> p.name().endsWith("qkv.weight")
                    ? List.of(width, width, width)
                    : p.name().endsWith("kv_linear.weight") ? List.of(width, width) : List.of(p.shape().dim(0)));
            return new Optimizer(dit.parameters(), new Group(OfDit::isHiddenMatrix, muon), rest(rate));
        }

        private static boolean isHiddenMatrix(State p) {
            return p.name().startsWith("blocks.") && !p.name().contains("adaLN") && p.shape().rank() == 2;
        }
    }

    double DECAY = 0.01;
    /** Of Muon's learning rate: AdamW's, for all that is not a hidden matrix. */
    double ADAM_SHARE = 0.1;

    private static Group rest(double rate) {
        return Group.all(new AdamW(rate * ADAM_SHARE, 0.9, 0.95, 1e-8, 0));
    }
}
