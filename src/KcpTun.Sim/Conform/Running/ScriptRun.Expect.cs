using System.Globalization;
using KcpTun.Primitives;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Wire;

namespace KcpTun.Sim.Conform.Running;

/// <summary>What the subject must send, and what it must not.</summary>
internal sealed partial class ScriptRun
{
    /// <summary>All of <paramref name="expected"/>, in any order.</summary>
    private void Expect(Step step, List<ExpectStep> expected)
    {
        (Instant earliest, Instant deadline) = Window(step.Time);
        Instant arrived = _last;
        while (expected.Count > 0)
        {
            WireEvent actual = Next(deadline) ?? throw Missing(expected[0], deadline);
            int match = expected.FindIndex(one => one.Packets.Accepts(actual, _scope));
            if (match >= 0)
            {
                if (step.Time is not null && (actual.Time < earliest || actual.Time > deadline))
                    throw Untimely(actual);
                expected[match].Packets.Bind(actual, _scope);
                expected.RemoveAt(match);
                arrived = actual.Time;
            }
            else if (!TryTakeOptional(actual))
            {
                throw new CaseFailedException($"expected {Wanted(expected)}", Written(actual));
            }
        }

        _optional.Clear();
        _last = arrived;
    }

    private void ExpectAbsence(AbsenceStep step)
    {
        Instant end = _tester.Now.AddMicroseconds(step.Duration);
        while (Next(end) is { } actual)
        {
            bool isWrong = step.Forbidden is null ? !TryTakeOptional(actual) : step.Forbidden.Accepts(actual, _scope);
            if (isWrong)
                throw new CaseFailedException("this must not come", Written(actual));
        }

        _last = end;
    }

    private void SkipUntil(SkipStep step)
    {
        (_, Instant deadline) = Window(step.Time);
        while (Next(deadline) is { } actual)
        {
            if (!step.Until.Accepts(actual, _scope))
                continue;
            step.Until.Bind(actual, _scope);
            _last = actual.Time;
            return;
        }

        throw new CaseFailedException("it does not come");
    }

    private (Instant Earliest, Instant Deadline) Window(StepTime? time)
    {
        if (time is not { } window)
            return (Instant.Zero, _tester.Now.AddMicroseconds(_script.Header.Patience));
        bool isExact = _tester.Stage.IsExact;
        return (
            _last.AddMicroseconds(window.From - (isExact ? 0 : Earliness)),
            _last.AddMicroseconds(window.To + (isExact ? 0 : _script.Header.Tolerance)));
    }

    /// <summary>The next event that is not ignored; null if none comes in time.</summary>
    private WireEvent? Next(Instant deadline)
    {
        WireEvent? next = null;
        _tester.Wait(deadline, () =>
        {
            while (next is null && _waiting.TryDequeue(out WireEvent? waiting))
            {
                foreach (Packet packet in waiting.Packets)
                    _scope.Count(packet.Word);
                if (!_ignored.Exists(ignored => ignored.Accepts(waiting, _scope)))
                    next = waiting;
            }

            return next is not null;
        });
        return next;
    }

    private bool TryTakeOptional(WireEvent actual)
    {
        int match = _optional.FindIndex(one => one.Packets.Accepts(actual, _scope));
        if (match < 0)
            return false;
        _optional[match].Packets.Bind(actual, _scope);
        if (_optional[match].Occurrence == Occurrence.Optional)
            _optional.RemoveAt(match);
        return true;
    }

    private CaseFailedException Missing(ExpectStep expected, Instant deadline)
    {
        string waited = Milliseconds(deadline - _last);
        return new CaseFailedException($"expected {expected.Text}, and nothing came within {waited} ms");
    }

    private CaseFailedException Untimely(WireEvent actual) => new(
        $"it came {Milliseconds(actual.Time - _last)} ms after the step before", Written(actual));

    private static string Wanted(List<ExpectStep> expected) =>
        string.Join(" or ", expected.Select(one => one.Text));

    private string Written(WireEvent actual)
    {
        string time = Milliseconds(Math.Max(0, actual.Time - _last));
        return $"+{time} > {PacketText.Format(actual.Packets)}";
    }

    private static string Milliseconds(long microseconds) =>
        (microseconds / 1000m).ToString("0.###", CultureInfo.InvariantCulture);
}
