namespace KcpTun.Smux;

/// <summary>Which end of the session we are; it decides the ids of the streams we open (PROTOCOL e.2).</summary>
public enum SmuxRole
{
    /// <summary>Opens streams 3, 5, 7, …</summary>
    Client,

    /// <summary>Would open streams 2, 4, 6, …; a kcptun server never opens any.</summary>
    Server,
}
