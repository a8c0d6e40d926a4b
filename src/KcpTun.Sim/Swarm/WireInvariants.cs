using System.Buffers.Binary;
using KcpTun.Crypt;
using KcpTun.Fec;
using KcpTun.Link;
using KcpTun.Primitives;
using KcpTun.Sim.Links;
using KcpTun.Sim.Running;

namespace KcpTun.Sim.Swarm;

/// <summary>What must hold for every datagram that an end of the tunnel sends.</summary>
internal sealed class WireInvariants(LinkOptions client, LinkOptions server, Action<string> report) : IWireObserver
{
    private const int NonceLength = 12;

    private readonly HashSet<UInt128> _nonces = [];
    private readonly Dictionary<(PathDirection, PeerAddress, PeerAddress), uint> _fecSequences = [];

    public bool NeedsPayload => false;

    public void OnWire(in WireEvent wireEvent, ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> packet)
    {
        if (wireEvent.Kind != WireEventKind.Sent || wireEvent.Transport != Transport.Udp)
            return;
        LinkOptions sender = wireEvent.Direction == PathDirection.Up ? client : server;
        if (datagram.Length > sender.Mtu)
            report($"BND-3: a datagram of {datagram.Length} bytes {wireEvent.Direction}, the mtu is {sender.Mtu}");
        if (sender.Cipher == CipherKind.Aes128Gcm && !_nonces.Add(Nonce(datagram)))
            report($"PRT-5: the nonce of datagram {wireEvent.Ordinal} {wireEvent.Direction} was used before");
        if (FecHeader.IsFec(packet))
            CheckFec(wireEvent, packet, sender);
    }

    private void CheckFec(in WireEvent wireEvent, ReadOnlySpan<byte> packet, LinkOptions sender)
    {
        uint sequence = FecHeader.ReadSequence(packet);
        int shards = sender.DataShards + sender.ParityShards;
        bool isData = FecHeader.ReadType(packet) == FecHeader.DataType;
        if (!sender.HasFec || isData != sequence % (uint)shards < (uint)sender.DataShards)
            report($"PRT-4: FEC packet {sequence} {wireEvent.Direction} is at the wrong place of its group");
        (PathDirection, PeerAddress, PeerAddress) key = (wireEvent.Direction, wireEvent.From, wireEvent.To);
        // A new session of the same pair starts anew; a group whose parity came too late for its pace has none.
        if (_fecSequences.TryGetValue(key, out uint last) && sequence != 0 && sequence <= last)
            report($"PRT-4: FEC packet {sequence} {wireEvent.Direction} follows {last}");
        _fecSequences[key] = sequence;
    }

    private static UInt128 Nonce(ReadOnlySpan<byte> datagram)
    {
        Span<byte> nonce = stackalloc byte[sizeof(ulong) * 2];
        nonce.Clear();
        datagram[..Math.Min(NonceLength, datagram.Length)].CopyTo(nonce);
        return BinaryPrimitives.ReadUInt128LittleEndian(nonce);
    }
}
