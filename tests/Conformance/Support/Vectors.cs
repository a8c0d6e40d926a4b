using System.Text.Json;

namespace KcpTun.Conformance.Support;

/// <summary>Access to the golden vectors produced by the Go libraries.</summary>
internal static class Vectors
{
    public static JsonElement Load(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "vectors", name);
        using FileStream file = File.OpenRead(path);
        using JsonDocument document = JsonDocument.Parse(file);
        return document.RootElement.Clone();
    }

    /// <summary>
    /// The vectors' pseudo-random bytes: state = state*1664525 + 1013904223 mod 2^32, byte = state >> 24.
    /// </summary>
    public static byte[] Lcg(uint seed, int length)
    {
        byte[] bytes = new byte[length];
        uint state = seed;
        for (int i = 0; i < length; i++)
        {
            state = unchecked((state * 1664525) + 1013904223);
            bytes[i] = (byte)(state >> 24);
        }

        return bytes;
    }
}
