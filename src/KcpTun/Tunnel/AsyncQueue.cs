namespace KcpTun.Tunnel;

/// <summary>
/// A bounded queue from the driver to one asynchronous consumer. Written with a plain gate and a
/// <see cref="TaskCompletionSource"/> so that Coyote can explore it.
/// </summary>
public sealed class AsyncQueue<T>(int limit)
{
    private readonly object _gate = new();
    private readonly Queue<T> _items = new();
    private TaskCompletionSource<bool>? _waiter;
    private bool _isCompleted;

    public bool IsFull
    {
        get
        {
            lock (_gate)
                return _items.Count >= limit;
        }
    }

    /// <summary>Adds an item; false when the queue is full or completed.</summary>
    public bool TryEnqueue(T item)
    {
        TaskCompletionSource<bool>? waiter;
        lock (_gate)
        {
            if (_isCompleted || _items.Count >= limit)
                return false;
            _items.Enqueue(item);
            waiter = TakeWaiterLocked();
        }

        waiter?.SetResult(true);
        return true;
    }

    /// <summary>No more items: the consumer gets what is queued and then false.</summary>
    public void Complete()
    {
        TaskCompletionSource<bool>? waiter;
        lock (_gate)
        {
            _isCompleted = true;
            waiter = TakeWaiterLocked();
        }

        waiter?.SetResult(true);
    }

    /// <summary>Waits for the next item; <c>Ok</c> is false once the queue is completed and empty.</summary>
    public async ValueTask<(bool Ok, T Item)> DequeueAsync()
    {
        while (true)
        {
            Task<bool> signal;
            lock (_gate)
            {
                if (_items.TryDequeue(out T? item))
                    return (true, item);
                if (_isCompleted)
                    return (false, default!);
                _waiter = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                signal = _waiter.Task;
            }

            await signal;
        }
    }

    private TaskCompletionSource<bool>? TakeWaiterLocked()
    {
        TaskCompletionSource<bool>? waiter = _waiter;
        _waiter = null;
        return waiter;
    }
}
