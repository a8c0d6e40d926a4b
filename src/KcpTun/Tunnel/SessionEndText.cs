using KcpTun.Link;

namespace KcpTun.Tunnel;

/// <summary>The text kcptun logs when a session ends (OPTIONS §3).</summary>
internal static class SessionEndText
{
    public static string Of(LinkEnd reason) => reason switch
    {
        LinkEnd.KeepAliveTimeout => "timeout",
        LinkEnd.InvalidProtocol => "invalid protocol",
        LinkEnd.CorruptCompression => "snappy: corrupt input",
        LinkEnd.TuncryptFailed => "tuncrypt: failed",
        LinkEnd.Replaced => "replaced by a new session from the same address",
        LinkEnd.ClosedLocally => "io: read/write on closed pipe",
        _ => "",
    };
}
