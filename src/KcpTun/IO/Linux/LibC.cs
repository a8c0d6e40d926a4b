using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace KcpTun.IO.Linux;

/// <summary><c>struct iovec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVec
{
    public byte* Base;
    public nuint Length;
}

/// <summary>
/// <c>struct msghdr</c> of 64-bit little-endian systems. Where glibc has a size_t, musl has a 32-bit field and a pad:
/// the same bytes, provided that unused ones stay zero.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal unsafe struct MsgHdr
{
    [FieldOffset(0)]
    public byte* Name;

    [FieldOffset(8)]
    public uint NameLength;

    [FieldOffset(16)]
    public IoVec* Vectors;

    [FieldOffset(24)]
    public nuint VectorCount;

    [FieldOffset(32)]
    public byte* Control;

    [FieldOffset(40)]
    public nuint ControlLength;

    [FieldOffset(48)]
    public int Flags;
}

/// <summary><c>struct mmsghdr</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct MMsgHdr
{
    [FieldOffset(0)]
    public MsgHdr Header;

    /// <summary>Bytes received or sent.</summary>
    [FieldOffset(56)]
    public uint Length;
}

/// <summary><c>struct cmsghdr</c>; the data follows it, padded to eight bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct CMsgHdr
{
    [FieldOffset(0)]
    public nuint Length;

    [FieldOffset(8)]
    public int Level;

    [FieldOffset(12)]
    public int Type;
}

/// <summary><c>struct pollfd</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollFd
{
    public int Descriptor;
    public short Events;
    public short Returned;
}

/// <summary><c>struct timespec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeSpec
{
    public long Seconds;
    public long Nanoseconds;
}

/// <summary>The calls the base library does not offer, with blittable arguments only.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class LibC
{
    public const int AddressFamilyIPv4 = 2;
    public const int AddressFamilyIPv6 = 10;
    public const int MessageDontWait = 0x40;
    public const int MessageNoSignal = 0x4000;
    public const short PollIn = 0x1;
    public const short PollOut = 0x4;
    public const int AdviceDoNotNeed = 4;
    public const int EventNonBlocking = 0x800;
    public const int EventCloseOnExec = 0x80000;

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMessages(
        int socket, MMsgHdr* messages, uint count, int flags, TimeSpec* timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int SendMessages(int socket, MMsgHdr* messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    public static partial int Poll(PollFd* descriptors, nuint count, TimeSpec* timeout, void* signalMask);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    public static partial int Advise(void* address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int CreateEvent(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);
}
