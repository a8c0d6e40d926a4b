namespace KcpTun.Tunnel;

/// <summary>
/// A message to the driver: a stream with notes, a request to open a stream, or to close the session.
/// </summary>
internal readonly record struct Mail(
    LinkSession Session, MuxStream? Stream, TaskCompletionSource<MuxStream>? Opened, bool IsClose);

/// <summary>Mail from any thread to the driver. Bounded by construction: a stream is in it at most once.</summary>
internal sealed class Mailbox
{
    private readonly object _gate = new();
    private List<Mail> _incoming = [];
    private List<Mail> _taken = [];
    private bool _isSealed;

    /// <summary>Adds mail; false once the driver has stopped.</summary>
    public bool Post(in Mail mail)
    {
        lock (_gate)
        {
            if (_isSealed)
                return false;
            _incoming.Add(mail);
            return true;
        }
    }

    /// <summary>Everything posted since the last call, valid until the next one (driver only).</summary>
    public List<Mail> TakeAll()
    {
        _taken.Clear();
        lock (_gate)
            (_incoming, _taken) = (_taken, _incoming);
        return _taken;
    }

    /// <summary>Refuses further mail and returns what is left.</summary>
    public List<Mail> Seal()
    {
        lock (_gate)
        {
            _isSealed = true;
            List<Mail> rest = _incoming;
            _incoming = [];
            return rest;
        }
    }
}
