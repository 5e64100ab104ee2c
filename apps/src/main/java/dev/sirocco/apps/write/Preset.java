package dev.sirocco.apps.write;

import dev.sirocco.apps.train.TrainingSettings;
import dev.sirocco.models.optim.AdamW;
import dev.sirocco.models.optim.Muon;
import dev.sirocco.models.optim.Optimizer;
import dev.sirocco.models.optim.Schedule;
import dev.sirocco.models.zoo.Gpt;

/** A size of model, and how it is trained. */
public enum Preset {
    /** nanoGPT's CPU configuration, architecture and optimiser, at twice its learning rate: to compare with. */
    NANO(64, 4, 4, 128, 0, 12, 2e-3),
    /** 0.8M parameters: for trying things out. */
    TINY(64, 4, 4, 128, 0, 16, 0.04),
    /** 1.8M parameters: legible text within minutes. */
    SMALL(128, 4, 4, 192, 0.1, 16, 0.04),
    /** 4.8M parameters: the bundled model, to be trained for an hour or more. */
    BASE(256, 6, 4, 256, 0.2, 16, 0.04);

    /** Of Muon's learning rate: AdamW's, for all that is not a matrix of a layer. */
    private static final double ADAM_SHARE = 0.15;
    private static final double DECAY = 0.1;

    private final int context;
    private final int layers;
    private final int heads;
    private final int width;
    private final double dropout;
    private final int batch;
    private final double learningRate;

    Preset(int context, int layers, int heads, int width, double dropout, int batch, double learningRate) {
        this.context = context;
        this.layers = layers;
        this.heads = heads;
        this.width = width;
        this.dropout = dropout;
        this.batch = batch;
        this.learningRate = learningRate;
    }

    Gpt.Config model(int vocabulary, int context, double dropout) {
        return this == NANO ? Gpt.Config.nano(vocabulary, context, layers, heads, width, dropout)
                : Gpt.Config.modern(vocabulary, context, layers, heads, width, dropout);
    }

    Optimizer optimizer(Gpt gpt, double rate) {
        return this == NANO ? gpt.optimizer(new AdamW(rate, DECAY))
                : gpt.optimizer(new Muon(rate, DECAY), new AdamW(rate * ADAM_SHARE, 0.9, 0.95, 1e-10, 0));
    }

    Schedule schedule() {
        return this == NANO ? Schedule.cosine(0.1).withWarmup(0.05) : Schedule.linear(0).withWarmup(0.02);
    }

    /** The norm to which gradients are clipped; 0 for none. */
    double clip() {
        return this == NANO ? 1 : 0;
    }

    /** A run with this preset's settings, without text and end. */
    Run run() {
        return new Run(this, "", context, dropout, false, 0.1, new TrainingSettings(batch, learningRate));
    }
}
