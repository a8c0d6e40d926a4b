using System.Buffers.Binary;
using KcpTun.Primitives;
using KcpTun.Smux;

namespace KcpTun.Conformance.Smux;

/// <summary>One end of a session with the buffers an application would have.</summary>
internal sealed class SmuxPeer : ISmuxHandler, ISmuxSource
{
    private const int BufferLimit = 1 << 26;

    private readonly Dictionary<uint, ByteQueue> _outgoing = [];
    private readonly Dictionary<uint, ByteQueue> _incoming = [];
    private readonly byte[] _frame = new byte[SmuxFrame.HeaderLength + SmuxFrame.MaxPayload];

    public SmuxPeer(SmuxOptions options, SmuxRole role) => Session = new SmuxSession(options, role, Instant.Zero);

    public SmuxPeer(SmuxSession session) => Session = session;

    public SmuxSession Session { get; }

    public List<uint> Opened { get; } = [];

    public List<uint> Ended { get; } = [];

    /// <summary>Runs inside OnData, before the data is stored.</summary>
    public Action<uint>? WhileReceiving { get; set; }

    public uint Open()
    {
        Session.TryOpen(out uint streamId).ShouldBeTrue();
        return streamId;
    }

    public void Write(uint streamId, ReadOnlySpan<byte> data)
    {
        Queue(_outgoing, streamId).Write(data).ShouldBe(data.Length);
        Session.Offer(streamId, data.Length);
    }

    /// <summary>Bytes received and not yet read.</summary>
    public int Received(uint streamId) => Queue(_incoming, streamId).Count;

    public byte[] Read(uint streamId, int most)
    {
        ByteQueue queue = Queue(_incoming, streamId);
        byte[] data = new byte[Math.Min(most, queue.Count)];
        queue.Read(data);
        Session.Consumed(streamId, data.Length);
        return data;
    }

    /// <summary>The next frame's bytes; empty when none can be sent.</summary>
    public byte[] NextFrame() => _frame[..Session.NextFrame(_frame, this)];

    /// <summary>All frames that can be sent now, as one piece.</summary>
    public byte[] Drain()
    {
        using var stream = new MemoryStream();
        while (Session.HasOutput)
            stream.Write(NextFrame());
        return stream.ToArray();
    }

    public SmuxInputResult Feed(ReadOnlySpan<byte> bytes) => Session.Input(bytes, Instant.Zero, this);

    public void OnOpened(uint streamId) => Opened.Add(streamId);

    public void OnData(uint streamId, ReadOnlySpan<byte> data)
    {
        WhileReceiving?.Invoke(streamId);
        Queue(_incoming, streamId).Write(data).ShouldBe(data.Length);
    }

    public void OnEndOfStream(uint streamId) => Ended.Add(streamId);

    int ISmuxSource.Read(uint streamId, Span<byte> destination) => Queue(_outgoing, streamId).Read(destination);

    private static ByteQueue Queue(Dictionary<uint, ByteQueue> queues, uint streamId)
    {
        if (!queues.TryGetValue(streamId, out ByteQueue? queue))
            queues.Add(streamId, queue = new ByteQueue(BufferLimit));
        return queue;
    }
}

/// <summary>Frames as tests write and read them.</summary>
internal static class Frames
{
    public static byte[] Of(int version, SmuxCommand command, uint streamId, params ReadOnlySpan<byte> payload)
    {
        byte[] bytes = new byte[SmuxFrame.HeaderLength + payload.Length];
        new SmuxFrame(version, command, payload.Length, streamId).WriteHeader(bytes);
        payload.CopyTo(bytes.AsSpan(SmuxFrame.HeaderLength));
        return bytes;
    }

    public static byte[] Update(uint streamId, uint consumed, uint window)
    {
        byte[] payload = new byte[SmuxFrame.UpdatePayload];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, consumed);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4), window);
        return Of(2, SmuxCommand.Upd, streamId, payload);
    }

    /// <summary>Headers of the frames in <paramref name="bytes"/>, which must end with a frame.</summary>
    public static List<SmuxFrame> Parse(ReadOnlySpan<byte> bytes)
    {
        var frames = new List<SmuxFrame>();
        while (!bytes.IsEmpty)
        {
            SmuxFrame frame = SmuxFrame.ReadHeader(bytes);
            frames.Add(frame);
            bytes = bytes[(SmuxFrame.HeaderLength + frame.Length)..];
        }

        return frames;
    }
}
