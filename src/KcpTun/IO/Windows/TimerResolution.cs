using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace KcpTun.IO.Windows;

/// <summary>
/// While one exists, waits end to the millisecond instead of to the system's 15.6 ms tick, which is longer than
/// KCP's usual interval.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed partial class TimerResolution : IDisposable
{
    private const uint PeriodMilliseconds = 1;

    private bool _isDisposed;

    public TimerResolution() => _ = BeginPeriod(PeriodMilliseconds);

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _ = EndPeriod(PeriodMilliseconds);
    }

    [LibraryImport("winmm.dll", EntryPoint = "timeBeginPeriod")]
    private static partial uint BeginPeriod(uint milliseconds);

    [LibraryImport("winmm.dll", EntryPoint = "timeEndPeriod")]
    private static partial uint EndPeriod(uint milliseconds);
}
