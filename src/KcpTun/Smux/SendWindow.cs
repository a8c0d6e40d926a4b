using KcpTun.Primitives;

namespace KcpTun.Smux;

/// <summary>
/// What the peer lets us send on one stream (PROTOCOL e.4). All counters are modulo 2^32 and the differences signed,
/// as in the reference. Version 1 has no such limit.
/// </summary>
internal struct SendWindow(bool isLimited)
{
    /// <summary>Bytes that may be sent before the peer's first UPD.</summary>
    public const uint InitialWindow = 262144;

    private uint _written;
    private uint _peerConsumed;
    private uint _peerWindow = InitialWindow;

    /// <summary>Bytes that may be sent now; zero or negative means wait for a UPD.</summary>
    public readonly int Available => isLimited
        ? unchecked((int)(_peerWindow - (_written - _peerConsumed)))
        : int.MaxValue;

    public void OnSent(int bytes) => _written = unchecked(_written + (uint)bytes);

    /// <summary>Stores a UPD as received: it may also take window back.</summary>
    /// <returns>False when the peer claims to have consumed more than was sent.</returns>
    public bool TryUpdate(uint consumed, uint window)
    {
        _peerConsumed = consumed;
        _peerWindow = window;
        return SequenceNumber.Difference(_written, consumed) >= 0;
    }
}
