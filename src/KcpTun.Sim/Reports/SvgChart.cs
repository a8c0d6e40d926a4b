namespace KcpTun.Sim.Reports;

/// <summary>
/// A drawing with a plot area in it. Colours are classes of the style sheet, which has a light and a dark set; both
/// are the palette of Okabe and Ito, which colour-blind people tell apart.
/// </summary>
internal sealed class SvgChart
{
    /// <summary>Width of every chart. Small, so that its letters can be read where the screen is narrow.</summary>
    public const int Width = 480;

    /// <summary>Colours before they repeat with another dash.</summary>
    public const int Colours = 8;

    private readonly MarkupWriter _markup;

    public SvgChart(MarkupWriter markup, double left, double top, double right, double bottom)
    {
        _markup = markup;
        Left = left;
        Top = top;
        Right = right;
        Bottom = bottom;
    }

    public double Left { get; }

    public double Top { get; }

    public double Right { get; }

    public double Bottom { get; }

    /// <summary>Opens the drawing itself.</summary>
    public static MarkupWriter.Scope Open(MarkupWriter markup, string label, double height, string id) => markup.Open(
        "svg",
        ("id", id),
        ("viewBox", $"0 0 {Width} {ReportText.Pixels(height)}"),
        ("role", "img"),
        ("aria-label", label));

    /// <summary>The classes of the n-th variant.</summary>
    public static string Series(int index) => $"c{index % Colours} d{index / Colours % 3}";

    /// <summary>The class of the n-th part of a stack.</summary>
    public static string Part(int index) => $"p{index}";

    public double X(AxisScale scale, double value) => Left + ((Right - Left) * scale.Position(value));

    public double Y(AxisScale scale, double value) => Bottom - ((Bottom - Top) * scale.Position(value));

    /// <summary>Grid lines and labels below the plot area, and what they measure.</summary>
    public void XAxis(AxisScale scale, string title)
    {
        double last = double.NegativeInfinity;
        foreach (double tick in scale.Ticks)
        {
            double x = X(scale, tick);
            Line("grid", x, Top, x, Bottom);
            if (x - last < 34)
                continue;
            last = x;
            Text("tick mid", x, Bottom + 15, ReportText.Figure(tick));
        }

        Text("axis mid", (Left + Right) / 2, Bottom + 32, title);
    }

    /// <summary>Grid lines and labels left of the plot area.</summary>
    public void YAxis(AxisScale scale, Func<double, string> format)
    {
        foreach (double tick in scale.Ticks)
        {
            double y = Y(scale, tick);
            Line("grid", Left, y, Right, y);
            Text("tick end", Left - 6, y + 4, format(tick));
        }
    }

    public void Line(string style, double x1, double y1, double x2, double y2) => Shape(
        "line", style, null, ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2));

    public void Rectangle(string style, double x, double y, double width, double height, string? title) => Shape(
        "rect", style, title, ("x", x), ("y", y), ("width", Math.Max(width, 0)), ("height", height));

    public void Dot(string style, double x, double y, double radius, string title) => Shape(
        "circle", style, title, ("cx", x), ("cy", y), ("r", radius));

    public void Path(string style, string commands, string title)
    {
        using (_markup.Open("path", ("class", style), ("d", commands)))
            _markup.Leaf("title", title);
    }

    public void Text(string style, double x, double y, string text) => _markup.Leaf(
        "text", text, ("class", style), ("x", ReportText.Pixels(x)), ("y", ReportText.Pixels(y)));

    /// <summary>A label that is cut off where it would not fit; its whole text shows on hover.</summary>
    public void Label(string style, double x, double y, string text, int maxLength)
    {
        using (_markup.Open("text", ("class", style), ("x", ReportText.Pixels(x)), ("y", ReportText.Pixels(y))))
        {
            _markup.Leaf("title", text);
            _markup.Text(text.Length <= maxLength ? text : $"{text[..(maxLength - 1)]}\u2026");
        }
    }

    private void Shape(
        string name, string style, string? title, params ReadOnlySpan<(string Name, double Value)> geometry)
    {
        var attributes = new (string, string)[geometry.Length + 1];
        attributes[0] = ("class", style);
        for (int i = 0; i < geometry.Length; i++)
            attributes[i + 1] = (geometry[i].Name, ReportText.Pixels(geometry[i].Value));
        using (_markup.Open(name, attributes))
        {
            if (title is not null)
                _markup.Leaf("title", title);
        }
    }
}
