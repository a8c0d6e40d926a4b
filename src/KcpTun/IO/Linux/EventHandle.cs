using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace KcpTun.IO.Linux;

/// <summary>
/// An eventfd. A safe handle, because a wake may come from any thread while the driver closes: a bare descriptor
/// could by then belong to somebody else.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class EventHandle : SafeHandleMinusOneIsInvalid
{
    public EventHandle()
        : base(ownsHandle: true)
    {
        SetHandle(LibC.CreateEvent(0, LibC.EventNonBlocking | LibC.EventCloseOnExec));
        if (IsInvalid)
            throw ErrorNumber.ToException(Marshal.GetLastPInvokeError());
    }

    /// <summary>For the thread that also closes the handle.</summary>
    public int Descriptor => (int)handle;

    /// <summary>Makes the descriptor readable. Any thread; nothing happens once it is closed.</summary>
    public void Signal()
    {
        bool isHeld = false;
        try
        {
            DangerousAddRef(ref isHeld);
            ulong one = 1;
            _ = LibC.Write(Descriptor, &one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // The driver has ended: nobody is left to wake.
        }
        finally
        {
            if (isHeld)
                DangerousRelease();
        }
    }

    /// <summary>Makes the descriptor unreadable.</summary>
    public void Clear()
    {
        ulong count;
        _ = LibC.Read(Descriptor, &count, sizeof(ulong));
    }

    protected override bool ReleaseHandle() => LibC.Close((int)handle) == 0;
}
