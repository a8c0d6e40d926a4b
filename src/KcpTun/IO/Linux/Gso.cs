using System.Net.Sockets;
using KcpTun.Primitives;

namespace KcpTun.IO.Linux;

/// <summary>
/// Generic segmentation offload (UDP_SEGMENT): datagrams of one size to one peer pass the kernel's stack as one
/// message and are cut apart at its end, which saves most of the cost of sending.
/// </summary>
internal sealed class Gso(bool isEnabled)
{
    /// <summary>SOL_UDP.</summary>
    public const int Level = 17;

    /// <summary>UDP_SEGMENT; its control data is the segment size, a 16-bit integer.</summary>
    public const int Option = 103;

    /// <summary>Most datagrams in a message: older kernels have no higher limit.</summary>
    public const int MaxSegments = 64;

    /// <summary>Most bytes in a message: below 65,535 by more than all headers.</summary>
    public const int MaxBytes = 65_000;

    /// <summary>Refusals in a row, without any acceptance between them, after which it is given up.</summary>
    public const int MaxRefusals = 16;

    private int _refusals;

    public bool IsEnabled { get; private set; } = isEnabled;

    /// <summary>Messages of several datagrams that the kernel took.</summary>
    public long Messages { get; private set; }

    /// <summary>Datagrams in those.</summary>
    public long Datagrams { get; private set; }

    /// <summary>Linux 4.18 and later know the option.</summary>
    public static bool IsSupported(Socket socket)
    {
        try
        {
            _ = socket.GetRawOption(Level, Option);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>
    /// How many datagrams from index <paramref name="start"/> on may form one message: same peer, same size, only the
    /// last one may be shorter.
    /// </summary>
    /// <param name="limit">Most datagrams wanted, at least 1.</param>
    public static int RunLength(DatagramBatch batch, int start, int limit)
    {
        ReadOnlySpan<Slice> slices = batch.Slices;
        ReadOnlySpan<PeerAddress> peers = batch.Peers;
        int size = slices[start].Length;
        int total = size;
        int stop = Math.Min(slices.Length, start + Math.Min(limit, MaxSegments));
        int end = start + 1;
        for (; end < stop; end++)
        {
            int length = slices[end].Length;
            total += length;
            if (length > size || length == 0 || total > MaxBytes || peers[end] != peers[start])
                break;
            if (length < size)
                return end + 1 - start;
        }

        return end - start;
    }

    /// <summary>The error of a message of several datagrams means that they may pass one by one.</summary>
    public static bool IsRefusal(int error) =>
        IsUnavailable(error) || error is ErrorNumber.InvalidArgument or ErrorNumber.MessageTooLong;

    public void CountAccepted(int datagrams)
    {
        _refusals = 0;
        Messages++;
        Datagrams += datagrams;
    }

    /// <summary>
    /// Gives the offload up when the device cannot do it. A refusal that may concern one peer only (its path takes
    /// no segment of this size) does so only when nothing else passes either.
    /// </summary>
    public void CountRefused(int error)
    {
        _refusals++;
        if (IsUnavailable(error) || _refusals >= MaxRefusals)
            IsEnabled = false;
    }

    /// <summary>EIO: the device computes no checksums.</summary>
    private static bool IsUnavailable(int error) =>
        error is ErrorNumber.Io or ErrorNumber.NotSupported or ErrorNumber.NoSuchOption;
}
