namespace KcpTun.Kcp;

/// <summary>Which generation of the reference ARQ a session imitates (PROTOCOL j.1).</summary>
public enum KcpDialect
{
    /// <summary>kcptun 20260314 (NEW): flushes early on many acks or a fast ack, resends fast once per RTO.</summary>
    Release2026,

    /// <summary>kcptun 20210922 (OLD).</summary>
    Release2021,
}
