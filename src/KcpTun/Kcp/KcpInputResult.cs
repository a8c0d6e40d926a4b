namespace KcpTun.Kcp;

/// <summary>What became of a packet handed to <see cref="KcpSession.Absorb"/> (PROTOCOL c.4).</summary>
/// <remarks>
/// After an error the segments before the faulty one stay applied, and the packet asks for no flush.
/// </remarks>
public enum KcpInputResult
{
    Ok,

    /// <summary>Shorter than one segment header.</summary>
    TooShort,

    /// <summary>A segment carries another conversation id.</summary>
    WrongConversation,

    /// <summary>A segment announces more payload than the packet holds.</summary>
    Truncated,

    /// <summary>A segment's command is none of 81 to 84.</summary>
    UnknownCommand,
}

/// <summary>The reference's numbers for <see cref="KcpInputResult"/>.</summary>
public static class KcpInputResultExtensions
{
    /// <summary>0, −1, −2 or −3, as the reference implementation returns it.</summary>
    public static int ToReturnCode(this KcpInputResult result) => result switch
    {
        KcpInputResult.Ok => 0,
        KcpInputResult.Truncated => -2,
        KcpInputResult.UnknownCommand => -3,
        _ => -1,
    };
}
