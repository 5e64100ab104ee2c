package dev.sirocco.apps;

import dev.sirocco.tensor.ir.UserError;

/** The values that an option may have, from {@code low} to {@code high}, both included. */
public record Range(String option, double low, double high) {

    /** @throws UserError if the value is outside, or NaN; a value that was not given, null, is fine */
    public void check(Number value) {
        if (value == null) {
            return;
        }
        double x = value.doubleValue();
        if (!(x >= low && x <= high)) {
            throw new UserError("%s %s: take a number from %s to %s".formatted(option, value, text(low), text(high)));
        }
    }

    private static String text(double x) {
        return x == Math.rint(x) ? "%,d".formatted((long) x) : Double.toString(x);
    }
}
