package dev.sirocco.apps.speak;

import dev.sirocco.audio.PitchTrack;
import dev.sirocco.audio.Sound;
import dev.sirocco.audio.metrics.PeriodicityError;
import dev.sirocco.audio.metrics.PitchError;
import dev.sirocco.audio.metrics.VoicingF1;
import dev.sirocco.audio.tarsos.PitchTracker;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * How alike the voices of two recordings of one length are.
 *
 * @param voicing F1 of what is voiced
 * @param periodicity the error of how periodic the frames are
 * @param cents the error of the pitch
 */
record Likeness(double voicing, double periodicity, double cents) {

    static Likeness of(Sound one, Sound other) {
        PitchTrack before = PitchTracker.SPEECH.track(one);
        PitchTrack after = PitchTracker.SPEECH.track(other);
        return new Likeness(VoicingF1.of(before.f0(), after.f0()),
                PeriodicityError.of(before.periodicity(), after.periodicity()),
                PitchError.of(before.f0(), after.f0()).cents());
    }

    static Likeness mean(List<Likeness> all) {
        return new Likeness(mean(all, Likeness::voicing), mean(all, Likeness::periodicity), mean(all, Likeness::cents));
    }

    private static double mean(List<Likeness> all, ToDoubleFunction<Likeness> part) {
        return all.stream().mapToDouble(part).average().orElse(Double.NaN);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "voiced/unvoiced F1 %.3f, periodicity error %.3f, pitch error %.0f cents",
                voicing, periodicity, cents);
    }
}
