package dev.sirocco.apps.imagine;

import dev.sirocco.tensor.ir.UserError;
import java.awt.Color;
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

    /** Draws them as PNG, the numbers of steps being equally far from each other. */
    void draw(Path file) {
        List<Integer> steps = curves.values().stream().flatMap(List::stream).map(Point::steps).distinct().sorted()
                .toList();
        XYChart chart = new XYChartBuilder().width(800).height(500).xAxisTitle("steps").yAxisTitle("Fréchet distance")
                .build();
        chart.getStyler().setYAxisMin(0.0).setChartBackgroundColor(Color.WHITE);
        chart.setCustomXAxisTickLabelsFormatter(x ->
                x == Math.rint(x) && x >= 0 && x < steps.size() ? steps.get(x.intValue()).toString() : "");
        curves.forEach((name, points) ->
                chart.addSeries(name, points.stream().mapToDouble(point -> steps.indexOf(point.steps)).toArray(),
                        points.stream().mapToDouble(Point::distance).toArray()));
        try {
            BitmapEncoder.saveBitmap(chart, file.toString(), BitmapEncoder.BitmapFormat.PNG);
        } catch (IOException e) {
            throw new UserError("cannot write " + file + " (" + e.getMessage() + "): name another --plot", e);
        }
    }
}
