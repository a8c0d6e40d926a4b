using KcpTun.Primitives;

namespace KcpTun.Kcp.Auto;

/// <summary>
/// The share of transmissions that get lost: now, for redundancy, and the least of the last rounds. What is lost
/// even in the best round is the path's own chance; what is lost beyond it is a queue or a policer that overflows.
/// </summary>
internal struct LossMeter
{
    /// <summary>Transmissions whose fate makes a round; fewer scatter too much to be compared.</summary>
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
    private int _lost;
    private int _resolved;
    private uint _roundEndsAt;
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

    /// <summary>The fate of one transmission is known.</summary>
    public void Resolve(bool isLost)
    {
        _resolved++;
        if (isLost)
            _lost++;
        int target = isLost ? 65536 : 0;
        // The first ones count fully, so that a bad path is known after a few losses.
        _samples = Math.Min(_samples + 1, 1 << CurrentShift);
        Current += (target - Current) / Math.Max(_samples, 8);
    }

    /// <summary>A transmission taken for lost has arrived after all.</summary>
    public void Retract()
    {
        if (_lost > 0)
            _lost--;
        Current = Math.Max(0, Current - (65536 >> CurrentShift));
    }

    /// <summary>What is resolved from now on is counted by itself.</summary>
    public void BeginVisit() => (_lost, _resolved) = (0, 0);

    /// <summary>
    /// What has been lost since then is the path's own chance, whatever was before: nothing waited in the queue that
    /// could have overflowed. Too few say nothing.
    /// </summary>
    public void EndVisit()
    {
        if (_resolved < LeastOfVisit)
            return;
        _window[0] = (int)((long)_lost * 65536 / _resolved);
        (_filled, _position, _lost, _resolved) = (1, 1, 0, 0);
    }

    /// <summary>Ends a round when it holds enough and is at least a round trip long.</summary>
    /// <returns>Whether one has ended.</returns>
    public bool TryEndRound(uint now, int roundTrip)
    {
        if (_resolved < RoundLength || SequenceNumber.Difference(now, _roundEndsAt) < 0)
            return false;
        LatestRound = (int)((long)_lost * 65536 / _resolved);
        LatestResolved = _resolved;
        _window[_position] = LatestRound;
        _position = (_position + 1) % Rounds;
        _filled = Math.Min(_filled + 1, Rounds);
        _lost = 0;
        _resolved = 0;
        _roundEndsAt = now + (uint)roundTrip;
        return true;
    }
}
