using System.Buffers;

namespace KcpTun.Primitives;

/// <summary>
/// An array pool that can be emptied at once. The shared one gives memory back only after minutes of collections, and a
/// tunnel that has been busy once should not look busy for ever.
/// </summary>
public sealed class TrimmedArrayPool : ArrayPool<byte>
{
    private const int LongestArray = 1 << 24;
    private const int ArraysOfASize = 256;

    private volatile ArrayPool<byte> _arrays = Create(LongestArray, ArraysOfASize);

    /// <inheritdoc/>
    public override byte[] Rent(int minimumLength) => _arrays.Rent(minimumLength);

    /// <inheritdoc/>
    public override void Return(byte[] array, bool clearArray = false) => _arrays.Return(array, clearArray);

    /// <summary>Forgets what is not rented. What is rented may still be returned.</summary>
    public void Trim() => _arrays = Create(LongestArray, ArraysOfASize);
}
