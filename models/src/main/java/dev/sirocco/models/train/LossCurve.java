package dev.sirocco.models.train;

import dev.sirocco.tensor.io.AtomicFile;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A picture of the losses over the steps, {@code loss.png} and {@code loss.svg}. */
final class LossCurve {

    private LossCurve() {}

    static void draw(Path directory, List<TrainingLog.Row> rows) throws IOException {
        System.setProperty("java.awt.headless", "true");
        ImageIO.setUseCache(false);                                 // its temporary files cannot be had after Ctrl-C
        XYChart chart = new XYChartBuilder().width(900).height(540).xAxisTitle("step").yAxisTitle("loss").build();
        XYStyler style = chart.getStyler();
        style.setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
        style.setLegendPosition(Styler.LegendPosition.InsideNE);
        style.setChartBackgroundColor(Color.WHITE);
        style.setYAxisDecimalPattern("0.00");
        style.setXAxisDecimalPattern("#,##0");
        style.setXAxisMin(0.0);
        style.setXAxisTickMarkSpacingHint(100);
        add(chart, "training", rows, TrainingLog.Row::loss);
        add(chart, "validation", rows, TrainingLog.Row::validationLoss);
        if (!chart.getSeriesMap().isEmpty()) {
            AtomicFile.write(directory.resolve("loss.png"),
                    BitmapEncoder.getBitmapBytes(chart, BitmapEncoder.BitmapFormat.PNG));
            ByteArrayOutputStream svg = new ByteArrayOutputStream();
            VectorGraphicsEncoder.saveVectorGraphic(chart, svg, VectorGraphicsEncoder.VectorGraphicsFormat.SVG);
            AtomicFile.write(directory.resolve("loss.svg"), svg.toByteArray());
        }
    }

    private static void add(XYChart chart, String name, List<TrainingLog.Row> rows,
            ToDoubleFunction<TrainingLog.Row> loss) {
        List<Long> steps = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        for (TrainingLog.Row row : rows) {
            if (Double.isFinite(loss.applyAsDouble(row))) {
                steps.add(row.step());
                losses.add(loss.applyAsDouble(row));
            }
        }
        if (!steps.isEmpty()) {
            chart.addSeries(name, steps, losses).setMarker(SeriesMarkers.NONE);
        }
    }
}
