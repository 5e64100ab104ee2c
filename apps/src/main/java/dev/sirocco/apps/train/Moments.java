package dev.sirocco.apps.train;

/** Mean and deviation of numbers that come in parts. */
public final class Moments {

    private double sum;
    private double squares;
    private long count;

    public void add(float[] numbers) {
        for (float x : numbers) {
            sum += x;
            squares += x * (double) x;
        }
        count += numbers.length;
    }

    public double mean() {
        return sum / count;
    }

    public double deviation() {
        return Math.sqrt(squares / count - mean() * mean());
    }
}
