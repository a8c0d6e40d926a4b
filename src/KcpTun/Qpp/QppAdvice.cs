using System.Globalization;
using System.Text;

namespace KcpTun.Qpp;

/// <summary>What kcptun tells the user about a weak choice of key or number of pads (PROTOCOL g).</summary>
public static class QppAdvice
{
    // Bytes of 256!, and the pads whose permutations carry as much.
    private const int MinimumKeySize = 211;
    private const int MinimumPads = 7;

    /// <summary>The warnings that apply, word for word, in the order kcptun prints them.</summary>
    public static IEnumerable<string> Warnings(string key, int count)
    {
        int size = Encoding.UTF8.GetByteCount(key);
        if (size < MinimumKeySize)
            yield return Line($"QPP Warning: 'key' has size of {size} bytes, required {MinimumKeySize} bytes at least");
        if (count < MinimumPads)
            yield return Line($"QPP Warning: QPPCount {count}, required {MinimumPads} at least");
        // kcptun tests for a common divisor with 8, no more.
        if (count % 2 == 0)
            yield return Line($"QPP Warning: QPPCount {count}, choose a prime number for security");
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
