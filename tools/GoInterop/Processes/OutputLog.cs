namespace KcpTun.GoInterop.Processes;

/// <summary>The last lines a process printed, and a way to wait for one.</summary>
public sealed class OutputLog
{
    private const int MaxLines = 400;

    private readonly object _gate = new();
    private readonly Queue<string> _lines = new();
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource<string?> Found)> _waiters = [];
    private bool _closed;

    /// <summary>Appends a line; null marks the end of the output.</summary>
    public void Append(string? line)
    {
        lock (_gate)
        {
            if (line is null)
            {
                _closed = true;
                _waiters.ForEach(waiter => waiter.Found.TrySetResult(null));
                return;
            }

            _lines.Enqueue(line);
            if (_lines.Count > MaxLines)
                _lines.Dequeue();
            foreach ((Func<string, bool> wanted, TaskCompletionSource<string?> found) in _waiters)
            {
                if (wanted(line))
                    found.TrySetResult(line);
            }
        }
    }

    /// <summary>Waits for a line, printed already or not yet.</summary>
    /// <returns>False when the output ended without it.</returns>
    public async Task<bool> WaitForAsync(Func<string, bool> wanted, CancellationToken cancellationToken)
    {
        Task<string?> next;
        lock (_gate)
        {
            if (_lines.Any(wanted))
                return true;
            next = NextAsync(wanted, cancellationToken);
        }

        return await next is not null;
    }

    /// <summary>Waits for a line that has not been printed yet.</summary>
    /// <returns>Null when the output ended without it.</returns>
    public Task<string?> NextAsync(Func<string, bool> wanted, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_closed)
                return Task.FromResult<string?>(null);
            var found = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((wanted, found));
            return found.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The last <paramref name="count"/> lines.</summary>
    public string Tail(int count)
    {
        lock (_gate)
            return string.Join('\n', _lines.TakeLast(count).Select(line => "    " + line));
    }
}
