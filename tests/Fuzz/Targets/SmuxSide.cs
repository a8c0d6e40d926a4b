using KcpTun.Primitives;
using KcpTun.Smux;

namespace KcpTun.Fuzz.Targets;

/// <summary>The application of a smux session: it keeps account of every stream and of all that happens.</summary>
internal sealed class SmuxSide(SmuxOptions options, SmuxSession session) : ISmuxHandler, ISmuxSource
{
    private readonly Dictionary<uint, Account> _streams = [];
    private readonly List<uint> _known = [0, 1];
    private readonly byte[] _frame = new byte[SmuxFrame.HeaderLength + options.FrameSize];

    public SmuxSession Session => session;

    /// <summary>Of all events and of all frames sent, whatever the pieces of data.</summary>
    public ulong Digest { get; private set; } = 14695981039346656037;

    /// <summary>The id of one of the streams so far; of none at first.</summary>
    public uint Pick(int index) => _known[Math.Max(0, _known.Count - 1 - index)];

    /// <summary>Bytes sent on a stream.</summary>
    public uint SentOn(uint stream) => _streams.TryGetValue(stream, out Account? account) ? account.Sent : 0;

    public SmuxInputResult Input(ReadOnlySpan<byte> bytes, Instant now) => session.Input(bytes, now, this);

    public void Open()
    {
        if (session.TryOpen(out uint stream))
            Add(stream, isOurs: true);
    }

    public void Consume(uint stream, int bytes)
    {
        if (!_streams.TryGetValue(stream, out Account? account) || account.IsClosed)
            return;
        bytes = Math.Min(bytes, account.Unread);
        account.Unread -= bytes;
        session.Consumed(stream, bytes);
    }

    public void Close(uint stream, Action<uint> close)
    {
        close(stream);
        if (!_streams.TryGetValue(stream, out Account? account))
            return;
        account.IsClosed = true;
        account.Unread = 0;
    }

    public void Send(int frames)
    {
        for (int i = 0; i < frames; i++)
        {
            int length = session.NextFrame(_frame, this);
            if (length == 0)
                return;
            CheckFrame(_frame.AsSpan(0, length));
            foreach (byte value in _frame.AsSpan(0, length))
                Note(value);
        }
    }

    public void CheckSums()
    {
        long unread = _streams.Values.Sum(stream => (long)stream.Unread);
        FuzzFailure.Unless(session.BytesUnread == unread, $"{session.BytesUnread} bytes unread, in fact {unread}");
        FuzzFailure.Unless(session.StreamCount <= options.MaxStreams, $"{session.StreamCount} streams");
        FuzzFailure.Unless(
            session.CanReceive == (unread < options.ReceiveBuffer), $"CanReceive is {session.CanReceive} at {unread}");
    }

    public void OnOpened(uint streamId)
    {
        Note(streamId);
        Add(streamId, isOurs: false);
    }

    public void OnData(uint streamId, ReadOnlySpan<byte> data)
    {
        Account account = Find(streamId);
        FuzzFailure.Unless(!account.HasEnded, "data after the end of a stream");
        FuzzFailure.Unless(!account.IsClosed, "data for a closed stream");
        account.Unread += data.Length;
        foreach (byte value in data)
            Note(((ulong)streamId << 8) | value);
    }

    public void OnEndOfStream(uint streamId)
    {
        Note(~(ulong)streamId);
        Account account = Find(streamId);
        FuzzFailure.Unless(!account.HasEnded, "a stream ends twice");
        account.HasEnded = true;
    }

    public int Read(uint streamId, Span<byte> destination)
    {
        destination.Fill((byte)streamId);
        return destination.Length;
    }

    private void CheckFrame(ReadOnlySpan<byte> bytes)
    {
        SmuxFrame frame = SmuxFrame.ReadHeader(bytes);
        FuzzFailure.Unless(frame.Version == options.Version, "a frame of another version");
        FuzzFailure.Unless(bytes.Length == SmuxFrame.HeaderLength + frame.Length, "a frame is not as long as it says");
        if (!_streams.TryGetValue(frame.StreamId, out Account? account))
        {
            FuzzFailure.Unless(frame.Command is SmuxCommand.Nop or SmuxCommand.Fin, $"{frame.Command} for no stream");
            return;
        }

        switch (frame.Command)
        {
            case SmuxCommand.Syn:
                FuzzFailure.Unless(account.MustOpen, "a SYN that is not due");
                account.MustOpen = false;
                break;
            case SmuxCommand.Psh:
                FuzzFailure.Unless(!account.MustOpen && !account.HasSentEnd, "data before the SYN or after the FIN");
                FuzzFailure.Unless(frame.Length > 0 && frame.Length <= options.FrameSize, $"{frame.Length} bytes of data");
                account.Sent += (uint)frame.Length;
                FuzzFailure.Unless(
                    options.Version == 1 || session.PeerWindow(frame.StreamId) >= 0, "more data than the peer's window");
                break;
            case SmuxCommand.Fin:
                // A refused SYN is answered with a FIN, and its id may be that of a stream opened since.
                account.HasSentEnd |= session.RefusedStreams == 0;
                break;
        }
    }

    private void Add(uint stream, bool isOurs)
    {
        FuzzFailure.Unless(session.IsOpen(stream), "a stream that is opened is not open");
        _streams[stream] = new Account { MustOpen = isOurs };
        _known.Add(stream);
    }

    private Account Find(uint stream) => _streams.TryGetValue(stream, out Account? account)
        ? account
        : throw new FuzzFailure("an event of a stream that was never opened");

    private void Note(ulong value) => Digest = unchecked((Digest ^ value) * 1099511628211);

    private sealed class Account
    {
        public bool MustOpen { get; set; }

        public int Unread { get; set; }

        public uint Sent { get; set; }

        public bool HasEnded { get; set; }

        public bool IsClosed { get; set; }

        public bool HasSentEnd { get; set; }
    }
}
