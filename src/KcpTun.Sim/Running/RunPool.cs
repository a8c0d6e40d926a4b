namespace KcpTun.Sim.Running;

/// <summary>A run that ended with an exception instead of a result.</summary>
/// <param name="index">Which of the plans, or of the cases.</param>
/// <param name="cause">What it threw.</param>
public sealed class RunFailedException(int index, Exception cause)
    : Exception($"{cause.GetType().Name}: {cause.Message}", cause)
{
    /// <summary>Which of the plans, or of the cases.</summary>
    public int Index => index;

    /// <summary>Repeats the run, or says which it is; null if that is not known.</summary>
    public string? Command { get; set; }
}

/// <summary>
/// Executes plans on threads of its own, each run from beginning to end on one of them. What a run finds does not
/// depend on which, nor on how many there are.
/// </summary>
/// <typeparam name="TPlan">What says all about a run.</typeparam>
/// <typeparam name="TResult">What a run finds.</typeparam>
public sealed class RunPool<TPlan, TResult>
{
    private readonly object _gate = new();
    private readonly Func<TPlan, TResult> _execute;
    private readonly int _threads;
    private int _next;
    private int _running;
    private (int Index, Exception Failure)? _failed;

    /// <param name="execute">Executes one plan; called by several threads at once.</param>
    /// <param name="threads">How many.</param>
    public RunPool(Func<TPlan, TResult> execute, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _execute = execute;
        _threads = threads;
    }

    /// <summary>Executes all plans; the first to fail, in their order, ends the rest and is thrown.</summary>
    /// <param name="plans">What to run.</param>
    /// <param name="finished">
    /// Told of each run, with its index, as soon as it has ended. One call at a time, on the thread of the run.
    /// </param>
    /// <param name="waiting">Called again and again, by the caller's thread, until all is done.</param>
    /// <param name="cancellation">Ends the wait; runs under way are left to themselves.</param>
    /// <exception cref="RunFailedException">A run threw, which is a defect.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before all had ended.</exception>
    public void Execute(
        IReadOnlyList<TPlan> plans,
        Action<int, TResult> finished,
        Action? waiting,
        CancellationToken cancellation)
    {
        const int Patience = 100;
        _next = 0;
        _running = Math.Min(_threads, plans.Count);
        _failed = null;
        for (int i = _running; i > 0; i--)
        {
            Thread thread = new(() => Work(plans, finished, cancellation))
            {
                IsBackground = true,
                Name = $"run {i}",
            };
            thread.Start();
        }

        using CancellationTokenRegistration registration = cancellation.Register(Wake);
        lock (_gate)
        {
            while (_running > 0 && !cancellation.IsCancellationRequested)
            {
                Monitor.Wait(_gate, Patience);
                waiting?.Invoke();
            }

            if (_running == 0 && _failed is { } failed)
                throw new RunFailedException(failed.Index, failed.Failure);
        }

        cancellation.ThrowIfCancellationRequested();
    }

    private void Work(IReadOnlyList<TPlan> plans, Action<int, TResult> finished, CancellationToken cancellation)
    {
        while (Take(plans.Count, cancellation) is { } index)
        {
            try
            {
                TResult result = _execute(plans[index]);
                lock (_gate)
                {
                    if (!cancellation.IsCancellationRequested && _failed is null)
                        finished(index, result);
                }
            }
            catch (Exception failure)
            {
                Fail(index, failure);
            }
        }

        lock (_gate)
        {
            _running--;
            Monitor.PulseAll(_gate);
        }
    }

    private int? Take(int count, CancellationToken cancellation)
    {
        lock (_gate)
        {
            bool isOver = _next == count || _failed is not null || cancellation.IsCancellationRequested;
            return isOver ? null : _next++;
        }
    }

    private void Fail(int index, Exception failure)
    {
        lock (_gate)
        {
            if (_failed is not { } earlier || index < earlier.Index)
                _failed = (index, failure);
        }
    }

    private void Wake()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }
}
