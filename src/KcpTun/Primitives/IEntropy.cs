namespace KcpTun.Primitives;

/// <summary>
/// The only source of chance: conversation ids, nonces, port choices. Production uses the operating system's
/// generator, the simulator a seeded one. Not required to be thread-safe: every driver owns its own.
/// </summary>
public interface IEntropy
{
    /// <summary>Fills <paramref name="destination"/> with unpredictable bytes.</summary>
    void Fill(Span<byte> destination);
}
