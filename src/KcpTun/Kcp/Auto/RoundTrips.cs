namespace KcpTun.Kcp.Auto;

/// <summary>Round trips that belong together, and whether their least says anything.</summary>
internal struct RoundTrips
{
    /// <summary>Samples below which the least says nothing (RFC 9406, N_RTT_SAMPLE).</summary>
    private const int LeastSamples = 8;

    /// <summary>Packets below which it says nothing: all acknowledgements of one packet were late together.</summary>
    private const int LeastPackets = 3;

    private int _packets;
    private bool _isPacketNew;

    public RoundTrips()
    {
    }

    /// <summary>ms; the largest number before the first.</summary>
    public int Least { get; private set; } = int.MaxValue;

    public int Samples { get; private set; }

    public readonly bool IsMeaningful => Samples >= LeastSamples && _packets >= LeastPackets;

    public void Add(int rtt)
    {
        Least = Math.Min(Least, rtt);
        Samples++;
        _isPacketNew = true;
    }

    /// <summary>What comes now came in another packet.</summary>
    public void EndPacket()
    {
        if (_isPacketNew)
            _packets++;
        _isPacketNew = false;
    }
}
