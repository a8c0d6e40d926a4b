namespace KcpTun.Smux;

/// <summary>Holds the bytes that were offered to a session and not yet sent.</summary>
public interface ISmuxSource
{
    /// <summary>
    /// Moves the stream's next bytes into <paramref name="destination"/>, filling it completely: the session never
    /// asks for more than was offered. Must not call back into the session.
    /// </summary>
    /// <returns>Bytes written, always <paramref name="destination"/>.Length.</returns>
    int Read(uint streamId, Span<byte> destination);
}
