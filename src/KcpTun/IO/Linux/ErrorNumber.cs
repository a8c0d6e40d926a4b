using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace KcpTun.IO.Linux;

/// <summary>The values of <c>errno</c> that are told apart, as numbered on x64 and arm64.</summary>
internal static class ErrorNumber
{
    public const int None = 0;
    public const int Interrupted = 4;
    public const int Io = 5;
    public const int BadDescriptor = 9;
    public const int WouldBlock = 11;
    public const int OutOfMemory = 12;
    public const int BadAddress = 14;
    public const int InvalidArgument = 22;
    public const int NotSocket = 88;
    public const int MessageTooLong = 90;
    public const int NoSuchOption = 92;
    public const int NotSupported = 95;
    public const int NoBuffers = 105;

    /// <summary>The call itself is wrong; trying again cannot help.</summary>
    public static bool IsFatal(int error) => error is BadDescriptor or NotSocket or BadAddress;

    /// <summary>The number itself goes into the text: the base library counts errors in another way.</summary>
    public static SocketException ToException(int error) =>
        new((int)SocketError.Fault, $"errno {error}: {Marshal.GetPInvokeErrorMessage(error)}");
}
