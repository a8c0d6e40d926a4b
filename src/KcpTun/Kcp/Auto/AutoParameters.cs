namespace KcpTun.Kcp.Auto;

/// <summary>
/// The numbers of mode auto that were chosen by simulation. What follows from a document or from KCP itself is a
/// constant where it is used.
/// </summary>
/// <remarks>No option of kcptun sets one: they are here so that the simulator can try others.</remarks>
internal sealed record AutoParameters
{
    /// <summary>What every session uses.</summary>
    public static AutoParameters Default { get; } = new();

    /// <summary>
    /// Segments in flight before the rate is known, 4 to 1024: the send window that kcptun has by default. A KCP peer
    /// takes 32 of them until it tells its own window.
    /// </summary>
    public int InitialSegments { get; init; } = 128;

    /// <summary>
    /// Gain of rate and window while the rate is sought, percent, 150 to 1000. BBR has 277, 4 ln 2; more of the first
    /// rounds gets lost here.
    /// </summary>
    public int StartGain { get; init; } = 350;

    /// <summary>Gain of the step that tries more, percent, 101 to 200. BBR v1 has 125, and so a longer queue.</summary>
    public int ProbingGain { get; init; } = 115;

    /// <summary>Gain of the step that empties what the step before has queued, percent, 50 to 99 (BBR v1: 75).
    /// </summary>
    public int DrainingGain { get; init; } = 85;

    /// <summary>Packets for which more is tried at least, 0 to 200: of a few in a round trip, 15 % more would not be
    /// seen.</summary>
    public int ProbingPackets { get; init; } = 20;

    /// <summary>
    /// Gain of the rate, percent, 100 to 1000, while the window of a peer in mode auto is what limits: what waits for
    /// it leaves soon after it opens, and the window bounds what that puts into a queue.
    /// </summary>
    public int PeerLimitedGain { get; init; } = 200;

    /// <summary>
    /// Part of the round trip by which it has grown when a queue stands and the peer runs in mode auto, 2 to 64.
    /// RFC 9406 takes an eighth, as is done for a stock peer, whose acknowledgements scatter more.
    /// </summary>
    public int QueuePart { get; init; } = 12;

    /// <summary>
    /// Share of what arrived while a queue stood that is sent on, percent, 50 to 200: a little less, so that the queue
    /// does not stay (BBR: bw_lo).
    /// </summary>
    public int FairSharePercent { get; init; } = 99;

    /// <summary>With a mean jitter of less than such a part of the round trip, 1 to 1000, a grown round trip is a
    /// queue.</summary>
    public int ClearJitter { get; init; } = 20;

    /// <summary>
    /// Loss, in 1/65536, 0 to 65536, beyond the path's own that is not yet a sign of overload (BBR: BBRLossThresh,
    /// 2 %).
    /// </summary>
    public int LossThreshold { get; init; } = 65536 / 50;

    /// <summary>Overtaking to be expected before any is seen, in units of the mean jitter, 0 to 64.</summary>
    public int ExpectedJitter { get; init; } = 8;

    /// <summary>
    /// Share of losses assumed before anything is known, in 1/65536, 0 to 65536. Few segments are sent before better is
    /// known, and the first ones open a connection.
    /// </summary>
    public int InitialLoss { get; init; } = 65536 / 5;

    /// <summary>Part of the sending rate that copies may take, 1 to 64.</summary>
    public int CopyPart { get; init; } = 8;

    /// <summary>The same while the peer's window, not the path, is the limit, 1 to 64: nobody else needs it.</summary>
    public int PlentifulCopyPart { get; init; } = 2;

    /// <summary>Further copies where losses come in runs, 0 to 16.</summary>
    public int MoreInRuns { get; init; } = 2;

    /// <summary>Transmissions of a segment whose copies were all lost, 6 to 64: three times a run of eight.</summary>
    public int OutOfRun { get; init; } = 24;

    /// <summary>
    /// Longest that copies follow their original, ms, 0 to 1000. A repetition that comes later after the last new
    /// segment shows that the peer has missed what it was told: it is told at once, and each time. Where losses come in
    /// runs, each further acknowledgement may be the first behind the run.
    /// </summary>
    public int CopySpan { get; init; } = 50;

    /// <summary>
    /// How long a peer in mode auto may hold an acknowledgement back, ms, 0 to 1000: what it waits, and once more for
    /// the path's jitter.
    /// </summary>
    public int AutoAckDelay { get; init; } = 2 * AckSchedule.Delay;
}
