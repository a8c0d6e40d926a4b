using System.Buffers.Binary;
using KcpTun.Primitives;

namespace KcpTun.Smux;

/// <summary>From bytes to events.</summary>
public sealed partial class SmuxSession
{
    /// <summary>
    /// FINs for refused streams that may wait; a SYN refused beyond it gets no answer. It bounds what a flood of SYNs
    /// can make us queue.
    /// </summary>
    internal const int MaxQueuedRefusals = 1024;

    // A header, and behind it the payload of a UPD: all that is ever put together before it is used.
    private readonly byte[] _partial = new byte[SmuxFrame.HeaderLength + SmuxFrame.UpdatePayload];
    private readonly FrameQueue _refusalQueue = new(0);
    private readonly Queue<uint> _refusedIds = new();
    private int _partialLength;
    private int _partialNeeded = SmuxFrame.HeaderLength;
    private int _payloadRemaining;
    private SmuxStream? _payloadStream;
    private SmuxInputResult _failure;

    /// <summary>
    /// Takes received bytes, cut anywhere, and reports what they hold. All bytes are taken even when the bucket runs
    /// empty on the way, so the bucket is overdrawn by at most <paramref name="bytes"/>.Length.
    /// </summary>
    /// <returns>Anything but <see cref="SmuxInputResult.Ok"/> is final: later calls return it again.</returns>
    public SmuxInputResult Input(ReadOnlySpan<byte> bytes, Instant now, ISmuxHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        while (!bytes.IsEmpty && _failure == SmuxInputResult.Ok)
        {
            if (_payloadRemaining > 0)
                InputPayload(ref bytes, handler);
            else if (Assemble(ref bytes))
                _failure = InputFrame(now, handler);
        }

        return _failure;
    }

    private void InputPayload(ref ReadOnlySpan<byte> bytes, ISmuxHandler handler)
    {
        ReadOnlySpan<byte> piece = bytes[..Math.Min(bytes.Length, _payloadRemaining)];
        bytes = bytes[piece.Length..];
        _payloadRemaining -= piece.Length;

        // A stream closed in the middle of a payload gets no more of it, and the rest costs no tokens.
        if (_payloadStream is not { IsClosed: false } stream)
            return;
        stream.Unread += piece.Length;
        _tokens -= piece.Length;
        handler.OnData(stream.StreamId, piece);
    }

    private bool Assemble(ref ReadOnlySpan<byte> bytes)
    {
        int length = Math.Min(bytes.Length, _partialNeeded - _partialLength);
        bytes[..length].CopyTo(_partial.AsSpan(_partialLength));
        bytes = bytes[length..];
        _partialLength += length;
        return _partialLength == _partialNeeded;
    }

    private void ExpectHeader()
    {
        _partialLength = 0;
        _partialNeeded = SmuxFrame.HeaderLength;
    }

    private SmuxInputResult InputFrame(Instant now, ISmuxHandler handler)
    {
        SmuxFrame frame = SmuxFrame.ReadHeader(_partial);
        if (_partialNeeded > SmuxFrame.HeaderLength)
        {
            ExpectHeader();
            return InputUpdate(frame.StreamId);
        }

        NoteActivity(now);
        SmuxInputResult result = Check(frame);
        if (result != SmuxInputResult.Ok)
            return result;
        if (frame.Command == SmuxCommand.Upd)
        {
            _partialNeeded += SmuxFrame.UpdatePayload;
            return SmuxInputResult.Ok;
        }

        ExpectHeader();
        switch (frame.Command)
        {
            case SmuxCommand.Syn:
                InputSyn(frame.StreamId, handler);
                break;
            case SmuxCommand.Fin:
                InputFin(frame.StreamId, handler);
                break;
            case SmuxCommand.Psh:
                BeginPayload(frame);
                break;
        }

        return SmuxInputResult.Ok;
    }

    /// <summary>The receiver's rules of the NEW release (PROTOCOL e.3).</summary>
    private SmuxInputResult Check(SmuxFrame frame)
    {
        if (frame.Version != _options.Version)
            return SmuxInputResult.WrongVersion;
        switch (frame.Command)
        {
            case SmuxCommand.Syn or SmuxCommand.Fin or SmuxCommand.Nop:
                return frame.Length == 0 ? SmuxInputResult.Ok : SmuxInputResult.BadLength;
            case SmuxCommand.Psh:
                return SmuxInputResult.Ok;
            case SmuxCommand.Upd when _options.Version == 1:
                return SmuxInputResult.UnexpectedUpdate;
            case SmuxCommand.Upd:
                return frame.Length == SmuxFrame.UpdatePayload ? SmuxInputResult.Ok : SmuxInputResult.BadLength;
            default:
                return SmuxInputResult.UnknownCommand;
        }
    }

    private void InputSyn(uint streamId, ISmuxHandler handler)
    {
        if (_streams.ContainsKey(streamId))
            return;
        if (_streams.Count >= _options.MaxStreams)
        {
            Refuse(streamId);
            return;
        }

        AddStream(streamId);
        handler.OnOpened(streamId);
    }

    private void Refuse(uint streamId)
    {
        RefusedStreams++;
        if (_refusedIds.Count == MaxQueuedRefusals)
            return;
        _refusedIds.Enqueue(streamId);
        _scheduler.Push(_refusalQueue, FrameClass.Data, _sequence++);
    }

    private void InputFin(uint streamId, ISmuxHandler handler)
    {
        if (!_streams.TryGetValue(streamId, out SmuxStream? stream) || stream.HasReceivedEnd)
            return;
        stream.HasReceivedEnd = true;
        if (!stream.IsClosed)
            handler.OnEndOfStream(streamId);
    }

    private void BeginPayload(SmuxFrame frame)
    {
        _payloadRemaining = frame.Length;

        // Data behind the peer's own FIN breaks the protocol; like data for an unknown stream it is skipped.
        bool isExpected = _streams.TryGetValue(frame.StreamId, out SmuxStream? stream) && !stream.HasReceivedEnd;
        _payloadStream = isExpected ? stream : null;
    }

    private SmuxInputResult InputUpdate(uint streamId)
    {
        if (!_streams.TryGetValue(streamId, out SmuxStream? stream))
            return SmuxInputResult.Ok;
        ReadOnlySpan<byte> payload = _partial.AsSpan(SmuxFrame.HeaderLength);
        uint consumed = BinaryPrimitives.ReadUInt32LittleEndian(payload);
        uint window = BinaryPrimitives.ReadUInt32LittleEndian(payload[sizeof(uint)..]);
        if (!stream.SendWindow.TryUpdate(consumed, window))
            return SmuxInputResult.PeerConsumedTooMuch;
        ScheduleData(stream);
        return SmuxInputResult.Ok;
    }
}
