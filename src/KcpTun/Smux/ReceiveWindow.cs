namespace KcpTun.Smux;

/// <summary>
/// When to tell the peer how much of a version 2 stream was consumed: at the very first read and after every half
/// window (PROTOCOL e.4).
/// </summary>
internal struct ReceiveWindow
{
    private uint _sinceUpdate;

    /// <summary>Bytes consumed since the stream was opened, modulo 2^32.</summary>
    public uint Consumed { get; private set; }

    /// <summary>Counts consumed bytes.</summary>
    /// <returns>True when a UPD is due.</returns>
    public bool OnConsumed(int bytes, int streamBuffer)
    {
        Consumed = unchecked(Consumed + (uint)bytes);
        _sinceUpdate += (uint)bytes;
        return _sinceUpdate >= (uint)(streamBuffer / 2) || Consumed == (uint)bytes;
    }

    public void OnUpdateSent() => _sinceUpdate = 0;
}
