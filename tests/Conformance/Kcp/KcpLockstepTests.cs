using KcpTun.Conformance.Kcp.Reference;
using KcpTun.Kcp;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Kcp;

/// <summary>
/// Random conversations over a bad network. Product and reference model get the same calls and must emit the same
/// packets and show the same state after each.
/// </summary>
public sealed class KcpLockstepTests
{
    [Test]
    public void Random_conversations_match_the_reference_model([Range(0, 29)] int block)
    {
        for (int seed = block * 20; seed < (block + 1) * 20; seed++)
            new Conversation(seed, maximumWindow: 80, isHostile: seed % 3 == 0).Run(steps: 400);
    }

    [Test]
    [Parallelizable(ParallelScope.All)]
    public void Twenty_thousand_short_schedules_match_the_reference_model([Range(0, 19)] int block)
    {
        for (int seed = 100_000 + (block * 1000); seed < 100_000 + ((block + 1) * 1000); seed++)
            new Conversation(seed, maximumWindow: 40, isHostile: seed % 3 == 0).Run(steps: 30);
    }

    [Test]
    public void Conversations_with_large_windows_match_the_reference_model([Range(0, 11)] int seed) =>
        new Conversation(10_000 + seed, maximumWindow: 2500, isHostile: seed % 4 == 0).Run(steps: 500);

    [Test]
    public void Acks_with_timestamps_from_all_over_the_clock_match_the_reference_model([Range(0, 9)] int seed)
    {
        var dice = new Random(seed);
        var pool = new PacketPool(new MemoryBudget(MemoryBudget.DefaultLimitBytes));
        for (int round = 0; round < 60; round++)
        {
            var options = new KcpOptions
            {
                Conversation = Segments.Conversation,
                CongestionControl = false,
                Resend = dice.Next(4),
                SendWindow = 128,
                Dialect = (KcpDialect)dice.Next(2),
            };
            var end = new LockstepEndpoint(options, pool);
            uint now = (uint)dice.Next() * 2;
            end.Absorb(Segments.Tell(0, 128), true, now);
            for (int packet = 0; packet < 6; packet++)
            {
                now += (uint)dice.Next(50);
                end.Write(new byte[end.Session.Mss * dice.Next(1, 20)]);
                end.Flush(now);
                int count = dice.Next(2) == 0 ? dice.Next(1, 80) : 3;
                byte[] acks = [.. Enumerable.Range(0, count).SelectMany(_ => RandomAck(dice, end, now))];
                end.Absorb(acks, true, now);
                end.Compare($"seed {seed}, round {round}, acks");
                end.Settle(false, now);
                end.Compare($"seed {seed}, round {round}, flush");
            }

            end.Session.Release();
        }

        pool.Outstanding.ShouldBe(0);
    }

    private static byte[] RandomAck(Random dice, LockstepEndpoint end, uint now)
    {
        uint una = end.Session.SendUna;
        int inFlight = (int)(end.Session.SendNext - una);
        uint sn = una + (uint)dice.Next(dice.Next(2) * inFlight / 2, inFlight + 1);
        uint ts = dice.Next(8) switch
        {
            // Half a turn of the clock from a segment is where before and after change places.
            0 => now + 0x7FFF_FFFF - (uint)dice.Next(100),
            1 => now + 0x8000_0000,
            2 => now + 0x6000_0000,
            3 => now - 0x6000_0000,
            _ => now - (uint)dice.Next(100),
        };
        return Segments.Ack(sn, ts, dice.Next(20) == 0 ? una + 1 : una);
    }

    /// <summary>Two endpoints, the packets between them, and the dice.</summary>
    private sealed class Conversation
    {
        private readonly Random _dice;
        private readonly PacketPool _pool = new(new MemoryBudget(MemoryBudget.DefaultLimitBytes));
        private readonly LockstepEndpoint[] _ends;
        private readonly uint[] _timerAt;
        private readonly Queue<byte>[] _expected = [new(), new()];
        private readonly List<(long At, int To, byte[] Packet)> _wire = [];
        private readonly string _name;
        private readonly int _window;
        private readonly int _receiveWindow;
        private readonly bool _isHostile;
        private readonly bool _ackNoDelay;
        private readonly bool _isStream;
        private readonly double _loss;
        private readonly double _writeRate;
        private readonly double _readRate;
        private readonly int _delay;
        private readonly int _jitter;
        private readonly int _batch;
        private readonly uint _epoch;
        private long _time;

        public Conversation(int seed, int maximumWindow, bool isHostile)
        {
            _dice = new Random(seed);
            _isHostile = isHostile;
            _ackNoDelay = _dice.Next(3) == 0;
            _loss = _dice.Next(3) == 0 ? 0 : _dice.NextDouble() * 0.4;
            _writeRate = _dice.NextDouble();
            _readRate = 0.1 + (_dice.NextDouble() * 0.9);
            _delay = _dice.Next(60);
            _jitter = _dice.Next(2) == 0 ? 1 : _dice.Next(1, 80);
            _batch = _dice.Next(3) == 0 ? _dice.Next(2, 20) : 1;
            _epoch = _dice.Next(4) == 0 ? uint.MaxValue - (uint)_dice.Next(2000) : (uint)_dice.Next();
            _isStream = _dice.Next(4) != 0;
            _window = _dice.Next(2) == 0 ? maximumWindow : _dice.Next(1, maximumWindow + 1);
            KcpOptions options = RandomOptions();
            _receiveWindow = options.ReceiveWindow;
            _name = $"seed {seed}: {options}, loss {_loss:p0}, delay {_delay}+{_jitter} ms, batch {_batch}";
            _ends = [new LockstepEndpoint(options, _pool), new LockstepEndpoint(options, _pool)];
            _timerAt = [Now, Now];
        }

        private uint Now => unchecked(_epoch + (uint)_time);

        public void Run(int steps)
        {
            try
            {
                for (int i = 0; i < steps; i++)
                    Step();
                foreach (LockstepEndpoint end in _ends)
                    end.Session.Release();
                _pool.Outstanding.ShouldBe(0);
            }
            catch (Exception failure)
            {
                throw new AssertionException($"{_name}, at {_time} ms: {failure.Message}", failure);
            }
        }

        private KcpOptions RandomOptions() => new()
        {
            Conversation = (uint)_dice.Next(),
            NoDelay = _dice.Next(2),
            Interval = _dice.Next(2) == 0 ? 10 : _dice.Next(10, 60),
            Resend = _dice.Next(3) == 0 ? _dice.Next(0, 6) : 2,
            CongestionControl = _dice.Next(3) == 0,
            SendWindow = _window,
            ReceiveWindow = _dice.Next(2) == 0 ? _window : _dice.Next(1, _window + 1),
            Mtu = _dice.Next(3) == 0 ? _dice.Next(49, 1400) : _dice.Next(49, 90),
            StreamMode = _isStream,
            Dialect = _dice.Next(3) == 0 ? KcpDialect.Release2021 : KcpDialect.Release2026,
            InitialSequence = _dice.Next(3) == 0 ? uint.MaxValue - (uint)_dice.Next(100) : 0,
        };

        private void Step()
        {
            _time += _dice.Next(8) == 0 ? _dice.Next(120) : _dice.Next(12);
            for (int end = 0; end < 2; end++)
            {
                Deliver(end);
                if (unchecked((int)(Now - _timerAt[end])) >= 0)
                {
                    _timerAt[end] = Now + (uint)_ends[end].Flush(Now);
                    Exchange(end, "timer");
                }

                if (_dice.NextDouble() < _readRate)
                    Read(end);
                if (_dice.NextDouble() < _writeRate && _ends[end].Session.CanSend)
                    Write(end);
            }
        }

        private void Deliver(int end)
        {
            int absorbed = 0;
            while (true)
            {
                int index = _wire.FindIndex(p => p.To == end && p.At <= _time);
                if (index < 0)
                    break;
                byte[] packet = _wire[index].Packet;
                _wire.RemoveAt(index);
                bool isRegular = _dice.Next(12) != 0;
                if (_isHostile && _dice.Next(20) == 0)
                    packet = Mutate(packet);
                _ends[end].Absorb(packet, isRegular, Now);
                absorbed++;
                if (absorbed % _batch == 0)
                    _ends[end].Settle(_ackNoDelay, Now);
                Exchange(end, "input");
            }

            _ends[end].Settle(_ackNoDelay, Now);
            Exchange(end, "settle");
        }

        private void Read(int end)
        {
            do
            {
                if (_ends[end].Receive() is not { } message)
                    break;
                foreach (byte b in message)
                {
                    byte expected = _expected[end].TryDequeue(out byte e) ? e : (byte)0;
                    if (!_isHostile && b != expected)
                        b.ShouldBe(expected, "delivered data");
                }
            }
            while (_dice.Next(30) != 0);
            Exchange(end, "receive");
        }

        private void Write(int end)
        {
            LockstepEndpoint endpoint = _ends[end];
            int limit = _dice.Next(4) == 0 ? endpoint.Session.Mss * _window : endpoint.Session.Mss * 4;
            byte[] data = new byte[_dice.Next(1, limit + 1)];
            _dice.NextBytes(data);
            foreach (byte b in data)
                _expected[1 - end].Enqueue(b);
            // A message with more fragments than the smallest window is where the product differs on purpose.
            if (_isStream || _dice.Next(2) == 0)
                endpoint.Write(data);
            else
                SendMessages(endpoint, data);
            if (_dice.Next(8) != 0)
                endpoint.Flush(Now);
            Exchange(end, "write");
        }

        private void SendMessages(LockstepEndpoint endpoint, byte[] data)
        {
            int fragments = Math.Min(4, _receiveWindow);
            int size = fragments * endpoint.Session.Mss;
            for (int offset = 0; offset < data.Length; offset += size)
                endpoint.Send(data[offset..Math.Min(offset + size, data.Length)]);
        }

        private byte[] Mutate(byte[] packet)
        {
            byte[] mutated = [.. packet];
            KcpHeader[] headers = Segments.Parse(packet);
            int start = headers.Take(_dice.Next(headers.Length)).Sum(h => KcpHeader.Length + (int)h.PayloadLength);
            switch (_dice.Next(5))
            {
                case 0:
                    // Never PUSH: an acknowledgement would turn into an empty message, where the product differs.
                    mutated[start + KcpHeader.CommandOffset] = (byte)(_dice.Next(5) + KcpHeader.Ack);
                    break;
                case 1:
                    mutated[start + KcpHeader.WindowOffset] += (byte)_dice.Next(-8, 9);
                    break;
                case 2:
                    mutated[start + KcpHeader.TimestampOffset + _dice.Next(4)] += (byte)_dice.Next(-8, 9);
                    break;
                case 3:
                    mutated[start + KcpHeader.SequenceNumberOffset] += (byte)_dice.Next(-8, 9);
                    break;
                default:
                    mutated[start + KcpHeader.UnacknowledgedOffset] += (byte)_dice.Next(-8, 9);
                    break;
            }

            return mutated;
        }

        private void Exchange(int end, string after)
        {
            foreach (byte[] packet in _ends[end].Compare($"{_name}, at {_time} ms after {after} at end {end}"))
            {
                if (_dice.NextDouble() < _loss)
                    continue;
                _wire.Add((_time + _delay + _dice.Next(_jitter), 1 - end, packet));
                if (_dice.Next(30) == 0)
                    _wire.Add((_time + _delay + _dice.Next(_jitter * 4), 1 - end, packet));
            }
        }
    }
}
