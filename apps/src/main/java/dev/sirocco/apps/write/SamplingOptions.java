package dev.sirocco.apps.write;

import dev.sirocco.apps.Range;
import dev.sirocco.models.sample.TokenSampler;
import dev.sirocco.tensor.ir.UserError;
import picocli.CommandLine.Option;

/** How characters are drawn, for commands to mix in. */
final class SamplingOptions {

    private static final double HOTTEST = 1000;

    @Option(names = "--temperature", paramLabel = "T", defaultValue = "0.8",
            description = "Boldness: 0 takes the likeliest character always, 1 the model's own odds (default 0.8).")
    private double temperature;

    @Option(names = "--top-k", paramLabel = "K", defaultValue = "0", description = "Only the K likeliest characters.")
    private int topK;

    @Option(names = "--top-p", paramLabel = "P", defaultValue = "1",
            description = "Only the likeliest characters that together have probability P.")
    private double topP;

    @Option(names = "--min-p", paramLabel = "P", defaultValue = "0",
            description = "Only characters at least P times as likely as the likeliest.")
    private double minP;

    @Option(names = "--seed", paramLabel = "S", description = "Equal seeds write equal texts (default: a new one).")
    private Long seed;

    /** @throws UserError if a number is out of its range */
    TokenSampler.Settings settings() {
        new Range("--temperature", 0, HOTTEST).check(temperature);
        return new TokenSampler.Settings(temperature, topK, topP, minP);
    }

    long seed() {
        return seed == null ? System.nanoTime() : seed;
    }
}
