using KcpTun.Kcp;
using KcpTun.Link;
using KcpTun.Primitives;

namespace KcpTun.Fuzz.Targets;

/// <summary>A client, a server, the path between them and whoever sits on it.</summary>
internal sealed class LinkPair : IDisposable
{
    private const uint Conversation = 77;
    private const int Recent = 16;

    private readonly List<byte[]> _recent = [];
    private readonly LinkSide _client;
    private readonly LinkSide _server;
    private readonly bool _isHonest;
    private Instant _now = Instant.FromMilliseconds(1000);
    private int _losses;

    public LinkPair(LinkOptions options, bool isHonest)
    {
        _isHonest = isHonest;
        _client = new LinkSide(options with { IsClient = true }, Conversation, isHonest, _now);
        _server = new LinkSide(options, Conversation, isHonest, _now);
    }

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

    public void Apply(ref FuzzInput choices)
    {
        Take(ref choices);
        Settle();
        if (_isHonest)
            CheckHonest();
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    private void Take(ref FuzzInput choices)
    {
        byte choice = choices.Byte();
        LinkSide side = (choice & 16) == 0 ? _client : _server;
        int amount = choice >> 5;
        var step = (Step)((choice & 15) % 12);
        if (step >= Step.Raw && step < Step.TimeLong)
        {
            if (!_isHonest)
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
