namespace KcpTun.Smux;

/// <summary>
/// Receives what <see cref="SmuxSession.Input"/> finds. A handler may call the session's local actions
/// (for example <see cref="SmuxSession.Close"/>), but not <see cref="SmuxSession.Input"/>.
/// </summary>
public interface ISmuxHandler
{
    /// <summary>The peer opened a stream.</summary>
    void OnOpened(uint streamId);

    /// <summary>
    /// The next bytes of a stream, in pieces as they arrive. They count against the session's receive bucket until
    /// <see cref="SmuxSession.Consumed"/> or <see cref="SmuxSession.Close"/>.
    /// </summary>
    /// <param name="data">Valid during the call only.</param>
    void OnData(uint streamId, ReadOnlySpan<byte> data);

    /// <summary>The peer sends no more data on this stream; called at most once, after the last data.</summary>
    void OnEndOfStream(uint streamId);
}
