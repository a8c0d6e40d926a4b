using System.Globalization;
using KcpTun.Sim.Plans;
using KcpTun.Sim.Workloads;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Tuning;

/// <summary>Why the winner wins, in sentences with the numbers of this path.</summary>
/// <param name="outcome">What the search found.</param>
/// <param name="defaults">kcptun's default settings on the same path, or null.</param>
/// <param name="goal">What the scores are of.</param>
internal sealed class Explanation(TuneOutcome outcome, Trial? defaults, TuneGoal goal)
{
    private const int MostCopies = 6;

    /// <summary>A score that is nearer to the winner's than this is not told apart from it.</summary>
    private const double Close = 0.95;

    /// <summary>Mode auto leaves no more than this share of small messages to a repair.</summary>
    private const double Residual = 1 / 400.0;

    private readonly Candidate _winner = outcome.Winner.Candidate;
    private readonly PathArithmetic _path =
        new(outcome.Winner.Plan.Path, outcome.Winner.Plan.Variants[0].Client);

    public IEnumerable<string> Sentences()
    {
        yield return BothArrive();
        foreach (string line in Window())
            yield return line;
        if (_winner is { HasAuto: true, IsOneSided: false })
            yield return AutoBothWays();
        else
            yield return _winner.Fec.IsOn ? Parity(_winner.Fec) : NoParity();
        if (_winner.HasAuto)
            yield return Auto();
        if (defaults is { IsComplete: true } && defaults.Candidate != _winner)
            yield return Against("kcptun's defaults (mode fast, FEC 10/3, windows of 128 to 1024)", defaults);
        foreach (Trial other in outcome.Front.Skip(1).Take(2))
            yield return Against(other.Candidate.Name, other);
        string[] close =
        [
            .. outcome.Finalists.Skip(1)
                .Where(other => goal.Score(other.Figures) > goal.Score(outcome.Winner.Figures) * Close)
                .Select(other => other.Candidate.Name),
        ];
        if (close.Length > 0)
        {
            yield return Line($"By this goal as good, to {100 * (1 - Close):0} %: {string.Join(", ", close)}. Choose ")
                + "by the figure that matters more to you.";
        }
    }

    private string BothArrive()
    {
        string product = Line($"{1 - _path.LossUp:0.###} × {1 - _path.LossDown:0.###}");
        string copies = _path.BothArrive >= 0.9995
            ? ""
            : Line($"; sent twice each {Share(_path.BothArriveOf(2))}, three times {Share(_path.BothArriveOf(3))}");
        return $"A request and its answer both arrive at the first try in {Share(_path.BothArrive)} of cases "
            + $"({product}){copies}.";
    }

    private IEnumerable<string> Window()
    {
        bool hasFec = _winner.Fec.IsOn;
        int payload = _path.SegmentBytes(hasFec);
        double measured = outcome.Winner.Figures.Goodput ?? 0;
        if (_path.Capacity is { } capacity)
        {
            yield return Line($"The link carries {capacity / 1e6:0.00} MB/s of datagrams, and one round trip of ")
                + Line($"{_path.RttMs:0.#} ms is {capacity * _path.RttMs / 1e9:0.000} MB or ")
                + Line($"{_path.SegmentsInFlight:0} full datagrams of {_path.DatagramBytes} bytes: ")
                + "a smaller window leaves it idle, a much larger one only fills its queue.";
        }

        TunnelOptions sender = Sender();
        if (sender.Mode == Candidate.AutoMode)
        {
            yield return Line($"Mode auto makes its window of measured rate and round trip (up to 8192 segments of ")
                + Line($"{payload} bytes, which would carry {_path.WindowRate(8192, hasFec) / 1e6:0.00} MB/s); ")
                + Line($"measured: {measured:0.00} MB/s.");
        }
        else if (_path.RttMs > 0)
        {
            double rate = _path.WindowRate(sender.SndWnd, hasFec) / 1e6;
            yield return Line($"A window of {sender.SndWnd} segments of {payload} bytes carries at most {rate:0.00} ")
                + Line($"MB/s at {_path.RttMs:0.#} ms, all of it once a round trip")
                + (measured > 0
                    ? Line($"; measured: {measured:0.00} MB/s, {100 * measured / rate:0} % of that.")
                    : ".");
        }
    }

    /// <summary>The end that the transfers are from; without one the server, as in a download.</summary>
    private TunnelOptions Sender()
    {
        Variant variant = outcome.Winner.Plan.Variants[0];
        bool isUp = outcome.Winner.Plan.Workloads
            .SelectMany(workload => workload is MixedSpec mixed ? mixed.Parts : [workload])
            .OfType<BulkSpec>().FirstOrDefault() is { IsUp: true };
        return isUp ? variant.Client : variant.Server;
    }

    private string Parity(FecShards fec)
    {
        double loss = Math.Max(_path.LossUp, _path.LossDown);
        return Line($"FEC {fec} repairs a group of {fec.Data} without any retransmission with probability ")
            + Line($"{Share(PathArithmetic.GroupSurvives(fec.Data, fec.Parity, loss))} (no more than {fec.Parity} of ")
            + Line($"{fec.Data + fec.Parity} lost at {Share(loss)} each; without parity all {fec.Data} arrive with ")
            + Line($"{Share(PathArithmetic.Power(1 - loss, fec.Data))}), and costs ")
            + Line($"{100.0 * fec.Parity / fec.Data:0} % more bytes.");
    }

    private static string AutoBothWays() =>
        "Two ends in mode auto tell each other so and send without parity: a window that is large enough to wait for a "
        + "repair makes repairs cheaper than parity. FEC counts only until they have, and should a stock peer connect.";

    private string NoParity()
    {
        double loss = Math.Max(_path.LossUp, _path.LossDown);
        return loss < 0.0005
            ? "Nothing is lost at random, so parity would only cost bytes."
            : Line($"Without FEC each lost segment ({Share(loss)}) is repaired one round trip later at best; ")
                + Line($"{Share(loss * loss)} are lost twice, {Share(loss * loss * loss)} three times.");
    }

    private string Auto()
    {
        double loss = Math.Max(_path.LossUp, _path.LossDown);
        int copies = 1;
        double residual = loss;
        while (residual > Residual && copies < MostCopies)
        {
            residual *= loss;
            copies++;
        }

        return copies == 1
            ? "Mode auto sends no copies here: one transmission in 400 or fewer gets lost."
            : Line($"Mode auto sends small and last segments up to {copies} times before anybody misses them: ")
                + Line($"both then arrive without a repair in {Share(_path.BothArriveOf(copies))} of cases.");
    }

    private string Against(string name, Trial other)
    {
        TuneFigures mine = outcome.Winner.Figures;
        TuneFigures theirs = other.Figures;
        List<string> parts = [];
        Compare("goodput", mine.Goodput, theirs.Goodput);
        Compare("p99", mine.P99, theirs.P99);
        Compare("wire bytes", mine.Wire, theirs.Wire);
        return $"Against {name}: {string.Join(", ", parts)}.";

        void Compare(string what, double? own, double? reference)
        {
            if (own is { } value && reference is > 0)
                parts.Add(Line($"{value / reference.Value:0.00} × the {what}"));
        }
    }

    private static string Share(double value) => Line($"{value * 100:0.##} %");

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
