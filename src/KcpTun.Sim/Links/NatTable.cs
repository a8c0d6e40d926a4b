using KcpTun.Primitives;

namespace KcpTun.Sim.Links;

/// <summary>
/// A NAT that gives every inner address a port of its own, the same one for all destinations (RFC 4787's
/// endpoint-independent mapping and filtering), until it forgets it. Traffic of both directions keeps a mapping alive.
/// </summary>
public sealed class NatTable
{
    private const int FirstPort = 40_000;
    private const int LastPort = ushort.MaxValue;

    private readonly NatSpec _spec;
    private readonly Dictionary<PeerAddress, Mapping> _byInner = [];
    private readonly Dictionary<PeerAddress, Mapping> _byOuter = [];
    private long _rebinds;
    private int _nextPort = FirstPort;

    public NatTable(NatSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        _spec = spec;
    }

    /// <summary>Mappings kept, live ones and those whose time has run out unnoticed.</summary>
    public int Count => _byInner.Count;

    /// <summary>The address under which a datagram from <paramref name="inner"/> leaves.</summary>
    /// <param name="now">ns; not before that of an earlier call.</param>
    public PeerAddress Translate(PeerAddress inner, long now)
    {
        if (_spec.IsNone)
            return inner;
        Rebind(now);
        if (_byInner.TryGetValue(inner, out Mapping? mapping))
        {
            if (IsLive(mapping, now))
            {
                mapping.LastUse = now;
                return mapping.Outer;
            }

            Forget(mapping);
        }

        return Add(inner, now);
    }

    /// <summary>Where a datagram to <paramref name="outer"/> goes.</summary>
    /// <returns>False if there is no mapping: <see cref="DropReason.Nat"/>.</returns>
    public bool TryInbound(PeerAddress outer, long now, out PeerAddress inner)
    {
        inner = outer;
        if (_spec.IsNone)
            return true;
        Rebind(now);
        if (!_byOuter.TryGetValue(outer, out Mapping? mapping) || !IsLive(mapping, now))
            return false;
        mapping.LastUse = now;
        inner = mapping.Inner;
        return true;
    }

    private bool IsLive(Mapping mapping, long now) =>
        _spec.IdleTimeout == 0 || now - mapping.LastUse < _spec.IdleTimeout;

    private void Rebind(long now)
    {
        long rebinds = _spec.RebindsBy(now);
        if (rebinds == _rebinds)
            return;
        _rebinds = rebinds;
        _byInner.Clear();
        _byOuter.Clear();
    }

    private PeerAddress Add(PeerAddress inner, long now)
    {
        PeerAddress outer = inner.WithPort(_nextPort);
        _nextPort = _nextPort == LastPort ? FirstPort : _nextPort + 1;
        if (_byOuter.TryGetValue(outer, out Mapping? old))
            Forget(old);
        var mapping = new Mapping(inner, outer) { LastUse = now };
        _byInner[inner] = mapping;
        _byOuter[outer] = mapping;
        return outer;
    }

    private void Forget(Mapping mapping)
    {
        _byInner.Remove(mapping.Inner);
        _byOuter.Remove(mapping.Outer);
    }

    private sealed class Mapping(PeerAddress inner, PeerAddress outer)
    {
        public PeerAddress Inner { get; } = inner;

        public PeerAddress Outer { get; } = outer;

        public long LastUse { get; set; }
    }
}
