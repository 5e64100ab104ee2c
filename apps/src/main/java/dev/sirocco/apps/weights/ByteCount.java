package dev.sirocco.apps.weights;

import java.util.Locale;

/** A number of bytes as a person reads it: {@code 548.1 MB}. */
record ByteCount(double bytes) {

    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};

    @Override
    public String toString() {
        double scaled = bytes;
        int unit = 0;
        while (scaled >= 999.95 && unit < UNITS.length - 1) {
            scaled /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", scaled, UNITS[unit]);
    }
}
