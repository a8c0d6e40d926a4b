using KcpTun.Primitives;

namespace KcpTun.IO;

/// <summary>
/// The only door to the network: a UDP socket seen as batches. One thread (the driver's) receives, sends and waits;
/// <see cref="Wake"/> may be called from any thread.
/// </summary>
public interface IDatagramChannel : IDisposable
{
    /// <summary>
    /// Length to which a longer datagram is cut on arrival, bytes: one more than any of the protocol's, so that the
    /// layers above can tell and drop it (PROTOCOL a.4).
    /// </summary>
    const int LongestDelivered = 1501;

    /// <summary>The local address, port included.</summary>
    PeerAddress Local { get; }

    /// <summary>The batch this channel wants to receive into, its buffer shaped for the channel's own needs.</summary>
    DatagramBatch CreateReceiveBatch();

    /// <summary>
    /// Clears <paramref name="batch"/> and fills it with what has arrived. Never blocks.
    /// </summary>
    /// <returns>How many datagrams; 0 when none is waiting. A transient error counts as none.</returns>
    int ReceiveBatch(DatagramBatch batch);

    /// <summary>
    /// Sends the datagrams of <paramref name="batch"/> from index <paramref name="start"/> on. Never blocks.
    /// </summary>
    /// <returns>
    /// How many were accepted or are undeliverable (and so need no second try); fewer than asked for when the
    /// socket's buffer is full: <see cref="Wait"/> then returns when there is room again.
    /// </returns>
    int SendBatch(DatagramBatch batch, int start);

    /// <summary>
    /// Gives the memory of a batch's buffer back to the system until something is put into it, where the system can do
    /// that. What the buffer holds is lost.
    /// </summary>
    void ReleaseMemory(DatagramBatch batch)
    {
    }

    /// <summary>
    /// Blocks until a datagram is waiting, room to send has come (if the last send was cut short), <see cref="Wake"/>
    /// was called, or <paramref name="deadline"/> on <paramref name="clock"/> has passed.
    /// </summary>
    void Wait(IClock clock, Instant deadline);

    /// <summary>Ends a <see cref="Wait"/> under way, or the next one. Any thread.</summary>
    void Wake();
}
