namespace KcpTun.Kcp;

/// <summary>Where a session writes its packets. Calls come strictly in pairs: one begin, then one emit.</summary>
public interface IKcpOutput
{
    /// <summary>Memory for the next packet: at least <see cref="KcpSession.Mtu"/> bytes.</summary>
    Span<byte> Begin();

    /// <summary>The memory of the last <see cref="Begin"/> holds a packet of <paramref name="length"/> bytes.</summary>
    void Emit(int length);
}
