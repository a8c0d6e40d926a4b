using KcpTun.Primitives;

namespace KcpTun.Sim.Conform.Stages;

/// <summary>A datagram of the subject.</summary>
/// <param name="Time">When it arrived.</param>
/// <param name="To">The tester's socket it came to: 1, or another.</param>
internal readonly record struct StageDatagram(Instant Time, ReadOnlyMemory<byte> Bytes, int To);

/// <summary>
/// Where a subject performs: a protocol core in this process, a tunnel in the virtual network, or a process behind real
/// sockets. It moves datagrams, the subject's applications and time, and knows nothing of the protocol.
/// </summary>
internal interface IStage : IDisposable
{
    /// <summary>Time since the subject started, by the stage's clock.</summary>
    Instant Now { get; }

    /// <summary>Time is virtual: it is exact, and nothing is ever late.</summary>
    bool IsExact { get; }

    /// <summary>
    /// Sends a datagram to the subject from one of the tester's sockets (made when first named). A client subject has
    /// no address before it sends something: until then nothing leaves. A socket that it has not yet sent to answers
    /// the address that the last datagram to any socket came from.
    /// </summary>
    void Send(int from, ReadOnlySpan<byte> datagram);

    /// <summary>
    /// Lets time pass until <paramref name="deadline"/>, or until a datagram came or an application of the subject
    /// noticed something, possibly between two calls. May return early for no reason that can be seen any more.
    /// </summary>
    void Advance(Instant deadline);

    /// <summary>Takes the oldest datagram that came.</summary>
    bool TryReceive(out StageDatagram datagram);

    /// <summary>A new application of a client subject connects to it.</summary>
    IStageApplication Open();

    /// <summary>The oldest connection that a server subject made to its target and nobody has taken yet.</summary>
    bool TryAccept(out IStageApplication application);

    /// <summary>Whether the target of a server subject takes connections (it does at first).</summary>
    void SetTarget(bool isListening);

    /// <summary>A SNMP counter of the subject by its name in the CSV; null if nothing is known of it.</summary>
    long? Counter(string name);

    /// <summary>Ends the subject as SIGTERM does and waits, in the stage's time, until it has.</summary>
    void Stop();

    /// <summary>Starts the subject again at the same address.</summary>
    void Restart();

    /// <summary>Why the subject cannot go on (it did not start, crashed, threw), or null.</summary>
    string? Failure { get; }

    /// <summary>The end of what the subject printed; empty where there is no such thing.</summary>
    string Output { get; }
}

/// <summary>How a connection of an application stands.</summary>
internal enum ApplicationState
{
    Open,

    /// <summary>The other side sends no more.</summary>
    Ended,

    /// <summary>Reset or refused.</summary>
    Failed,
}

/// <summary>An application's end of a connection to the subject.</summary>
internal interface IStageApplication
{
    /// <summary>
    /// What has been found out by reading. The end is seen as soon as nothing unread stands in front of it, also by an
    /// application that may read nothing.
    /// </summary>
    ApplicationState State { get; }

    /// <summary>
    /// Queues bytes to write, which must not change any more; they leave as the subject takes them.
    /// </summary>
    void Send(ReadOnlyMemory<byte> bytes);

    /// <summary>Bytes queued and not yet taken by the connection.</summary>
    long Unsent { get; }

    /// <summary>Lets the application read this many more bytes; at first it reads nothing.</summary>
    void Allow(long bytes);

    /// <summary>Takes what was read since the last call.</summary>
    ReadOnlyMemory<byte> TakeReceived();

    /// <summary>Half-close, after everything queued.</summary>
    void Finish();

    /// <summary>Closes both ways, dropping what is unsent.</summary>
    /// <param name="isReset">With a TCP reset, where the stage has such a thing.</param>
    void Close(bool isReset);
}
