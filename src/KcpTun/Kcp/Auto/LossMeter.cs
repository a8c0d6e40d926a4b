using KcpTun.Primitives;

namespace KcpTun.Kcp.Auto;

/// <summary>
/// The share of transmissions that get lost: now, for redundancy, and the least of the last rounds. What is lost
/// even in the best round is the path's own chance; what is lost beyond it is a queue or a policer that overflows.
/// </summary>
/// <remarks>
/// A round is what was sent within some time, and ends when the fate of all of it is known: arrivals are known before
/// losses, so among the fates of a time in which the rate grows there are too few losses.
/// </remarks>
internal struct LossMeter
{
    /// <summary>Transmissions that make a round; the shares of fewer scatter too much to be compared.</summary>
    public const int RoundLength = 200;

    /// <summary>Rounds among which the least loss is taken: a whole cycle of the sending rate.</summary>
    public const int Rounds = 8;

    /// <summary>More is never assumed, in 1/65536: beyond it, it is no use to send faster than what arrives.</summary>
    public const int MostBase = 65536 * 6 / 10;

    /// <summary>Weight of the past in the current share: one transmission counts 1/64.</summary>
    private const int CurrentShift = 6;

    /// <summary>Copies of lost transmissions before their losses say anything.</summary>
    private const int LeastSuccessors = 4;

    /// <summary>Copies of lost transmissions over which their losses are averaged.</summary>
    private const int MostSuccessors = 32;

    /// <summary>Transmissions resolved during a visit to the emptied path that say something.</summary>
    private const int LeastOfVisit = 8;

    [System.Runtime.CompilerServices.InlineArray(Rounds)]
    private struct Window
    {
        private int _first;
    }

    private Window _window;
    private int _position;
    private int _filled;
    private Round _open;
    private Round _closing;
    private int _samples;
    private int _successors;

    public LossMeter(AutoParameters parameters) => Current = parameters.InitialLoss;

    /// <summary>Present share of losses, in 1/65536.</summary>
    public int Current { get; private set; }

    /// <summary>Share in the latest complete round, in 1/65536.</summary>
    public int LatestRound { get; private set; }

    /// <summary>Transmissions in the latest complete round.</summary>
    public int LatestResolved { get; private set; }

    /// <summary>Least share of the last rounds, in 1/65536; <see cref="MostBase"/> before the first.</summary>
    public readonly int Base
    {
        get
        {
            int least = int.MaxValue;
            for (int i = 0; i < _filled; i++)
                least = Math.Min(least, _window[i]);
            return Math.Min(least, MostBase);
        }
    }

    /// <summary>
    /// Losses come in runs: a copy of what was lost is lost, too, clearly more often than any other packet.
    /// </summary>
    public readonly bool IsBursty => _successors >= LeastSuccessors && SuccessorLoss > (Current + 65536) / 2;

    /// <summary>Share, in 1/65536, of copies lost whose segment's transmission before was lost.</summary>
    public int SuccessorLoss { get; private set; }

    /// <summary>The fate of a transmission is known whose segment's transmission before was lost.</summary>
    public void ResolveSuccessor(bool isLost)
    {
        _successors = Math.Min(_successors + 1, MostSuccessors);
        SuccessorLoss += ((isLost ? 65536 : 0) - SuccessorLoss) / _successors;
    }

    /// <summary>A transmission leaves.</summary>
    public void OnSent(uint now)
    {
        if (_open.Sent++ == 0)
            _open.BeginsAt = now;
    }

    /// <summary>The fate of one transmission is known.</summary>
    /// <param name="isLost">What it is.</param>
    /// <param name="sentAt">When the transmission left, ms.</param>
    public void Resolve(bool isLost, uint sentAt)
    {
        if (_open.Holds(sentAt))
            _open.Resolve(isLost);
        else if (_closing.Holds(sentAt))
            _closing.Resolve(isLost);
        Average(isLost);
    }

    /// <summary>A transmission taken for lost has arrived after all.</summary>
    /// <param name="sentAt">When it left, ms.</param>
    public void Retract(uint sentAt)
    {
        if (_open.Holds(sentAt))
            _open.Retract();
        else if (_closing.Holds(sentAt))
            _closing.Retract();
        Current = Math.Max(0, Current - (65536 >> CurrentShift));
        Average(false);
    }

    /// <summary>Only what is sent from now on counts: what was before does not tell how good the path is.</summary>
    public void Restart() => (_open, _closing) = (default, default);

    /// <summary>
    /// What has been lost since <see cref="Restart"/> is the path's own chance, whatever was before: nothing waited in
    /// the queue that could have overflowed. Too few say nothing.
    /// </summary>
    public void EndVisit()
    {
        int resolved = _open.Resolved + _closing.Resolved;
        if (resolved < LeastOfVisit)
            return;
        _window[0] = (int)((long)(_open.Lost + _closing.Lost) * 65536 / resolved);
        (_filled, _position) = (1, 1);
        Restart();
    }

    /// <summary>Ends a round when it holds enough, is at least a round trip long, and all of it is known.</summary>
    /// <param name="now">ms.</param>
    /// <param name="roundTrip">ms.</param>
    /// <param name="knownBefore">The fate of all that was sent before is known, ms.</param>
    /// <returns>Whether one has ended.</returns>
    public bool TryEndRound(uint now, int roundTrip, uint knownBefore)
    {
        bool hasEnded = false;
        if (_closing.Sent > 0 && SequenceNumber.Difference(knownBefore, _open.BeginsAt) >= 0)
        {
            // When una alone passes a segment, it does not tell which of its transmissions arrived.
            hasEnded = _closing.Resolved >= RoundLength / 2;
            if (hasEnded)
                Add(in _closing);
            _closing = default;
        }

        if (_closing.Sent == 0 && _open.Sent >= RoundLength
            && SequenceNumber.Difference(now, _open.BeginsAt) >= roundTrip)
        {
            _closing = _open;
            _open = new Round { BeginsAt = now };
        }

        return hasEnded;
    }

    private void Add(in Round round)
    {
        LatestRound = (int)((long)round.Lost * 65536 / round.Resolved);
        LatestResolved = round.Resolved;
        _window[_position] = LatestRound;
        _position = (_position + 1) % Rounds;
        _filled = Math.Min(_filled + 1, Rounds);
    }

    private void Average(bool isLost)
    {
        int target = isLost ? 65536 : 0;
        // The first ones count fully, so that a bad path is known after a few losses.
        _samples = Math.Min(_samples + 1, 1 << CurrentShift);
        Current += (target - Current) / Math.Max(_samples, 8);
    }

    /// <summary>What was sent from some time on.</summary>
    private struct Round
    {
        public uint BeginsAt;
        public int Sent;
        public int Lost;
        public int Resolved;

        public readonly bool Holds(uint sentAt) => Sent > 0 && SequenceNumber.Difference(sentAt, BeginsAt) >= 0;

        public void Resolve(bool isLost)
        {
            Resolved++;
            if (isLost)
                Lost++;
        }

        public void Retract() => Lost = Math.Max(0, Lost - 1);
    }
}
