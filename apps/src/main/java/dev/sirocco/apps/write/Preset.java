package dev.sirocco.apps.write;

import dev.sirocco.models.zoo.Gpt;

/** A size of model, with the settings that suit it. */
public enum Preset {
    /** 0.8M parameters: for trying things out. */
    TINY(64, 4, 4, 128, 0, 16),
    /** 1.9M parameters: legible text within minutes. */
    SMALL(128, 4, 4, 192, 0.1, 16),
    /** 4.8M parameters: the bundled model, to be trained for hours. */
    BASE(256, 6, 4, 256, 0.2, 16);

    private final int context;
    private final int layers;
    private final int heads;
    private final int width;
    private final double dropout;
    private final int batch;

    Preset(int context, int layers, int heads, int width, double dropout, int batch) {
        this.context = context;
        this.layers = layers;
        this.heads = heads;
        this.width = width;
        this.dropout = dropout;
        this.batch = batch;
    }

    Gpt.Config model(int vocabulary, int context, double dropout) {
        return Gpt.Config.modern(vocabulary, context, layers, heads, width, dropout);
    }

    /** A run with this preset's settings, without text and end. */
    Run run() {
        return new Run(this, "", 0, 0, batch, context, 0.04, dropout, false, 0.1, 1, 250, 250, 10, 0, false);
    }
}
