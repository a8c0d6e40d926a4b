using KcpTun.Primitives;

namespace KcpTun.Fec;

/// <summary>
/// Finds out how many data and parity packets a peer puts into a group by looking at the types of its latest packets in
/// the order of their sequence numbers (PROTOCOL b.5).
/// </summary>
internal sealed class ShardPeriodDetector
{
    /// <summary>Packets remembered; the oldest arrival makes room for the newest.</summary>
    public const int WindowSize = 258;

    /// <summary>What a run of one type means when either end of it is not to be seen.</summary>
    public const int Unknown = -1;

    private readonly uint[] _sequences = new uint[WindowSize];
    private readonly bool[] _isData = new bool[WindowSize];
    private readonly Sighting[] _sightings = new Sighting[WindowSize];
    private int _count;
    private int _next;

    /// <summary>What is known about one sequence number, counted from the lowest in the window.</summary>
    [Flags]
    private enum Sighting : byte
    {
        None = 0,
        Data = 1,
        Parity = 2,
        Repeated = 4,
    }

    /// <summary>Remembers one packet.</summary>
    public void Add(bool isData, uint sequence)
    {
        _sequences[_next] = sequence;
        _isData[_next] = isData;
        _next = _next + 1 == WindowSize ? 0 : _next + 1;
        _count = Math.Min(_count + 1, WindowSize);
    }

    /// <summary>
    /// Length of the first complete run of data packets and of the first complete run of parity packets, or
    /// <see cref="Unknown"/> for a run that does not begin and end before the first gap or repetition.
    /// </summary>
    public (int Data, int Parity) Detect()
    {
        ArrangeBySequence();
        return (FirstRun(Sighting.Data), FirstRun(Sighting.Parity));
    }

    /// <summary>
    /// Puts the samples in serial order. A complete run lies within <see cref="WindowSize"/> numbers of the lowest
    /// one, as a longer stretch without gaps does not fit into the window; so places in a table do for sorting.
    /// </summary>
    private void ArrangeBySequence()
    {
        Array.Clear(_sightings);
        if (_count == 0)
            return;
        uint lowest = _sequences[0];
        for (int i = 1; i < _count; i++)
        {
            if (SequenceNumber.Difference(_sequences[i], lowest) < 0)
                lowest = _sequences[i];
        }

        for (int i = 0; i < _count; i++)
        {
            uint place = unchecked(_sequences[i] - lowest);
            if (place >= (uint)_sightings.Length)
                continue;
            Sighting type = _isData[i] ? Sighting.Data : Sighting.Parity;
            _sightings[place] |= _sightings[place] == Sighting.None ? type : Sighting.Repeated;
        }
    }

    private int FirstRun(Sighting wanted)
    {
        int begin = Unknown;
        bool wasWanted = true;
        for (int place = 0; place < _sightings.Length; place++)
        {
            Sighting sighting = _sightings[place];
            if (sighting == Sighting.None)
                return Unknown;
            bool isWanted = (sighting & wanted) != 0;
            if (begin != Unknown && !isWanted)
                return place - begin;
            if (isWanted && !wasWanted)
                begin = place;
            if ((sighting & Sighting.Repeated) != 0)
                return Unknown;
            wasWanted = isWanted;
        }

        return Unknown;
    }
}
