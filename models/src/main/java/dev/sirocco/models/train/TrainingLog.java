package dev.sirocco.models.train;

import dev.sirocco.tensor.ir.UserError;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The course of a run, in {@code log.csv} and for TensorBoard. A resumed run goes on where its checkpoint was made. */
final class TrainingLog implements Closeable {

    private static final String HEADER = "step,seconds,units,loss,gradient_norm,validation_loss";

    /** Numbers not known at a step are NaN, and empty in the file. */
    record Row(long step, double seconds, double units, double loss, double gradientNorm, double validationLoss) {

        private String text() {
            return String.format(Locale.ROOT, "%d,%.2f,%.0f,%s,%s,%s", step, seconds, units,
                    number(loss), number(gradientNorm), number(validationLoss));
        }

        private static String number(double x) {
            return Double.isNaN(x) ? "" : String.format(Locale.ROOT, "%.6f", x);
        }

        private static Row parse(String line) {
            String[] f = line.split(",", -1);
            return new Row(Long.parseLong(f[0]), Double.parseDouble(f[1]), Double.parseDouble(f[2]),
                    number(f[3]), number(f[4]), number(f[5]));
        }

        private static double number(String s) {
            return s.isEmpty() ? Double.NaN : Double.parseDouble(s);
        }
    }

    private final Path file;
    private final List<Row> rows = new ArrayList<>();
    private final EventLog events;

    /** @param from rows of an older log that come after this step are dropped */
    TrainingLog(Path directory, long from) {
        file = directory.resolve("log.csv");
        events = new EventLog(directory.resolve("tensorboard"));
        try {
            if (from > 0 && Files.exists(file)) {
                Files.readAllLines(file).stream().skip(1).filter(l -> l.split(",", -1).length == 6).map(Row::parse)
                        .filter(row -> row.step <= from).forEach(rows::add);
            }
            List<String> lines = new ArrayList<>(List.of(HEADER));
            rows.forEach(row -> lines.add(row.text()));
            Files.write(file, lines);
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }

    void add(Row row) {
        rows.add(row);
        try {
            Files.writeString(file, row.text() + "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw cannotWrite(e);
        }
        scalar("loss/training", row.step, row.loss);
        scalar("loss/validation", row.step, row.validationLoss);
        scalar("gradient_norm", row.step, row.gradientNorm);
    }

    /** For TensorBoard alone. */
    void scalar(String tag, long step, double value) {
        if (!Double.isNaN(value)) {
            events.scalar(tag, step, value);
        }
    }

    List<Row> rows() {
        return rows;
    }

    private UserError cannotWrite(IOException e) {
        return new UserError("cannot write " + file + ": " + e.getMessage() + "; is the disk full?", e);
    }

    @Override
    public void close() {
        events.close();
    }
}
