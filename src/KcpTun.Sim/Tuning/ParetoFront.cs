namespace KcpTun.Sim.Tuning;

/// <summary>What is left when every setting is gone that another one beats in all respects.</summary>
internal static class ParetoFront
{
    /// <summary>Differences of one part in fifty are those of chance; they make nothing worse.</summary>
    public const double Tolerance = 0.02;

    /// <summary>
    /// Goes down the order and keeps what is better in something than each that was kept before. So the first is always
    /// kept, of settings that are alike the best one, and none can drive each other out in a circle.
    /// </summary>
    /// <param name="ordered">Best first.</param>
    /// <param name="figures">Of one of them.</param>
    public static IReadOnlyList<T> Of<T>(IEnumerable<T> ordered, Func<T, TuneFigures> figures)
    {
        List<T> front = [];
        foreach (T one in ordered)
        {
            TuneFigures own = figures(one);
            if (!front.Exists(kept => figures(kept).Covers(own, Tolerance)))
                front.Add(one);
        }

        return front;
    }
}
