using KcpTun.Primitives;
using KcpTun.Sim.Conform.Script;
using KcpTun.Sim.Conform.Stages;
using KcpTun.Sim.Conform.Wire;

namespace KcpTun.Sim.Conform.Running;

/// <summary>The subject's applications, and streams in bulk.</summary>
internal sealed partial class ScriptRun
{
    /// <summary>Bytes of payload in a frame that the tester makes of bulk data.</summary>
    private const int FeedFrame = 8192;

    private readonly Dictionary<string, ScriptedApplication> _applications = [];
    private readonly Dictionary<long, long> _taken = [];
    private readonly Dictionary<long, long> _fed = [];

    private Instant Patience => _tester.Now.AddMicroseconds(_script.Header.Patience);

    private void MoveApplication(AppStep step)
    {
        switch (step.Verb)
        {
            case "open":
                Join(step, _tester.Stage.Open());
                break;
            case "accept":
                Accept(step);
                break;
            case "refuse" or "listen":
                _tester.Stage.SetTarget(step.Verb == "listen");
                break;
            case "stop":
                _tester.Stage.Stop();
                break;
            case "restart":
                _tester.Stage.Restart();
                break;
            default:
                Find(step).Move(step, _scope, _tester, Patience);
                break;
        }

        _tester.Settle();
        _last = _tester.Now;
    }

    private void Accept(AppStep step)
    {
        IStageApplication? accepted = null;
        if (!_tester.Wait(Patience, () => _tester.Stage.TryAccept(out accepted)))
            throw new CaseFailedException("the subject does not connect to its target");
        Join(step, accepted!);
    }

    private void Join(AppStep step, IStageApplication application)
    {
        if (!_applications.TryAdd(step.Application!, new ScriptedApplication(application)))
            throw new ScriptRunException($"there is an application ${step.Application} already");
    }

    private ScriptedApplication Find(AppStep step) =>
        _applications.TryGetValue(step.Application!, out ScriptedApplication? application)
            ? application
            : throw new ScriptRunException($"there is no application ${step.Application}");

    private void Take(BulkStep step)
    {
        long streamId = step.StreamId.Evaluate(_scope);
        long wanted = step.Bytes.Evaluate(_scope);
        long offset = _taken.GetValueOrDefault(streamId);
        Instant deadline = Patience;
        while (wanted > 0)
        {
            WireEvent actual = Next(deadline)
                ?? throw new CaseFailedException($"{wanted} bytes of stream {streamId} do not come");
            if (actual.Packets is not [{ Word: "PSH" } frame] || frame.Find("sid")!.Value.Number != streamId)
            {
                if (TryTakeOptional(actual))
                    continue;
                throw new CaseFailedException($"expected data of stream {streamId}", Written(actual));
            }

            ReadOnlyMemory<byte> data = frame.Find("data")!.Value.Bytes!.Value;
            int right = AppPattern.CommonLength(data.Span, offset);
            if (right < data.Length)
                throw new CaseFailedException($"wrong byte at offset {offset + right}", Written(actual));
            if (data.Length > wanted)
                throw new CaseFailedException($"{data.Length - wanted} bytes too many", Written(actual));
            offset += data.Length;
            wanted -= data.Length;
            // Patience is with silence, not with a long transfer.
            deadline = Patience;
            _last = actual.Time;
        }

        _taken[streamId] = offset;
        _optional.Clear();
    }

    private void Feed(BulkStep step)
    {
        uint streamId = (uint)step.StreamId.Evaluate(_scope);
        long left = step.Bytes.Evaluate(_scope);
        long offset = _fed.GetValueOrDefault(streamId);
        while (left > 0)
        {
            if (!_tester.Wait(Patience, () => _tester.Peer.SendRoom(streamId) > 0))
                throw new CaseFailedException($"the subject takes no more of stream {streamId}, {left} bytes are left");
            int length = (int)Math.Min(Math.Min(left, FeedFrame), _tester.Peer.SendRoom(streamId));
            byte[] data = new byte[length];
            AppPattern.Fill(data, offset);
            Packet frame = new(
                "PSH",
                [new PacketField("sid", FieldValue.Of(streamId)), new PacketField("data", FieldValue.Of(data))], []);
            string? problem = _tester.Peer.Send([frame], DatagramChange.None, isLost: false, _tester.Now);
            if (problem is not null)
                throw new ScriptRunException(problem);
            _tester.Settle();
            offset += length;
            left -= length;
        }

        _fed[streamId] = offset;
        _last = _tester.Now;
    }
}
