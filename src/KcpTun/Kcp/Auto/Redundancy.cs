using KcpTun.Primitives;

namespace KcpTun.Kcp.Auto;

/// <summary>
/// Copies of segments that nobody can afford to miss, sent before anybody does: the last ones of what the application
/// has written, and those that were lost before. How many follows from the loss, how far apart from the round trip, and
/// how many bytes they may take in all from a budget.
/// </summary>
internal sealed class Redundancy
{
    /// <summary>Transmissions of a segment at once, copies included, at most where losses do not come in runs. As
    /// many are told apart when one is acknowledged.</summary>
    public const int MostTransmissions = 6;

    /// <summary>Share of segments, in 1/65536, that may still be lost with all their copies: 1 in 400.</summary>
    private const int Residual = 65536 / 400;

    /// <summary>Copies waiting at a time, at most; further segments get none.</summary>
    private const int Capacity = 256;

    /// <summary>Bytes a second for copies whatever the sending rate: 256 kbit/s.</summary>
    private const long LeastBudget = 32_000;

    /// <summary>Seconds of the budget that may be spent at once, 1/2.</summary>
    private const int BudgetDepthShift = 1;

    /// <summary>Segments together, of which each gets fewer than one alone.</summary>
    private const int TogetherOutOfRun = 4;

    private readonly AutoParameters _parameters;
    private readonly Copy[] _queue = new Copy[Capacity];
    private int _count;
    private long _budget = LeastBudget;
    private uint _filledAt;

    public Redundancy(AutoParameters parameters) => _parameters = parameters;

    /// <summary>Copies waiting.</summary>
    public int Count => _count;

    /// <summary>When the next copy is due, ms; meaningful while <see cref="Count"/> is not 0.</summary>
    public uint DueAt { get; private set; }

    /// <summary>First distance between two transmissions, ms; each further one is twice as long.</summary>
    public static int Spacing(int leastRtt) => Math.Clamp(leastRtt / 32, 2, 10);

    /// <summary>Transmissions that leave no more than the residual share lost.</summary>
    /// <param name="loss">Share of packets that get lost, in 1/65536.</param>
    /// <param name="successorLoss">The same of packets that follow a lost one.</param>
    public static int Transmissions(int loss, int successorLoss)
    {
        int count = 1;
        long remaining = loss;
        while (remaining > Residual && count < MostTransmissions)
        {
            remaining = remaining * successorLoss / 65536;
            count++;
        }

        return count;
    }

    /// <summary>Transmissions of a segment whose copies were all lost.</summary>
    /// <param name="together">Segments, at least 1, that are sent so often at the same time.</param>
    public int TransmissionsOutOfRun(int together) =>
        Math.Clamp(TogetherOutOfRun * _parameters.OutOfRun / together, MostTransmissions, _parameters.OutOfRun);

    /// <summary>Fills the budget.</summary>
    /// <param name="sendingRate">Bytes a second.</param>
    /// <param name="now">ms.</param>
    /// <param name="isPlentiful">Bytes that more copies take are no other's.</param>
    public void Refill(long sendingRate, bool isPlentiful, uint now)
    {
        int elapsed = Math.Clamp(SequenceNumber.Difference(now, _filledAt), 0, 1000);
        _filledAt = now;
        int part = isPlentiful ? _parameters.PlentifulCopyPart : _parameters.CopyPart;
        long rate = Math.Max(LeastBudget, sendingRate / part);
        _budget = Math.Min(_budget + (rate * elapsed / 1000), rate >> BudgetDepthShift);
    }

    /// <summary>Queues a copy, if the budget has room for it.</summary>
    public bool TryQueue(uint sequenceNumber, int bytes, uint dueAt)
    {
        if (_count == Capacity || _budget < bytes)
            return false;
        _budget -= bytes;
        int i = _count++;
        for (; i > 0 && SequenceNumber.Difference(_queue[i - 1].DueAt, dueAt) < 0; i--)
            _queue[i] = _queue[i - 1];
        _queue[i] = new Copy(sequenceNumber, dueAt, bytes);
        DueAt = _queue[_count - 1].DueAt;
        return true;
    }

    /// <summary>The copy that is due next, if any waits.</summary>
    public bool TryPeek(out Copy next)
    {
        next = _count > 0 ? _queue[_count - 1] : default;
        return _count > 0;
    }

    /// <summary>Takes the next copy that is due.</summary>
    public bool TryTake(uint now, out uint sequenceNumber)
    {
        sequenceNumber = 0;
        if (_count == 0 || SequenceNumber.Difference(now, DueAt) < 0)
            return false;
        sequenceNumber = _queue[--_count].SequenceNumber;
        if (_count > 0)
            DueAt = _queue[_count - 1].DueAt;
        return true;
    }

    internal readonly record struct Copy(uint SequenceNumber, uint DueAt, int Bytes);
}
