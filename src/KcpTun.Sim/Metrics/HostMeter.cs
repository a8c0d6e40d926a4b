using KcpTun.IO;
using KcpTun.Primitives;
using KcpTun.Sim.Engine;
using KcpTun.Tunnel;

namespace KcpTun.Sim.Metrics;

/// <summary>
/// Looks into one end of the tunnel after every step of its drivers, and adds up how long it was stalled, by what, and
/// what caused its retransmissions. Between two steps nothing changes, so the sums are exact.
/// </summary>
internal sealed class HostMeter(SimLoop loop, TunnelContext context, WireAccounts accounts)
{
    private readonly Dictionary<IDatagramChannel, DriverMeter> _drivers = [];

    public long HeadOfLine { get; private set; }

    public long Window { get; private set; }

    public long TimeoutBytes { get; private set; }

    public long FastBytes { get; private set; }

    public long EarlyBytes { get; private set; }

    public long PeakMemory { get; private set; }

    /// <summary>Called for every session after every step: the place of invariants.</summary>
    public Action<LinkSession>? OnSession { get; set; }

    public void AfterStep(IDatagramChannel channel)
    {
        PeakMemory = Math.Max(PeakMemory, context.Budget.UsedBytes);
        if (!_drivers.TryGetValue(channel, out DriverMeter? meter))
        {
            if (context.FindDriver(channel) is not { } driver)
                return;
            meter = new DriverMeter(driver);
            _drivers.Add(channel, meter);
        }

        meter.AfterStep(this);
    }

    private sealed class DriverMeter(LinkDriver driver)
    {
        private long _last;
        private int _headOfLine;
        private int _window;
        private long _timeouts;
        private long _fast;
        private long _early;

        public void AfterStep(HostMeter sums)
        {
            long elapsed = sums.Now - _last;
            _last = sums.Now;
            sums.HeadOfLine += elapsed * _headOfLine;
            sums.Window += elapsed * _window;
            _headOfLine = 0;
            _window = 0;
            foreach (LinkSession session in driver.Sessions)
            {
                Kcp.KcpSession kcp = session.Core.Kcp;
                _headOfLine += kcp.ReceiveBufferCount > 0 ? 1 : 0;
                _window += !kcp.CanSend && session.Core.Smux.HasOutput ? 1 : 0;
                sums.OnSession?.Invoke(session);
            }

            Attribute(sums);
        }

        /// <summary>What this step retransmitted, by cause; by their numbers if a step had several.</summary>
        private void Attribute(HostMeter sums)
        {
            long bytes = sums.TakeRetransmitted();
            SnmpCounters counters = driver.Counters;
            long timeouts = counters.LostSegs - _timeouts;
            long fast = counters.FastRetransSegs - _fast;
            long early = counters.EarlyRetransSegs - _early;
            (_timeouts, _fast, _early) = (counters.LostSegs, counters.FastRetransSegs, counters.EarlyRetransSegs);
            long all = timeouts + fast + early;
            if (all == 0)
                return;
            long byTimeout = bytes * timeouts / all;
            long byFast = bytes * fast / all;
            sums.TimeoutBytes += byTimeout;
            sums.FastBytes += byFast;
            sums.EarlyBytes += bytes - byTimeout - byFast;
        }
    }

    private long Now => loop.Now;

    private long TakeRetransmitted() => accounts.TakeRetransmitted();
}
