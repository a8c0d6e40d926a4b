using BenchmarkDotNet.Attributes;
using KcpTun.Kcp;
using KcpTun.Primitives;

namespace KcpTun.Bench.Micro;

/// <summary>
/// Two ends of KCP with a full window in flight: what one millisecond costs per segment that passes, at window sizes
/// up to 8192, with and without loss. The cost per segment is to be flat.
/// </summary>
[MemoryDiagnoser]
public class KcpBenchmarks
{
    private const int SegmentsPerStep = 16;
    private const int Warmup = 4000;

    private readonly PacketPool _pool = new(new MemoryBudget(1L << 30));
    private readonly byte[] _payload = new byte[1200];
    private readonly byte[] _read = new byte[1500];
    private readonly Queue<(uint Due, byte[] Packet)> _forward = new();
    private readonly Queue<(uint Due, byte[] Packet)> _back = new();
    private readonly Stack<byte[]> _spare = new();
    private KcpSession _sender = null!;
    private KcpSession _receiver = null!;
    private Wire _toReceiver = null!;
    private Wire _toSender = null!;
    private uint _now;
    private uint _chance = 1;

    /// <summary>Segments in flight: at 16 segments a millisecond the round trip is a sixteenth of it.</summary>
    [Params(128, 1024, 8192)]
    public int Window { get; set; }

    /// <summary>Packets lost of a hundred, each way.</summary>
    [Params(0, 5)]
    public int LossPercent { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _sender = Create();
        _receiver = Create();
        _toReceiver = new Wire(this, _forward);
        _toSender = new Wire(this, _back);
        for (int i = 0; i < Warmup; i++)
            Step();
    }

    /// <summary>One millisecond: segments are offered, packets arrive, both ends flush when they are due.</summary>
    [Benchmark(OperationsPerInvoke = SegmentsPerStep)]
    public void Step()
    {
        _now++;
        for (int i = 0; i < SegmentsPerStep && _sender.CanSend; i++)
            _sender.TrySend(_payload);
        _sender.RequestFlush();
        Deliver(_forward, _receiver, _toSender);
        while (_receiver.Receive(_read) > 0)
        {
        }

        Deliver(_back, _sender, _toReceiver);
        _sender.HandleTimer(_now, _toReceiver);
        _receiver.HandleTimer(_now, _toSender);
    }

    private KcpSession Create() => new(
        new KcpOptions
        {
            Conversation = 1,
            Profile = KcpProfile.Named("fast3")!.Value,
            SendWindow = Window,
            ReceiveWindow = Window,
            Mtu = 1300,
        },
        _pool, new SnmpCounters());

    private void Deliver(Queue<(uint Due, byte[] Packet)> queue, KcpSession end, IKcpOutput output)
    {
        while (queue.TryPeek(out (uint Due, byte[] Packet) head) && head.Due <= _now)
        {
            queue.Dequeue();
            int length = BitConverter.ToUInt16(head.Packet);
            end.Absorb(head.Packet.AsSpan(2, length), isRegular: true, _now);
            _spare.Push(head.Packet);
        }

        end.Settle(ackNoDelay: false, _now, output);
    }

    private bool IsLost()
    {
        _chance = (_chance * 1664525) + 1013904223;
        return (_chance >> 16) % 100 < LossPercent;
    }

    private sealed class Wire(KcpBenchmarks bench, Queue<(uint Due, byte[] Packet)> queue) : IKcpOutput
    {
        private byte[] _packet = [];

        public Span<byte> Begin()
        {
            if (!bench._spare.TryPop(out byte[]? spare))
                spare = new byte[1502];
            _packet = spare;
            return _packet.AsSpan(2);
        }

        public void Emit(int length)
        {
            if (bench.IsLost())
            {
                bench._spare.Push(_packet);
                return;
            }

            BitConverter.TryWriteBytes(_packet, (ushort)length);
            queue.Enqueue((bench._now + (uint)(bench.Window / SegmentsPerStep / 2), _packet));
        }
    }
}
