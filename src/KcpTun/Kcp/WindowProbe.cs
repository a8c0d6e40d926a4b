using KcpTun.Primitives;

namespace KcpTun.Kcp;

/// <summary>
/// Asking a peer for news while only it can end a standstill, and telling ours (PROTOCOL c.5 steps 2 and 3).
/// </summary>
internal struct WindowProbe(uint firstWait)
{
    public const uint FirstWait2026 = 500;
    public const uint FirstWait2021 = 7000;
    public const uint MaximumWait = 120_000;

    /// <summary>The next flush sends WASK.</summary>
    public bool Ask { get; set; }

    /// <summary>The next flush sends WINS.</summary>
    public bool Tell { get; set; }

    /// <summary>Current wait between two probes, ms; 0 when no probing is under way.</summary>
    public uint Wait { get; private set; }

    /// <summary>When the next probe is due; meaningful while <see cref="Wait"/> is not 0.</summary>
    public uint DueAt { get; private set; }

    /// <summary>The flush step: starts, continues or stops probing.</summary>
    /// <param name="isNeeded">Only the peer can end the standstill: its window is closed, or its una is behind.</param>
    /// <param name="now">Milliseconds.</param>
    public void Update(bool isNeeded, uint now)
    {
        unchecked
        {
            if (!isNeeded)
            {
                Wait = 0;
                DueAt = 0;
            }
            else if (Wait == 0)
            {
                Wait = firstWait;
                DueAt = now + Wait;
            }
            else if (SequenceNumber.Difference(now, DueAt) >= 0)
            {
                Wait = Math.Min(Math.Max(Wait, firstWait) * 3 / 2, MaximumWait);
                DueAt = now + Wait;
                Ask = true;
            }
        }
    }
}
