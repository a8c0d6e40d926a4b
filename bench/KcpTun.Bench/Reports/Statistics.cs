namespace KcpTun.Bench.Reports;

internal static class Statistics
{
    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The smallest value that so many of a hundred do not exceed; there must be one.</summary>
    public static double Percentile(IEnumerable<double> values, int percent)
    {
        double[] sorted = [.. values.Order()];
        int rank = (int)Math.Ceiling(sorted.Length * percent / 100.0);
        return sorted[Math.Max(rank, 1) - 1];
    }
}
