namespace KcpTun.Fec;

/// <summary>Which release of kcptun an encoder behaves as; decoders understand both.</summary>
public enum FecDialect
{
    /// <summary>20260314: no parity for a group whose last packet came 500 ms or more after the one before.</summary>
    Release2026,

    /// <summary>20210922: every complete group gets parity.</summary>
    Release2021,
}
