using KcpTun.Crypt;
using KcpTun.Kcp;
using KcpTun.Link;
using KcpTun.Primitives;
using KcpTun.Smux;

namespace KcpTun.Fuzz.Targets;

/// <summary>
/// Input: the options of a client and a server, then steps: what their applications do, time, loss, and packets of an
/// attacker who knows the key: as they are, genuine ones changed or repeated, and data right where it is expected.
/// </summary>
internal sealed class LinkTarget : FuzzTarget
{
    private const uint Conversation = 77;
    private const int MaxSteps = 300;
    private const int Recent = 16;

    private static readonly byte[] s_key = new byte[32];

    private readonly List<byte[]> _recent = [];
    private LinkSide _client = null!;
    private LinkSide _server = null!;
    private Instant _now;
    private int _losses;

    private enum Step
    {
        Time,
        Open,
        Offer,
        Consume,
        Close,
        Lose,
        Raw,
        Stream,
        Change,
        Repeat,
        TimeLong,
        Loop,
    }

    public override string Name => "link";

    public override string Property =>
        "no packet makes a session throw, hold more than its windows or send without cause; without an attacker "
        + "streams carry what was written to them";

    protected override void Run(ReadOnlySpan<byte> input)
    {
        var choices = new FuzzInput(input);
        byte mode = choices.Byte();
        bool isHonest = (mode & 1) != 0;
        LinkOptions options = ReadOptions(ref choices, mode);
        _now = Instant.FromMilliseconds(1000);
        _losses = 0;
        _recent.Clear();
        using (_client = new LinkSide(options with { IsClient = true }, Conversation, isHonest, _now))
        using (_server = new LinkSide(options with { IsClient = false }, Conversation, isHonest, _now))
        {
            for (int step = 0; step < MaxSteps && !choices.IsEmpty; step++)
            {
                Apply(ref choices, isHonest);
                Settle();
                if (isHonest)
                    CheckHonest();
            }
        }
    }

    private static LinkOptions ReadOptions(ref FuzzInput choices, byte mode)
    {
        byte shape = choices.Byte();
        return new LinkOptions
        {
            IsClient = true,
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

    private void Apply(ref FuzzInput choices, bool isHonest)
    {
        byte choice = choices.Byte();
        LinkSide side = (choice & 16) == 0 ? _client : _server;
        int amount = choice >> 5;
        var step = (Step)((choice & 15) % 12);
        if (step >= Step.Raw && step < Step.TimeLong)
        {
            if (!isHonest)
                Attack(ref choices, step, side, amount);
            return;
        }

        switch (step)
        {
            case Step.Time:
                _now = _now.AddMilliseconds(1 + (amount * 5));
                break;
            case Step.TimeLong:
                _now = _now.AddMilliseconds(200 << amount);
                break;
            case Step.Loop:
                for (int i = 0; i <= amount; i++, _now = _now.AddMilliseconds(10))
                    Settle();
                break;
            case Step.Lose:
                _losses += 1 + amount;
                break;
            default:
                Act(step, side, amount, choices.UInt16());
                break;
        }
    }

    private static void Act(Step step, LinkSide side, int index, int amount)
    {
        switch (step)
        {
            case Step.Open:
                side.Open();
                break;
            case Step.Offer:
                side.Offer(index, amount % 5000);
                break;
            case Step.Consume:
                side.Consume(index, amount);
                break;
            default:
                side.Close(index, amount);
                break;
        }
    }

    private void Attack(ref FuzzInput choices, Step step, LinkSide side, int amount)
    {
        byte[] packet = _recent.Count == 0 ? [] : [.. _recent[(amount * 2) % _recent.Count]];
        switch (step)
        {
            case Step.Raw:
                packet = choices.Block().ToArray();
                break;
            case Step.Stream:
                packet = Push(side.Core.Kcp, choices.Block());
                break;
            case Step.Change when packet.Length > 0:
                packet[choices.UInt16() % packet.Length] ^= choices.Byte();
                break;
        }

        side.Core.Input(packet, _now);
    }

    /// <summary>A segment with the very bytes that the layers above KCP would read next.</summary>
    private static byte[] Push(KcpSession kcp, ReadOnlySpan<byte> payload)
    {
        byte[] packet = new byte[KcpHeader.Length + payload.Length];
        new KcpHeader(
            Conversation, KcpHeader.Push, 0, 32, 0, kcp.ReceiveNext, kcp.SendUna, (uint)payload.Length).Write(packet);
        payload.CopyTo(packet.AsSpan(KcpHeader.Length));
        return packet;
    }

    /// <summary>Both ends work and exchange packets until neither has anything to say at this moment.</summary>
    private void Settle()
    {
        const int MaxRounds = 200;
        int rounds = 0;
        for (bool isBusy = true; isBusy; rounds++)
        {
            FuzzFailure.Unless(rounds < MaxRounds, "packets go to and fro without end");
            isBusy = Carry(_client, _server) | Carry(_server, _client);
        }

        _client.CheckBounds();
        _server.CheckBounds();
    }

    private bool Carry(LinkSide from, LinkSide to)
    {
        List<byte[]> packets = from.Process(_now);
        foreach (byte[] packet in packets)
        {
            if (_recent.Count == Recent)
                _recent.RemoveAt(0);
            _recent.Add(packet);
            if (_losses > 0)
                _losses--;
            else
                to.Core.Input(packet, _now);
        }

        return packets.Count > 0;
    }

    private void CheckHonest()
    {
        foreach (LinkSide side in (ReadOnlySpan<LinkSide>)[_client, _server])
        {
            FuzzFailure.Unless(
                side.Core.End is LinkEnd.None or LinkEnd.KeepAliveTimeout or LinkEnd.TuncryptFailed,
                $"a session ended without an attacker: {side.Core.End} {side.Core.EndDetail}");
        }

        _client.CheckDelivery(_server);
        _server.CheckDelivery(_client);
    }
}
