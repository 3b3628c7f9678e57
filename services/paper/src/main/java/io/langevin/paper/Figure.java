package io.langevin.paper;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.langevin.cli.terminal.CommandFailure;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;

/** A chart of lines, written as NAME.png with its numbers beside it as NAME.json. */
public final class Figure {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 540;

    private final String title;
    private final String xTitle;
    private final String yTitle;
    private boolean logarithmicX;
    private boolean logarithmicY;
    private final Map<String, List<double[]>> series = new LinkedHashMap<>();
    private final Map<String, Object> notes = new LinkedHashMap<>();

    public Figure(String title, String xTitle, String yTitle) {
        this.title = title;
        this.xTitle = xTitle;
        this.yTitle = yTitle;
    }

    public Figure logarithmic(boolean x, boolean y) {
        logarithmicX = x;
        logarithmicY = y;
        return this;
    }

    public void add(String line, double x, double y) {
        series.computeIfAbsent(line, name -> new ArrayList<>()).add(new double[] {x, y});
    }

    /** A number beside the lines, for the JSON. */
    public void note(String name, Object value) {
        notes.put(name, value);
    }

    /** Writes both files; the folder is made where it is missing. */
    public void write(Path folder, String name) {
        try {
            Files.createDirectories(folder);
            Map<String, Object> numbers = new LinkedHashMap<>(notes);
            numbers.put("title", title);
            numbers.put("x", xTitle);
            numbers.put("y", yTitle);
            numbers.put("lines", series);
            new ObjectMapper()
                    .writerWithDefaultPrettyPrinter()
                    .writeValue(folder.resolve(name + ".json").toFile(), numbers);
            BitmapEncoder.saveBitmap(
                    chart(),
                    folder.resolve(name + ".png").toString(),
                    BitmapEncoder.BitmapFormat.PNG);
        } catch (IOException e) {
            throw new CommandFailure("cannot write to %s: %s".formatted(folder, e.getMessage()));
        }
    }

    private XYChart chart() {
        XYChart chart =
                new XYChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title(title)
                        .xAxisTitle(xTitle)
                        .yAxisTitle(yTitle)
                        .theme(Styler.ChartTheme.Matlab)
                        .build();
        chart.getStyler()
                .setXAxisLogarithmic(logarithmicX)
                .setYAxisLogarithmic(logarithmicY)
                .setChartBackgroundColor(Color.WHITE)
                .setLegendPosition(Styler.LegendPosition.OutsideE);
        series.forEach(
                (line, points) ->
                        chart.addSeries(
                                line,
                                points.stream().mapToDouble(p -> p[0]).toArray(),
                                points.stream().mapToDouble(p -> p[1]).toArray()));
        return chart;
    }
}
