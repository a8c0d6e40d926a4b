using KcpTun.Crypt;
using KcpTun.Kcp;
using KcpTun.Link;
using KcpTun.Smux;

namespace KcpTun.Fuzz.Targets;

/// <summary>
/// Input: the options of a client and a server, then steps: what their applications do, time, loss, and packets of an
/// attacker who knows the key: as they are, genuine ones changed or repeated, and data right where it is expected.
/// </summary>
internal sealed class LinkTarget : FuzzTarget
{
    private const int MaxSteps = 300;

    private static readonly byte[] s_key = new byte[32];

    public override string Name => "link";

    public override string Property =>
        "no packet makes a session throw, hold more than its windows or send without cause; without an attacker "
        + "streams carry what was written to them";

    protected override void Run(ReadOnlySpan<byte> input)
    {
        var choices = new FuzzInput(input);
        byte mode = choices.Byte();
        using var pair = new LinkPair(ReadOptions(ref choices, mode), isHonest: (mode & 1) != 0);
        for (int step = 0; step < MaxSteps && !choices.IsEmpty; step++)
            pair.Apply(ref choices);
    }

    private static LinkOptions ReadOptions(ref FuzzInput choices, byte mode)
    {
        byte shape = choices.Byte();
        return new LinkOptions
        {
            IsClient = false,
            Cipher = (CipherKind)choices.Below(15),
            Profile = KcpProfile.For("fast3", 1, 10, 2, 1),
            SendWindow = 1 + choices.Below(64),
            ReceiveWindow = 1 + choices.Below(64),
            Mtu = 200 + (choices.Byte() * 5),
            DataShards = shape & 7,
            ParityShards = (shape >> 3) & 3,
            AckNoDelay = (mode & 2) != 0,
            Compression = (mode & 4) == 0,
            RateLimit = (mode & 8) != 0 ? 50_000 : 0,
            TuncryptKey = (mode & 16) != 0 ? s_key : null,
            Smux = new SmuxOptions
            {
                Version = 1 + ((mode >> 5) & 1),
                FrameSize = 1 + (choices.Byte() * 8),
                ReceiveBuffer = 8192,
                StreamBuffer = 4096,
                MaxStreams = 16,
            },
        };
    }
}
