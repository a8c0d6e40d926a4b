using System.Buffers.Binary;
using System.Diagnostics;

namespace KcpTun.Smux;

/// <summary>From queued frames to bytes.</summary>
public sealed partial class SmuxSession
{
    /// <summary>
    /// Whether a frame waits. <see cref="NextFrame"/> may still return 0, once, when the peer has taken back the window
    /// of the only stream that waits.
    /// </summary>
    public bool HasOutput => _scheduler.Count > 0;

    /// <summary>
    /// Writes the next frame, header and payload. A payload is cut at <see cref="SmuxOptions.FrameSize"/> and at
    /// the peer's window (PROTOCOL e.5).
    /// </summary>
    /// <param name="destination">At least 8 + <see cref="SmuxOptions.FrameSize"/> bytes, and 16 for a UPD.</param>
    /// <param name="source">Where the payload comes from.</param>
    /// <returns>Bytes written; 0 when nothing can be sent now.</returns>
    public int NextFrame(Span<byte> destination, ISmuxSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, MaxFrameLength, nameof(destination));
        int length = 0;
        while (length == 0 && _scheduler.TryPop(out FrameQueue queue, out FrameToken token))
        {
            length = queue switch
            {
                SmuxStream stream when token.Class == FrameClass.Control => WriteControl(stream, destination),
                SmuxStream stream => WriteData(stream, destination, source),
                _ when queue == _keepAliveQueue => WriteHeader(SmuxCommand.Nop, 0, 0, destination),
                _ => WriteHeader(SmuxCommand.Fin, 0, _refusedIds.Dequeue(), destination),
            };
        }

        return length;
    }

    private int MaxFrameLength => SmuxFrame.HeaderLength + Math.Max(_options.FrameSize, SmuxFrame.UpdatePayload);

    private int WriteHeader(SmuxCommand command, int length, uint streamId, Span<byte> destination) =>
        new SmuxFrame(_options.Version, command, length, streamId).WriteHeader(destination);

    private int WriteControl(SmuxStream stream, Span<byte> destination)
    {
        int length;
        if (stream.IsSynQueued)
        {
            stream.IsSynQueued = false;
            length = WriteHeader(SmuxCommand.Syn, 0, stream.StreamId, destination);
        }
        else
        {
            stream.IsUpdateQueued = false;
            length = WriteUpdate(stream, destination);
        }

        ForgetIfDone(stream);
        return length;
    }

    private int WriteUpdate(SmuxStream stream, Span<byte> destination)
    {
        stream.ReceiveWindow.OnUpdateSent();
        WriteHeader(SmuxCommand.Upd, SmuxFrame.UpdatePayload, stream.StreamId, destination);
        Span<byte> payload = destination[SmuxFrame.HeaderLength..];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, stream.ReceiveWindow.Consumed);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[sizeof(uint)..], (uint)_options.StreamBuffer);
        return SmuxFrame.HeaderLength + SmuxFrame.UpdatePayload;
    }

    private int WriteData(SmuxStream stream, Span<byte> destination, ISmuxSource source)
    {
        stream.IsDataQueued = false;

        // The window may have shrunk since the frame was queued; the next UPD puts the stream back.
        if (!stream.CanSendData)
            return 0;
        if (stream.PendingSend > 0)
            return WritePayload(stream, destination, source);
        stream.SendEnd = SendEnd.Sent;
        ForgetIfDone(stream);
        return WriteHeader(SmuxCommand.Fin, 0, stream.StreamId, destination);
    }

    private int WritePayload(SmuxStream stream, Span<byte> destination, ISmuxSource source)
    {
        int length = Math.Min(_options.FrameSize, stream.SendWindow.Available);
        length = (int)Math.Min(length, stream.PendingSend);
        stream.PendingSend -= length;
        stream.SendWindow.OnSent(length);
        ScheduleData(stream);
        WriteHeader(SmuxCommand.Psh, length, stream.StreamId, destination);
        int read = source.Read(stream.StreamId, destination.Slice(SmuxFrame.HeaderLength, length));
        if (read != length)
            throw new UnreachableException("The source holds less than was offered.");
        return SmuxFrame.HeaderLength + length;
    }
}
