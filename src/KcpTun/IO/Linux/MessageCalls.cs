using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace KcpTun.IO.Linux;

/// <summary>
/// The two calls that carry datagrams. An interface because loopback never refuses anything: what happens on a full
/// buffer or a missing offload is tested by failing a call.
/// </summary>
internal unsafe interface IMessageCalls
{
    /// <returns>Messages received; -1 with <paramref name="error"/> set when none.</returns>
    int Receive(MMsgHdr* messages, int count, out int error);

    /// <returns>Messages sent; -1 with <paramref name="error"/> set when the first one failed.</returns>
    int Send(MMsgHdr* messages, int count, out int error);
}

/// <summary>The kernel's recvmmsg and sendmmsg on one socket, without blocking.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class MessageCalls(int socket) : IMessageCalls
{
    public int Receive(MMsgHdr* messages, int count, out int error)
    {
        int received = LibC.ReceiveMessages(socket, messages, (uint)count, LibC.MessageDontWait, null);
        error = received < 0 ? Marshal.GetLastPInvokeError() : ErrorNumber.None;
        return received;
    }

    public int Send(MMsgHdr* messages, int count, out int error)
    {
        const int Flags = LibC.MessageDontWait | LibC.MessageNoSignal;
        int sent = LibC.SendMessages(socket, messages, (uint)count, Flags);
        error = sent < 0 ? Marshal.GetLastPInvokeError() : ErrorNumber.None;
        return sent;
    }
}
