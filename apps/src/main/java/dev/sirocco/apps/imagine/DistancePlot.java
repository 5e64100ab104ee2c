package dev.sirocco.apps.imagine;

import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;

/** Distances of made pictures from real ones over the steps that they took, a curve for each way of making them. */
final class DistancePlot {

    private record Point(int steps, double distance) {}

    private final Map<String, List<Point>> curves = new LinkedHashMap<>();

    void add(String curve, int steps, double distance) {
        curves.computeIfAbsent(curve, _ -> new ArrayList<>()).add(new Point(steps, distance));
    }

    /** Draws them as PNG. */
    void draw(Path file) {
        XYChart chart = new XYChartBuilder().width(800).height(500).xAxisTitle("steps").yAxisTitle("Fréchet distance")
                .build();
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
        curves.forEach((name, points) ->
                chart.addSeries(name, points.stream().mapToInt(Point::steps).asDoubleStream().toArray(),
                        points.stream().mapToDouble(Point::distance).toArray()));
        try {
            BitmapEncoder.saveBitmap(chart, file.toString(), BitmapEncoder.BitmapFormat.PNG);
        } catch (IOException e) {
            throw new UserError("cannot write " + file + " (" + e.getMessage() + "): name another --plot", e);
        }
    }
}
