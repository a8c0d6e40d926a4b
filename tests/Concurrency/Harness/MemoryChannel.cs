using KcpTun.IO;
using KcpTun.Primitives;

namespace KcpTun.Concurrency.Harness;

/// <summary>One end of a lossless path in memory.</summary>
internal sealed class MemoryChannel(PeerAddress local, Bed bed) : IDatagramChannel
{
    private readonly Queue<(byte[] Bytes, PeerAddress From)> _arrived = new();
    private bool _isClosed;

    public PeerAddress Local => local;

    /// <summary>Where everything sent goes.</summary>
    public MemoryChannel? Peer { get; set; }

    public DatagramBatch CreateReceiveBatch() => new(4);

    public int ReceiveBatch(DatagramBatch batch)
    {
        batch.Clear();
        lock (bed.Gate)
        {
            while (!batch.IsFull && _arrived.TryDequeue(out (byte[] Bytes, PeerAddress From) datagram))
            {
                bed.Arrivals--;
                datagram.Bytes.CopyTo(batch.Reserve());
                batch.Commit(datagram.Bytes.Length, datagram.From);
            }
        }

        return batch.Count;
    }

    public int SendBatch(DatagramBatch batch, int start)
    {
        for (int i = start; i < batch.Count; i++)
            Peer?.Deliver(batch[i].ToArray(), local);
        return batch.Count - start;
    }

    public void Wait(IClock clock, Instant deadline) =>
        throw new NotSupportedException("The driver's thread sleeps in its bed.");

    public void Wake() => bed.Wake();

    public void Dispose()
    {
        lock (bed.Gate)
        {
            _isClosed = true;
            bed.Arrivals -= _arrived.Count;
            _arrived.Clear();
        }
    }

    private void Deliver(byte[] bytes, PeerAddress from)
    {
        lock (bed.Gate)
        {
            if (_isClosed)
                return;
            _arrived.Enqueue((bytes, from));
            bed.Arrivals++;
            bed.RouseLocked();
        }
    }
}

/// <summary>
/// Where the thread of one or more drivers sleeps. It goes to sleep and is woken by the product's own
/// <c>WakeSignal</c>, as over the sockets; in the place of the socket that interrupts a select stands a flag under a
/// gate, which Coyote controls. Time stands still unless a scenario moves it: a wake-up that gets lost is then a
/// deadlock, which Coyote reports, and not a delay that some timer makes up for.
/// </summary>
internal sealed class Bed
{
    private WakeSignal _signal;
    private bool _isInterrupted;
    private TaskCompletionSource? _sleeper;

    public object Gate { get; } = new();

    /// <summary>Datagrams that have arrived and wait; under <see cref="Gate"/>.</summary>
    public int Arrivals { get; set; }

    public async Task SleepAsync(IClock clock, Instant deadline)
    {
        if (!_signal.TryBeginWait())
            return;
        Task sleep = Task.CompletedTask;
        lock (Gate)
        {
            if (Arrivals == 0 && !_isInterrupted && deadline > clock.Now)
            {
                _sleeper = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                sleep = _sleeper.Task;
            }
        }

        await sleep;
        lock (Gate)
            _isInterrupted = false;
        _signal.EndWait();
    }

    public void Wake()
    {
        if (!_signal.Raise())
            return;
        lock (Gate)
        {
            _isInterrupted = true;
            RouseLocked();
        }
    }

    /// <summary>Forgets a wake-up that came while nobody slept.</summary>
    public void Forget()
    {
        if (_signal.TryBeginWait())
            _signal.EndWait();
    }

    /// <summary>What a waker does under <see cref="Gate"/> once it has said why.</summary>
    public void RouseLocked()
    {
        _sleeper?.TrySetResult();
        _sleeper = null;
    }
}

/// <summary>A clock that a scenario moves by hand.</summary>
internal sealed class ManualClock : IClock
{
    private long _milliseconds = 1000;

    public Instant Now => Instant.FromMilliseconds(Interlocked.Read(ref _milliseconds));

    public TimeProvider TimeProvider => TimeProvider.System;

    public void AdvanceSeconds(int seconds) => Interlocked.Add(ref _milliseconds, seconds * 1000L);
}
