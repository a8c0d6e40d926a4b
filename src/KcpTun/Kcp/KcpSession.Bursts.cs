using KcpTun.Primitives;

namespace KcpTun.Kcp;

/// <content>Bounds on what enters the window at once, where receivers have finite buffers.</content>
public sealed partial class KcpSession
{
    private readonly BurstLimit? _bursts;
    private bool _isHeldBack;
    private uint _resumeAt;

    private int Admit(uint window, uint now)
    {
        if (_bursts is null)
            return _send.Admit(window);
        uint bound = (uint)(_send.InFlight + _bursts.Allowance(now));
        int admitted = _send.Admit(Math.Min(window, bound));
        _isHeldBack = bound < window && _send.Queued > 0;
        _resumeAt = now + 1;
        return admitted;
    }

    private void ResumeBurst(uint now, IKcpOutput output)
    {
        if (_isHeldBack && SequenceNumber.Difference(now, _resumeAt) >= 0)
            FlushAll(now, output, needsNext: false);
    }
}
