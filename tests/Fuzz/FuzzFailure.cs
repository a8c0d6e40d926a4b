namespace KcpTun.Fuzz;

/// <summary>A target's property does not hold for an input.</summary>
internal sealed class FuzzFailure(string message) : Exception(message)
{
    /// <summary>Throws with <paramref name="message"/> unless <paramref name="holds"/>.</summary>
    public static void Unless(bool holds, string message)
    {
        if (!holds)
            throw new FuzzFailure(message);
    }
}
