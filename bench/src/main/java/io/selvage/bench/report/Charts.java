package io.selvage.bench.report;

import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import io.selvage.bench.harness.Growth;
import io.selvage.bench.harness.Result;
import io.selvage.bench.harness.Statistics;
import io.selvage.bench.harness.Unit;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.text.NumberFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.stream.Stream;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.StandardChartTheme;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.DatasetRenderingOrder;
import org.jfree.chart.plot.Plot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.category.IntervalBarRenderer;
import org.jfree.chart.renderer.category.LineAndShapeRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.renderer.xy.XYItemRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.text.TextUtils;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.Range;
import org.jfree.data.category.DefaultCategoryDataset;
import org.jfree.data.category.DefaultIntervalCategoryDataset;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** Results as charts, in files of SVG. */
final class Charts {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 400;
  private static final int HEIGHT_OF_A_ROW = 22;
  private static final int HEIGHT_OF_THE_REST = 110;

  private static final Color GRID = new Color(0xd0d0d0);
  private static final Color SPREAD = new Color(0x9ec5e8);
  private static final Color MEDIAN = new Color(0x1f4e79);
  private static final Color EQUAL = new Color(0xb03030);
  private static final List<Color> LIBRARIES =
      Stream.of(0x1f4e79, 0xd9822b, 0x4c9a52, 0x8e5ea2, 0xb03030, 0x7f7f7f, 0x17a2a8)
          .map(Color::new)
          .toList();

  private Charts() {}

  /** Writes how a cost grows: both axes are logarithmic, a line for each library. */
  static void growth(String title, List<Result> points, Path file) throws IOException {
    Growth growth = points.getFirst().row().growth().orElseThrow();
    XYSeriesCollection lines = new XYSeriesCollection();
    for (String library : Tables.libraries(points)) {
      XYSeries line = new XYSeries(library);
      for (Result point : points) {
        if (point.figures().containsKey(library)) {
          line.add(
              Math.log10((double) Tables.at(point)),
              Math.log10(Statistics.median(point.of(library))));
        }
      }
      lines.addSeries(line);
    }
    NumberAxis costs =
        logAxis("for each", new PowerFormat(10, rounded(points.getFirst().row().unit())));
    Range range = lines.getRangeBounds(false);
    double lowest = Math.floor(range.getLowerBound());
    costs.setRange(lowest, Math.max(lowest + 1, Math.ceil(range.getUpperBound())));
    XYPlot plot =
        new XYPlot(
            lines,
            logAxis(growth.axis(), new PowerFormat(10, plain("#,##0")::format)),
            costs,
            new XYLineAndShapeRenderer(true, true));
    JFreeChart chart = chart(title, plot);
    for (int i = 0; i < lines.getSeriesCount(); i++) {
      XYItemRenderer renderer = plot.getRenderer();
      renderer.setSeriesStroke(i, new BasicStroke(i == 0 ? 3 : 1.5f)); // Selvage is the first
      renderer.setSeriesShape(i, new Ellipse2D.Double(-3, -3, 6, 6));
      renderer.setSeriesPaint(i, LIBRARIES.get(i % LIBRARIES.size()));
    }
    write(chart, HEIGHT, file);
  }

  /** Writes the ratio of the best other library for each row: a dot, within the spread. */
  static void ratios(String title, List<Result> rows, Path file) throws IOException {
    List<Statistics.Ratio> ratios =
        rows.stream().map(row -> row.best().orElseThrow().ratio()).toList();
    String[] names = rows.stream().map(row -> row.row().name()).toArray(String[]::new);
    Double[][] least = {
      ratios.stream().map(Statistics.Ratio::least).map(Charts::log2).toArray(Double[]::new)
    };
    Double[][] greatest = {
      ratios.stream().map(Statistics.Ratio::greatest).map(Charts::log2).toArray(Double[]::new)
    };
    DefaultCategoryDataset medians = new DefaultCategoryDataset();
    for (int i = 0; i < names.length; i++) {
      medians.addValue(log2(ratios.get(i).median()), "median", names[i]);
    }
    NumberAxis axis =
        logAxis(
            "best other / Selvage: right of 1 Selvage needs less",
            new PowerFormat(2, plain("0.##")::format));
    IntervalBarRenderer bars = new IntervalBarRenderer();
    bars.setBarPainter(new StandardBarPainter());
    bars.setShadowVisible(false);
    CategoryPlot plot =
        new CategoryPlot(
            new DefaultIntervalCategoryDataset(
                new String[] {"least to greatest"}, names, least, greatest),
            new CategoryAxis(),
            axis,
            bars);
    LineAndShapeRenderer dots = new LineAndShapeRenderer(false, true);
    plot.setDataset(1, medians);
    plot.setRenderer(1, dots);
    plot.setDatasetRenderingOrder(DatasetRenderingOrder.FORWARD);
    axis.setAutoRangeIncludesZero(true); // as fast as Selvage
    plot.setOrientation(PlotOrientation.HORIZONTAL);
    plot.setRangeAxisLocation(AxisLocation.BOTTOM_OR_LEFT);
    plot.addRangeMarker(new ValueMarker(0, EQUAL, new BasicStroke(1.5f)));
    JFreeChart chart = chart(title, plot);
    bars.setSeriesPaint(0, SPREAD);
    dots.setSeriesPaint(0, MEDIAN);
    dots.setSeriesShape(0, new Ellipse2D.Double(-4, -4, 8, 8));
    write(chart, HEIGHT_OF_THE_REST + rows.size() * HEIGHT_OF_A_ROW, file);
  }

  /** The figures of an axis are logarithms: a LogAxis would draw its labels as outlines. */
  private static NumberAxis logAxis(String label, NumberFormat format) {
    NumberAxis axis = new NumberAxis(label);
    axis.setTickUnit(new NumberTickUnit(1, format));
    axis.setAutoRangeIncludesZero(false);
    return axis;
  }

  private static double log2(double number) {
    return Math.log(number) / Math.log(2);
  }

  private static DoubleFunction<String> rounded(Unit unit) {
    return figure -> unit.format(figure).replaceFirst("\\.0+ ", " ");
  }

  private static NumberFormat plain(String pattern) {
    DecimalFormatSymbols symbols = DecimalFormatSymbols.getInstance(Locale.ROOT);
    symbols.setGroupingSeparator(' ');
    return new DecimalFormat(pattern, symbols);
  }

  /** The theme removes what was set of series before. */
  private static JFreeChart chart(String title, Plot plot) {
    JFreeChart chart = new JFreeChart(title, JFreeChart.DEFAULT_TITLE_FONT, plot, true);
    StandardChartTheme theme = new StandardChartTheme("plain");
    theme.setExtraLargeFont(font(Font.BOLD, 16));
    theme.setLargeFont(font(Font.PLAIN, 12));
    theme.setRegularFont(font(Font.PLAIN, 11));
    theme.setSmallFont(font(Font.PLAIN, 10));
    theme.setPlotBackgroundPaint(Color.WHITE);
    theme.setRangeGridlinePaint(GRID);
    theme.setDomainGridlinePaint(GRID);
    theme.setAxisOffset(RectangleInsets.ZERO_INSETS);
    theme.setAxisLabelPaint(Color.BLACK);
    theme.setTickLabelPaint(Color.BLACK);
    theme.apply(chart);
    return chart;
  }

  private static void write(JFreeChart chart, int height, Path file) throws IOException {
    TextUtils.setUseDrawRotatedStringWorkaround(false); // it draws outlines in place of text
    VectorGraphics2D graphics = new VectorGraphics2D();
    chart.draw(graphics, new Rectangle2D.Double(0, 0, WIDTH, height));
    try (OutputStream output = Files.newOutputStream(file)) {
      Processors.get("svg")
          .getDocument(graphics.getCommands(), new PageSize(WIDTH, height))
          .writeTo(output);
    }
  }

  private static Font font(int style, int size) {
    return new Font(Font.SANS_SERIF, style, size);
  }
}
