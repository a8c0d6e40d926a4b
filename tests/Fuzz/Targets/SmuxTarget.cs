using System.Buffers.Binary;
using KcpTun.Primitives;
using KcpTun.Smux;

namespace KcpTun.Fuzz.Targets;

/// <summary>
/// Input: version, role and limits, then steps: bytes as they are, frames for streams that exist, the application's
/// actions, time. Two sessions take the same steps; one gets the bytes in pieces.
/// </summary>
internal sealed class SmuxTarget : FuzzTarget
{
    private const int MaxSteps = 500;
    private const int FrameSize = 300;

    private SmuxOptions _options = null!;
    private SmuxSide _whole = null!;
    private SmuxSide _pieces = null!;
    private Instant _now;
    private int _piece;

    private enum Step
    {
        Raw,
        Frame,
        Update,
        Flood,
        Open,
        Offer,
        Consume,
        CloseWrite,
        Close,
        Abort,
        Send,
        Time,
    }

    public override string Name => "smux";

    public override string Property =>
        "any bytes are taken the same however they are cut; unread bytes add up, no stream gets data after its end, "
        + "and only frames that the peer's rules allow are sent";

    protected override void Run(ReadOnlySpan<byte> input)
    {
        var choices = new FuzzInput(input);
        byte mode = choices.Byte();
        _options = new SmuxOptions
        {
            Version = 1 + (mode & 1),
            FrameSize = FrameSize,
            ReceiveBuffer = 2000,
            StreamBuffer = 1 + (choices.Byte() * 7),
            MaxStreams = (mode & 4) != 0 ? 3 : 64,
        };
        SmuxRole role = (mode & 2) != 0 ? SmuxRole.Server : SmuxRole.Client;
        _piece = 1 + choices.Byte();
        _now = Instant.Zero;
        _whole = new SmuxSide(_options, new SmuxSession(_options, role, _now));
        _pieces = new SmuxSide(_options, new SmuxSession(_options, role, _now));
        for (int step = 0; step < MaxSteps && !choices.IsEmpty; step++)
        {
            Apply(ref choices);
            _whole.CheckSums();
            FuzzFailure.Unless(_whole.Digest == _pieces.Digest, $"other events or frames in pieces of {_piece}");
        }
    }

    private void Apply(ref FuzzInput choices)
    {
        byte choice = choices.Byte();
        var step = (Step)((choice & 15) % 12);
        switch (step)
        {
            case Step.Raw:
                Input(choices.Block());
                break;
            case Step.Frame:
                Input(Frame(choices.Below(4), _whole.Pick(choice >> 4), choices.Block()));
                break;
            case Step.Update:
                Input(Update(_whole.Pick(choice >> 4), (uint)(sbyte)choices.Byte(), choices.UInt16()));
                break;
            case Step.Flood:
                for (uint i = 0; i < 16; i++)
                    Input(Frame((int)SmuxCommand.Syn, ((uint)choice << 4) + i, []));
                break;
            case Step.Time:
                _now = _now.AddSeconds(choice >> 4);
                Both(side => side.Session.HandleTimer(_now));
                break;
            default:
                Act(step, choice >> 4, choices.UInt16());
                break;
        }
    }

    private void Act(Step step, int index, int amount)
    {
        uint stream = _whole.Pick(index);
        switch (step)
        {
            case Step.Open:
                Both(side => side.Open());
                break;
            case Step.Offer:
                Both(side => side.Session.Offer(stream, amount));
                break;
            case Step.Consume:
                Both(side => side.Consume(stream, amount));
                break;
            case Step.CloseWrite:
                Both(side => side.Session.CloseWrite(stream));
                break;
            case Step.Close:
                Both(side => side.Close(stream, side.Session.Close));
                break;
            case Step.Abort:
                Both(side => side.Close(stream, side.Session.Abort));
                break;
            default:
                Both(side => side.Send(1 + index));
                break;
        }
    }

    private void Input(ReadOnlySpan<byte> bytes)
    {
        if (!_whole.Session.CanReceive)
            return;
        SmuxInputResult result = _whole.Input(bytes, _now);
        var inPieces = result;
        for (int offset = 0; offset < bytes.Length; offset += _piece)
            inPieces = _pieces.Input(bytes.Slice(offset, Math.Min(_piece, bytes.Length - offset)), _now);
        FuzzFailure.Unless(result == inPieces, $"{result} as a whole, {inPieces} in pieces of {_piece}");
        FuzzFailure.Unless(
            _whole.Session.BytesUnread <= _options.ReceiveBuffer + bytes.Length, "the bucket is overdrawn");
    }

    private byte[] Frame(int command, uint stream, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[SmuxFrame.HeaderLength + payload.Length];
        var header = new SmuxFrame(_options.Version, (SmuxCommand)command, payload.Length, stream);
        if (command != (int)SmuxCommand.Psh)
            header = header with { Length = 0 };
        header.WriteHeader(frame);
        payload.CopyTo(frame.AsSpan(SmuxFrame.HeaderLength));
        return header.Length == 0 ? frame[..SmuxFrame.HeaderLength] : frame;
    }

    /// <summary>A UPD whose consumed bytes are some less, or a few more, than what was sent.</summary>
    private byte[] Update(uint stream, uint difference, int window)
    {
        byte[] frame = new byte[SmuxFrame.HeaderLength + SmuxFrame.UpdatePayload];
        new SmuxFrame(_options.Version, SmuxCommand.Upd, SmuxFrame.UpdatePayload, stream).WriteHeader(frame);
        uint consumed = unchecked(_whole.SentOn(stream) + difference);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(SmuxFrame.HeaderLength), consumed);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(SmuxFrame.HeaderLength + sizeof(uint)), (uint)window);
        return frame;
    }

    private void Both(Action<SmuxSide> action)
    {
        action(_whole);
        action(_pieces);
    }
}
