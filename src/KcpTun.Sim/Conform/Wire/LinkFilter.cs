using System.Globalization;
using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Sim.Conform.Wire;

/// <summary>
/// What the header <c>link</c> does to the packets of both directions, between the played peer and the stage. The words
/// are the simulator's, and so is the model behind them; all chance comes from the seed.
/// </summary>
internal sealed class LinkFilter
{
    private const string Seed = "seed";

    // They read files, describe addresses, or are a whole path; a case is to be read in one place.
    private static readonly string[] s_foreign = ["trace", "net", "rebind", "nat-timeout", "at"];

    private LinkFilter(PathSpec path, ulong seed, bool isSubjectClient)
    {
        var pool = new LinkPacketPool();
        PathDirection toSubject = isSubjectClient ? PathDirection.Down : PathDirection.Up;
        PathDirection toTester = isSubjectClient ? PathDirection.Up : PathDirection.Down;
        ToSubject = new LinkLane(path, toSubject, seed, pool);
        ToTester = new LinkLane(path, toTester, seed, pool);
    }

    public LinkLane ToSubject { get; }

    public LinkLane ToTester { get; }

    /// <summary>When one of the lanes has something to take.</summary>
    public Instant NextDeadline => Instant.Min(ToSubject.NextDeadline, ToTester.NextDeadline);

    /// <summary>Makes the filter of the words behind <c>link</c>.</summary>
    /// <param name="words">Names and values, as in <c>loss</c> and <c>30</c>.</param>
    /// <param name="isSubjectClient">Which way is up.</param>
    /// <param name="error">What is wrong, in one sentence.</param>
    public static LinkFilter? Create(
        IReadOnlyList<KeyValuePair<string, string>> words, bool isSubjectClient, out string? error)
    {
        ulong seed = 1;
        var settings = new List<KeyValuePair<string, string>>();
        foreach ((string name, string value) in words)
        {
            if (name == Seed)
            {
                if (!ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed))
                {
                    error = $"seed={value}: a seed is a number, as in seed=7";
                    return null;
                }

                continue;
            }

            string key = name == "duplicate" ? "dup" : name;
            if (Array.IndexOf(s_foreign, key) >= 0 || PathOptions.Find(key) is null)
            {
                error = $"link has no word '{name}'; it has loss, seed, delay, jitter, duplicate, corrupt, reorder "
                    + "and the other options of a path that kcptun-sim knows";
                return null;
            }

            settings.Add(new KeyValuePair<string, string>(key, value));
        }

        return PathSpec.TryParse(settings, out PathSpec? path, out error)
            ? new LinkFilter(path!, seed, isSubjectClient)
            : null;
    }
}
