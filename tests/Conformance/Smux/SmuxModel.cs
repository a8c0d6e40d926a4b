using System.Buffers.Binary;
using KcpTun.Primitives;
using KcpTun.Smux;

namespace KcpTun.Conformance.Smux;

/// <summary>A client and a server session, the bytes in flight between them, and what every stream must do.</summary>
internal sealed class SmuxModel
{
    private const int Steps = 2000;
    private const int LargestPiece = 20_000;

    private readonly Random _random;
    private readonly SmuxOptions _options;
    private readonly End _client;
    private readonly End _server;
    private int _opened;

    public SmuxModel(int seed)
    {
        _random = new Random(seed);
        int streamBuffer = _random.Next(1000, 400_000);
        _options = new SmuxOptions
        {
            Version = 1 + (seed % 2),
            FrameSize = seed % 4 == 0 ? _random.Next(50, 500) : _random.Next(500, 65536),
            StreamBuffer = streamBuffer,
            ReceiveBuffer = streamBuffer + _random.Next(0, 200_000),
        };
        _client = new End(_options, SmuxRole.Client);
        _server = new End(_options, SmuxRole.Server);
        _client.Peer = _server;
        _server.Peer = _client;
    }

    public void Run()
    {
        for (int i = 0; i < Steps; i++)
            Step(_random.Next(2) == 0 ? _client : _server);
        Finish();
        foreach (End end in new[] { _client, _server })
        {
            end.Session.BytesUnread.ShouldBe(0);
            end.Session.StreamCount.ShouldBe(0);
            end.Session.HasOutput.ShouldBeFalse();
        }

        _opened.ShouldBeGreaterThan(10);
    }

    private void Step(End end)
    {
        int dice = _random.Next(100);
        if (dice < 5)
        {
            _client.Open();
            _opened++;
            return;
        }

        if (dice < 35)
            end.Send(frames: _random.Next(1, 5));
        else if (dice < 65)
            end.Peer.Deliver(_random.Next(1, LargestPiece));
        if (end.Streams.Count == 0)
            return;
        Flow flow = end.Streams.Values.ElementAt(_random.Next(end.Streams.Count));
        if (dice is >= 65 and < 80)
            end.Write(flow, _random.Next(1, 50_000));
        else if (dice is >= 80 and < 96)
            end.Read(flow, _random.Next(1, 50_000));
        else if (dice is 96 or 97)
            end.CloseWrite(flow);
        else if (dice == 98)
            end.Close(flow, isAbort: _random.Next(2) == 0);
    }

    /// <summary>Reads everything, ends every direction, then closes; a writer without a reader is aborted.</summary>
    private void Finish()
    {
        End[] ends = [_client, _server];
        Settle(ends);
        foreach (End end in ends)
        {
            foreach (Flow flow in end.Streams.Values)
                end.CloseWrite(flow);
        }

        Settle(ends);
        foreach (End end in ends)
        {
            foreach (Flow flow in end.Streams.Values.ToArray())
            {
                if (!flow.IsPeerGone)
                    end.Peer.Streams[flow.Id].Received.ShouldBe(flow.Written, $"stream {flow.Id}");
                end.Close(flow, isAbort: flow.IsPeerGone);
            }

            foreach (Flow flow in end.Closed)
                end.Session.Abort(flow.Id);
        }

        Settle(ends);
    }

    private static void Settle(End[] ends)
    {
        while (ends.Any(end => end.Session.HasOutput || end.Wire.Count > 0))
        {
            foreach (End end in ends)
            {
                end.Send(frames: 10);
                end.Peer.Deliver(LargestPiece);
                foreach (Flow flow in end.Peer.Streams.Values)
                    end.Peer.Read(flow, int.MaxValue);
            }
        }
    }

    /// <summary>One end's view of a stream.</summary>
    internal sealed class Flow(uint id)
    {
        public uint Id => id;

        public long Written { get; set; }

        public long Sent { get; set; }

        public long Received { get; set; }

        public long Consumed { get; set; }

        public bool IsWriteClosed { get; set; }

        /// <summary>The other end closed the stream fully: what we send goes nowhere.</summary>
        public bool IsPeerGone { get; set; }

        /// <summary>Offset up to which the other end has ever allowed us to send (version 2).</summary>
        public long Granted { get; set; } = SendWindow.InitialWindow;
    }

    internal sealed class End(SmuxOptions options, SmuxRole role) : ISmuxHandler, ISmuxSource
    {
        private readonly byte[] _frame = new byte[SmuxFrame.HeaderLength + SmuxFrame.MaxPayload];

        public int Role => (int)role;

        public SmuxSession Session { get; } = new(options, role, Instant.Zero);

        public End Peer { get; set; } = null!;

        public SortedDictionary<uint, Flow> Streams { get; } = [];

        public List<Flow> Closed { get; } = [];

        /// <summary>Bytes on their way to this end.</summary>
        public ByteQueue Wire { get; } = new(1 << 28);

        public void Open()
        {
            Session.TryOpen(out uint id).ShouldBeTrue();
            Streams.Add(id, new Flow(id));
        }

        public void Write(Flow flow, int length)
        {
            if (flow.IsWriteClosed)
                return;
            flow.Written += length;
            Session.Offer(flow.Id, length);
        }

        public void Read(Flow flow, int most)
        {
            int length = (int)Math.Min(most, flow.Received - flow.Consumed);
            flow.Consumed += length;
            Session.Consumed(flow.Id, length);
        }

        public void CloseWrite(Flow flow)
        {
            flow.IsWriteClosed = true;
            Session.CloseWrite(flow.Id);
        }

        public void Close(Flow flow, bool isAbort)
        {
            if (isAbort)
                Session.Abort(flow.Id);
            else
                Session.Close(flow.Id);
            Streams.Remove(flow.Id);
            Closed.Add(flow);
            if (Peer.Streams.TryGetValue(flow.Id, out Flow? other))
                other.IsPeerGone = true;
            if (isAbort)
                flow.Written = flow.Sent;
        }

        public void Send(int frames)
        {
            for (int i = 0; i < frames && Session.HasOutput; i++)
            {
                int length = Session.NextFrame(_frame, this);
                CheckWindow(SmuxFrame.ReadHeader(_frame));
                Peer.Wire.Write(_frame.AsSpan(0, length));
            }
        }

        public void Deliver(int most)
        {
            if (!Session.CanReceive)
                return;
            byte[] bytes = new byte[Math.Min(most, Wire.Count)];
            Wire.Read(bytes);
            Session.Input(bytes, Instant.Zero, this).ShouldBe(SmuxInputResult.Ok);
            Session.BytesUnread.ShouldBeLessThanOrEqualTo(options.ReceiveBuffer + LargestPiece);
        }

        public void OnOpened(uint streamId)
        {
            var flow = new Flow(streamId) { IsPeerGone = !Peer.Streams.ContainsKey(streamId) };
            Streams.Add(streamId, flow);
        }

        public void OnData(uint streamId, ReadOnlySpan<byte> data)
        {
            Flow flow = Streams[streamId];
            foreach (byte value in data)
            {
                if (value != Content(Peer, streamId, flow.Received++))
                    Assert.Fail($"stream {streamId}: wrong byte at {flow.Received - 1}");
            }
        }

        public void OnEndOfStream(uint streamId)
        {
            long written = Peer.Find(streamId)!.Written;
            Streams[streamId].Received.ShouldBe(written, $"stream {streamId}: the end came before the data");
        }

        public int Read(uint streamId, Span<byte> destination)
        {
            Flow flow = Find(streamId)!;
            for (int i = 0; i < destination.Length; i++)
                destination[i] = Content(this, streamId, flow.Sent + i);
            flow.Sent += destination.Length;
            Check(flow, f => f.Sent <= f.Written, "asked for more than was offered");
            return destination.Length;
        }

        private static byte Content(End sender, uint streamId, long offset) =>
            (byte)((offset * 31) + (offset >> 9) + (streamId * 7) + sender.Role);

        private Flow? Find(uint streamId) =>
            Streams.GetValueOrDefault(streamId) ?? Closed.Find(flow => flow.Id == streamId);

        private static void Check(Flow flow, Func<Flow, bool> rule, string violation)
        {
            if (!rule(flow))
                Assert.Fail($"stream {flow.Id}: {violation}");
        }

        private void CheckWindow(SmuxFrame frame)
        {
            if (options.Version == 1)
                return;
            if (frame.Command == SmuxCommand.Psh)
                Check(Find(frame.StreamId)!, flow => flow.Sent <= flow.Granted, "sent beyond the window");
            if (frame.Command == SmuxCommand.Upd && Peer.Find(frame.StreamId) is { } sender)
            {
                ReadOnlySpan<byte> payload = _frame.AsSpan(SmuxFrame.HeaderLength);
                long granted = BinaryPrimitives.ReadUInt32LittleEndian(payload)
                    + (long)BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]);
                sender.Granted = Math.Max(sender.Granted, granted);
            }
        }
    }
}
