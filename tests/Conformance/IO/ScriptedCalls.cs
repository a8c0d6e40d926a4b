using System.Runtime.Versioning;
using KcpTun.IO.Linux;

namespace KcpTun.Conformance.IO;

/// <summary>The kernel's calls, of which some fail or fall short as a test prescribes.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class ScriptedCalls(IMessageCalls kernel) : IMessageCalls
{
    /// <summary>The error of a send, given the number of datagrams in each of its messages; 0 lets it pass.</summary>
    public Func<int[], int> SendError { get; set; } = _ => 0;

    /// <summary>Most messages that one call takes.</summary>
    public int MessagesPerCall { get; set; } = int.MaxValue;

    /// <summary>Errors of the next receives, in order.</summary>
    public Queue<int> ReceiveErrors { get; } = new();

    /// <summary>Datagrams in each message of each call that passed.</summary>
    public List<int[]> Sent { get; } = [];

    public int Receive(MMsgHdr* messages, int count, out int error)
    {
        if (!ReceiveErrors.TryDequeue(out error))
            return kernel.Receive(messages, count, out error);
        return -1;
    }

    public int Send(MMsgHdr* messages, int count, out int error)
    {
        count = Math.Min(count, MessagesPerCall);
        int[] runs = new int[count];
        for (int i = 0; i < count; i++)
            runs[i] = (int)messages[i].Header.VectorCount;
        error = SendError(runs);
        if (error != 0)
            return -1;
        Sent.Add(runs);
        return kernel.Send(messages, count, out error);
    }
}
