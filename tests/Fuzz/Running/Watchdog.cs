namespace KcpTun.Fuzz.Running;

/// <summary>Ends the process when one input takes too long, after saving it: nothing else could stop it.</summary>
internal sealed class Watchdog : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly Action<byte[]> _onHang;
    private readonly Timer _timer;
    private volatile byte[]? _input;
    private byte[]? _previous;

    public Watchdog(TimeSpan limit, Action<byte[]> onHang)
    {
        _limit = limit;
        _onHang = onHang;
        _timer = new Timer(_ => Look(), null, limit, limit);
    }

    public void Begin(byte[] input) => _input = input;

    public void Dispose() => _timer.Dispose();

    /// <summary>The input of one look ago is still the one that runs: it has taken at least the limit.</summary>
    private void Look()
    {
        byte[]? current = _input;
        if (current is not null && ReferenceEquals(current, _previous))
        {
            Console.Error.WriteLine($"an input takes more than {_limit.TotalSeconds} s");
            _onHang(current);
            Environment.Exit(1);
        }

        _previous = current;
    }
}
