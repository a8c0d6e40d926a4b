using KcpTun.Primitives;

namespace KcpTun.Sim.Conform.Running;

/// <summary>A datagram between tester and subject.</summary>
/// <param name="Time">When the tester sent or got it.</param>
/// <param name="IsFromSubject">Its direction.</param>
/// <param name="Socket">The tester's socket: 1, or another.</param>
internal readonly record struct LoggedDatagram(
    Instant Time, bool IsFromSubject, int Socket, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// The evidence of a case: what was on the wire. Of a long case the beginning and nothing else is kept.
/// </summary>
internal sealed class CaseLog
{
    /// <summary>More than anybody looks at; bulk transfers are cut here.</summary>
    private const int MaxDatagrams = 2000;

    private readonly List<LoggedDatagram> _datagrams = [];

    public IReadOnlyList<LoggedDatagram> Datagrams => _datagrams;

    /// <summary>Datagrams that were not kept.</summary>
    public long Omitted { get; private set; }

    public void Add(in LoggedDatagram datagram)
    {
        if (_datagrams.Count < MaxDatagrams)
            _datagrams.Add(datagram with { Bytes = datagram.Bytes.ToArray() });
        else
            Omitted++;
    }
}
