package dev.sirocco.audio.features;

/** Pitch as it is heard, in two customary approximations. */
public enum MelScale {

    /** 2595 · log₁₀(1 + f / 700), of the Hidden Markov Model Toolkit: torchaudio's default. */
    HTK {
        @Override
        public double mel(double hertz) {
            return 2595 * Math.log10(1 + hertz / 700);
        }

        @Override
        public double hertz(double mel) {
            return 700 * (Math.pow(10, mel / 2595) - 1);
        }
    },

    /** Linear below 1 kHz and logarithmic above, of Slaney's Auditory Toolbox (1998): librosa's default. */
    SLANEY {
        @Override
        public double mel(double hertz) {
            return hertz < LOG_FROM ? hertz / WIDTH : LOG_FROM / WIDTH + Math.log(hertz / LOG_FROM) / STEP;
        }

        @Override
        public double hertz(double mel) {
            return mel < LOG_FROM / WIDTH ? mel * WIDTH : LOG_FROM * Math.exp(STEP * (mel - LOG_FROM / WIDTH));
        }
    };

    /** Hz. */
    private static final double LOG_FROM = 1000;
    /** Hz in a mel below. */
    private static final double WIDTH = 200.0 / 3;
    /** Of the logarithm, in a mel above. */
    private static final double STEP = Math.log(6.4) / 27;

    public abstract double mel(double hertz);

    public abstract double hertz(double mel);
}
