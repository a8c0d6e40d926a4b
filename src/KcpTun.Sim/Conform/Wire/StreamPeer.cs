using System.Buffers;
using KcpTun.Link;
using KcpTun.Primitives;

namespace KcpTun.Sim.Conform.Wire;

/// <summary>
/// What the layers above KCP have in common: the tester has a session of its own, and the script's packets are bytes of
/// its stream. A played server takes its client's conversation, and begins anew when the client does (PROTOCOL c.10).
/// </summary>
internal abstract class StreamPeer : PlayedPeer
{
    private readonly DatagramCodec _codec;
    private readonly byte[] _message = new byte[PacketPool.SlotSize];
    private WireEvent _origin = new(default, [], 0, 1);
    private bool _isStarved;

    protected StreamPeer(PeerSettings settings)
    {
        Settings = settings;
        _codec = new DatagramCodec(settings);
        Encoder = new PacketEncoder(settings.Link);
    }

    public override Instant NextDeadline =>
        _isStarved && HasRoom ? Instant.Zero : Carrier?.NextDeadline ?? Instant.Never;

    protected PeerSettings Settings { get; }

    protected PacketEncoder Encoder { get; }

    /// <summary>The session; null before it begins.</summary>
    protected KcpCarrier? Carrier { get; private set; }

    public override string? Send(
        IReadOnlyList<Packet> packets, DatagramChange change, bool isLost, Instant now)
    {
        string layer = Settings.Layer.ToString().ToLowerInvariant();
        if (isLost)
            return $"in layer {layer} nothing can be lost: KCP would send it again; use layer kcp, or the header link";
        if (change != DatagramChange.None)
            return $"layer {layer} makes the datagrams by itself, so they cannot be changed with {{ ... }}";
        if (packets.Count == 0)
            return "there is nothing to send";
        if (Carrier is null && !Settings.Link.IsClient)
            return "nothing can be sent before the subject has sent something: it chooses the conversation";
        var bytes = new ArrayBufferWriter<byte>();
        if (Encode(packets, bytes) is { } error)
            return error;
        KcpCarrier carrier = Carrier ?? Begin(Settings.Conversation, now);
        if (!carrier.TrySend(Wrap(bytes.WrittenSpan)))
            return "too much waits to be sent already; let the subject take some of it first";
        Sent(packets);
        carrier.Process(now);
        return null;
    }

    public override void Receive(ReadOnlySpan<byte> datagram, int to, Instant now)
    {
        if (!_codec.TryOpen(datagram, out ReadOnlyMemory<byte> packet) || Route(packet.Span, now) is not { } carrier)
        {
            Dropped++;
            return;
        }

        if (!carrier.Input(packet.Span, now))
            Dropped++;
        _origin = new WireEvent(now, [], datagram.Length, to);
        Deliver(carrier, now);
    }

    public override void HandleTimer(Instant now)
    {
        if (Carrier is not null)
            Deliver(Carrier, now);
    }

    /// <summary>Makes the bytes of what the script sends.</summary>
    /// <returns>Why this cannot be done, or null.</returns>
    protected abstract string? Encode(IReadOnlyList<Packet> packets, ArrayBufferWriter<byte> output);

    /// <summary>What becomes of those bytes on their way to KCP.</summary>
    protected virtual ReadOnlySpan<byte> Wrap(ReadOnlySpan<byte> bytes) => bytes;

    /// <summary>These have gone to KCP.</summary>
    protected virtual void Sent(IReadOnlyList<Packet> packets)
    {
    }

    /// <summary>Takes bytes of the subject's stream, cut anywhere.</summary>
    protected abstract void Take(ReadOnlySpan<byte> bytes);

    /// <summary>A stream begins.</summary>
    protected abstract void BeginStream();

    /// <summary>Reports a packet of the stream with the time of the datagram that completed it.</summary>
    protected void Report(Packet packet) => Report(_origin with { Packets = [packet] });

    private KcpCarrier? Route(ReadOnlySpan<byte> packet, Instant now)
    {
        if (Settings.Link.IsClient)
            return Carrier ?? Begin(Settings.Conversation, now);
        PacketClass kind = PacketClass.Of(packet, Settings.Link.ReceiveWindow);
        bool isKnown = Carrier is not null && (!kind.HasConversation || kind.Conversation == Carrier.Conversation);
        if (isKnown)
            return Carrier;
        return kind.MayOpen && (Carrier is null || kind.Sequence == 0) ? Begin(kind.Conversation, now) : null;
    }

    private KcpCarrier Begin(uint conversation, Instant now)
    {
        Carrier = new KcpCarrier(Settings.Link, _codec, conversation, Outgoing, now);
        BeginStream();
        return Carrier;
    }

    /// <summary>
    /// What waits goes up as far as there is room for events; then KCP's window closes before the subject.
    /// </summary>
    private void Deliver(KcpCarrier carrier, Instant now)
    {
        _isStarved = false;
        while (!_isStarved)
        {
            if (!HasRoom)
            {
                _isStarved = true;
                break;
            }

            int length = carrier.Receive(_message);
            if (length == 0)
                break;
            Take(_message.AsSpan(0, length));
        }

        carrier.Process(now);
    }
}
