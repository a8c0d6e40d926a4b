using System.Security.Cryptography;
using KcpTun.Primitives;

namespace KcpTun.IO;

/// <summary>
/// The operating system's generator. A call to it costs as much for 16 bytes as for hundreds, so small requests are
/// cut from a block fetched in advance; what has been handed out is wiped from the block. Not thread-safe.
/// </summary>
public sealed class SystemEntropy : IEntropy
{
    private const int BlockSize = 4096;

    private readonly byte[] _block = new byte[BlockSize];
    private int _used = BlockSize;

    public void Fill(Span<byte> destination)
    {
        if (destination.Length > BlockSize / 4)
        {
            RandomNumberGenerator.Fill(destination);
            return;
        }

        if (destination.Length > BlockSize - _used)
        {
            RandomNumberGenerator.Fill(_block);
            _used = 0;
        }

        Span<byte> piece = _block.AsSpan(_used, destination.Length);
        piece.CopyTo(destination);
        piece.Clear();
        _used += destination.Length;
    }
}
