package dev.sirocco.apps.speak;

import dev.sirocco.apps.Range;
import dev.sirocco.apps.train.TrainingSettings;
import dev.sirocco.tensor.ir.UserError;
import java.util.Arrays;
import java.util.List;

/**
 * The settings of a run that learns to speak.
 *
 * @param data voices and their recordings, {@code name=data}, with commas between; what is named twice is heard twice
 *     as often
 * @param g2p folder of the network that pronounces what the dictionary lacks; empty for none
 * @param width of the decoder
 * @param layers of the decoder
 * @param piece frames of a recording that the decoder learns from at once
 * @param ema decay of the averages of the weights
 */
record AcousticRun(String data, String g2p, int width, int layers, int piece, double ema, TrainingSettings training) {

    /** A voice and where its recordings are. */
    record Voice(String name, String data) {}

    static AcousticRun start(String data) {
        return new AcousticRun(data, "", 256, 8, 128, 0.999, new TrainingSettings(16, 0.01));
    }

    AcousticRun check() {
        training.check();
        new Range("--width", 8, 4096).check(width);
        new Range("--layers", 1, 64).check(layers);
        new Range("--piece", 8, 2000).check(piece);
        new Range("--ema", 0, 0.99999).check(ema);
        if (data == null) {
            throw new UserError("nothing to learn from: give --data NAME=DATA, such as allison=asterisk");
        }
        return this;
    }

    List<Voice> voices() {
        return Arrays.stream(data.split(",")).map(text -> {
            int equals = text.indexOf('=');
            if (equals < 1 || equals == text.length() - 1) {
                throw new UserError("--data %s: give the voice's name and its recordings, such as allison=asterisk"
                        .formatted(text));
            }
            return new Voice(text.substring(0, equals), text.substring(equals + 1));
        }).toList();
    }
}
