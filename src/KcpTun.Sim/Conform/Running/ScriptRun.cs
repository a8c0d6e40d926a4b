using System.Globalization;
using System.Text;
using KcpTun.Primitives;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Wire;

namespace KcpTun.Sim.Conform.Running;

/// <summary>Executes a script's steps one by one; the first that does not hold ends it.</summary>
internal sealed partial class ScriptRun
{
    /// <summary>
    /// How much before its time something may come in real time: clocks are read at different moments.
    /// </summary>
    private const long Earliness = 5_000;

    private readonly ConformanceScript _script;
    private readonly Tester _tester;
    private readonly RunScope _scope;
    private readonly List<string> _notes = [];
    private readonly Queue<WireEvent> _waiting;
    private readonly List<DatagramPattern> _ignored = [];
    private readonly List<ExpectStep> _optional = [];
    private Instant _last;

    public ScriptRun(ConformanceScript script, Tester tester)
    {
        _script = script;
        _tester = tester;
        _scope = new RunScope(tester);
        _waiting = tester.Peer.Events;
        // A keepalive may come at any time and is never what a case is about, unless it says "ignore nothing".
        if (script.Header.Layer == WireLayer.Smux)
            _ignored.Add(new DatagramPattern([new PacketPattern("NOP", [], [])], DatagramChange.None, null, null));
    }

    /// <summary>What the script noted.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>The step under way or, at the end, the last one.</summary>
    public Step? Current { get; private set; }

    /// <summary>Executes the script.</summary>
    /// <exception cref="CaseFailedException">The subject did not do what the script says.</exception>
    /// <exception cref="ScriptRunException">The script cannot go on.</exception>
    public void Execute()
    {
        // A server has nothing to do before the first packet; a client's sockets exist once it has settled.
        _tester.Settle();
        _last = _tester.Now;
        Execute(_script.Steps);
    }

    private void Execute(IReadOnlyList<Step> steps)
    {
        foreach (Step step in steps)
        {
            Current = step;
            if (step.Time is { } time && step is not (ExpectStep or BlockStep or SkipStep))
            {
                Instant moment = _last.AddMicroseconds(time.From);
                _tester.Wait(moment, () => false);
                _last = moment;
            }

            Execute(step);
        }
    }

    private void Execute(Step step)
    {
        switch (step)
        {
            case SendStep send:
                Send(send);
                break;
            case ExpectStep { Occurrence: not Occurrence.Once } optional:
                _optional.Add(optional);
                break;
            case ExpectStep expect:
                Expect(step, [expect]);
                break;
            case BlockStep block:
                Expect(step, [.. block.Expected]);
                break;
            case AbsenceStep absence:
                ExpectAbsence(absence);
                break;
            case SkipStep skip:
                SkipUntil(skip);
                break;
            case IgnoreStep { Ignored: null }:
                _ignored.Clear();
                break;
            case IgnoreStep ignore:
                _ignored.Add(ignore.Ignored);
                break;
            case BulkStep { IsFeed: true } feed:
                Feed(feed);
                break;
            case BulkStep take:
                Take(take);
                break;
            case AppStep app:
                MoveApplication(app);
                break;
            default:
                ExecutePlain(step);
                break;
        }
    }

    private void ExecutePlain(Step step)
    {
        switch (step)
        {
            case LetStep let:
                _scope.Set(let.Variable, let.Value.Evaluate(_scope));
                break;
            case AssertStep assertion when assertion.Condition.Evaluate(_scope) == 0:
                throw new CaseFailedException("the assertion does not hold");
            case WaitStep wait:
                _last = _tester.Now.AddMicroseconds(wait.Duration);
                _tester.Wait(_last, () => false);
                break;
            case RepeatStep repeat:
                long count = repeat.Count.Evaluate(_scope);
                for (long i = 0; i < count; i++)
                {
                    _scope.Set("i", i);
                    Execute(repeat.Steps);
                }

                break;
            case NoteStep note:
                _notes.Add(Text(note));
                break;
        }
    }

    private string Text(NoteStep note)
    {
        StringBuilder text = new();
        foreach ((string part, Expression? value) in note.Parts)
        {
            text.Append(part);
            if (value is not null)
                text.Append(value.Evaluate(_scope).ToString(CultureInfo.InvariantCulture));
        }

        return text.ToString().Trim();
    }

    private void Send(SendStep step)
    {
        List<Packet> packets = [.. step.Packets.Packets.Select(packet => packet.Evaluate(_scope))];
        string? problem = _tester.Peer.Send(packets, step.Packets.Change, step.IsLost, _tester.Now);
        if (problem is not null)
            throw new ScriptRunException(problem);
        _tester.Settle();
        _last = _tester.Now;
    }
}
