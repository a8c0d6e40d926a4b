using KcpTun.IO;
using KcpTun.Primitives;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Support;

/// <summary>
/// A handful of UDP sockets on a virtual clock: datagrams take <see cref="DelayMs"/> and are dropped when
/// <see cref="Drops"/> says so. Enough to run drivers step by step in a test, without threads.
/// </summary>
internal sealed class VirtualWorld : IClock
{
    private readonly Dictionary<PeerAddress, VirtualChannel> _channels = [];
    private readonly PriorityQueue<Action, (long, long)> _events = new();
    private readonly List<(LinkDriver Driver, VirtualChannel Channel)> _drivers = [];
    private readonly ContinuationQueue _continuations = new();
    private long _order;

    public Instant Now { get; private set; } = Instant.FromMilliseconds(1000);

    public TimeProvider TimeProvider => TimeProvider.System;

    public int DelayMs { get; set; } = 10;

    /// <summary>Says of the n-th datagram on the wire whether it is lost.</summary>
    public Func<long, bool> Drops { get; set; } = _ => false;

    public long DatagramsSent { get; private set; }

    /// <summary>Bytes that all drivers have allocated, the world's own copies of datagrams not counted.</summary>
    public long AllocatedByDrivers { get; set; }

    /// <summary>Turns of all drivers so far.</summary>
    public long Turns { get; private set; }

    public VirtualChannel Open(string address)
    {
        var channel = new VirtualChannel(this, PeerAddress.From(System.Net.IPEndPoint.Parse(address)));
        _channels.Add(channel.Local, channel);
        return channel;
    }

    public void Add(LinkDriver driver, VirtualChannel channel) => _drivers.Add((driver, channel));

    public void Send(byte[] datagram, PeerAddress from, PeerAddress to)
    {
        if (Drops(DatagramsSent++) || !_channels.TryGetValue(to, out VirtualChannel? target))
            return;
        _events.Enqueue(
            () => target.Deliver(datagram, from),
            (Now.AddMilliseconds(DelayMs).Microseconds, _order++));
    }

    /// <summary>
    /// Starts something asynchronous whose continuations then run inside the world, on the caller's thread.
    /// </summary>
    public T Start<T>(Func<T> action)
    {
        SynchronizationContext? outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_continuations);
        try
        {
            return action();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    /// <summary>Runs until <paramref name="isDone"/> or until <paramref name="seconds"/> have passed.</summary>
    public bool Run(Func<bool> isDone, int seconds = 60) => Start(() => RunInside(isDone, seconds));

    private bool RunInside(Func<bool> isDone, int seconds)
    {
        Instant limit = Now.AddSeconds(seconds);
        while (Now < limit)
        {
            Instant next = limit;
            foreach ((LinkDriver driver, VirtualChannel channel) in _drivers)
            {
                Turns++;
                long before = GC.GetAllocatedBytesForCurrentThread();
                Instant? deadline = driver.Step(Now);
                AllocatedByDrivers += GC.GetAllocatedBytesForCurrentThread() - before;
                bool isAgain = channel.TakeWake();
                next = Instant.Min(next, isAgain ? Now : deadline ?? Instant.Never);
            }

            if (_continuations.RunAll())
                next = Now;
            if (isDone())
                return true;
            if (_events.TryPeek(out _, out (long At, long) head))
                next = Instant.Min(next, new Instant(head.At));
            // Deadlines in the past mean "now": the clock still has to move for the world to go on.
            Now = next > Now ? next : Now.AddMicroseconds(1);
            while (_events.TryPeek(out _, out (long At, long) due) && due.At <= Now.Microseconds)
                _events.Dequeue()();
        }

        return isDone();
    }
}

/// <summary>Runs continuations when asked to, on the thread that asks.</summary>
internal sealed class ContinuationQueue : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = new();

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_posted)
            _posted.Enqueue((d, state));
    }

    public bool RunAll()
    {
        bool hasRun = false;
        while (true)
        {
            (SendOrPostCallback Callback, object? State) next;
            lock (_posted)
            {
                if (!_posted.TryDequeue(out next))
                    return hasRun;
            }

            next.Callback(next.State);
            hasRun = true;
        }
    }
}

/// <summary>One socket of a <see cref="VirtualWorld"/>.</summary>
internal sealed class VirtualChannel(VirtualWorld world, PeerAddress local) : IDatagramChannel
{
    private readonly Queue<(byte[] Datagram, PeerAddress From)> _arrived = new();
    private int _wakes;

    public PeerAddress Local => local;

    /// <summary>Datagrams the socket takes before it says it is full; unlimited by default.</summary>
    public int SendRoom { get; set; } = int.MaxValue;

    public void Deliver(byte[] datagram, PeerAddress from) => _arrived.Enqueue((datagram, from));

    public bool TakeWake() => Interlocked.Exchange(ref _wakes, 0) > 0;

    public DatagramBatch CreateReceiveBatch() => new(64);

    public int ReceiveBatch(DatagramBatch batch)
    {
        batch.Clear();
        while (!batch.IsFull && _arrived.TryDequeue(out (byte[] Datagram, PeerAddress From) entry))
        {
            entry.Datagram.CopyTo(batch.Reserve());
            batch.Commit(entry.Datagram.Length, entry.From);
        }

        return batch.Count;
    }

    public int SendBatch(DatagramBatch batch, int start)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        int sent = 0;
        for (; start + sent < batch.Count && SendRoom > 0; sent++, SendRoom--)
            world.Send(batch[start + sent].ToArray(), local, batch.Peers[start + sent]);
        world.AllocatedByDrivers -= GC.GetAllocatedBytesForCurrentThread() - before;
        return sent;
    }

    public void Wait(IClock clock, Instant deadline) => throw new NotSupportedException("The world steps the drivers.");

    public void Wake() => Interlocked.Increment(ref _wakes);

    public void Dispose()
    {
    }
}

/// <summary>Chance from a seed: xorshift64*.</summary>
internal sealed class SeededEntropy(ulong seed) : IEntropy
{
    private ulong _state = seed == 0 ? 1 : seed;

    public void Fill(Span<byte> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            _state ^= _state >> 12;
            _state ^= _state << 25;
            _state ^= _state >> 27;
            destination[i] = (byte)((_state * 0x2545F4914F6CDD1D) >> 56);
        }
    }
}
