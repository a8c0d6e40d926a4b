using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KcpTun.Crypt;

/// <summary>
/// Encrypts blocks with AES. One round takes some cycles, but a new one can start every half cycle: eight independent
/// blocks in flight cost little more than one.
/// </summary>
/// <param name="key">16, 24 or 32 bytes.</param>
internal readonly struct AesRounds<TUnit>(ReadOnlySpan<byte> key)
    where TUnit : struct, IAesUnit
{
    private readonly Vector128<byte>[] _keys = AesKeySchedule.Expand<TUnit>(key);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<byte> EncryptBlock(Vector128<byte> state)
    {
        ReadOnlySpan<Vector128<byte>> keys = _keys;
        state ^= keys[0];
        for (int round = 1; round < keys.Length - 1; round++)
            state = TUnit.Round(state, keys[round]);
        return TUnit.LastRound(state, keys[^1]);
    }

    /// <summary>Encrypts eight blocks in lock-step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EncryptBlocks(
        ref Vector128<byte> a, ref Vector128<byte> b, ref Vector128<byte> c, ref Vector128<byte> d,
        ref Vector128<byte> e, ref Vector128<byte> f, ref Vector128<byte> g, ref Vector128<byte> h)
    {
        ReadOnlySpan<Vector128<byte>> keys = _keys;
        Vector128<byte> key = keys[0];
        (a, b, c, d) = (a ^ key, b ^ key, c ^ key, d ^ key);
        (e, f, g, h) = (e ^ key, f ^ key, g ^ key, h ^ key);
        for (int round = 1; round < keys.Length - 1; round++)
        {
            key = keys[round];
            (a, b) = (TUnit.Round(a, key), TUnit.Round(b, key));
            (c, d) = (TUnit.Round(c, key), TUnit.Round(d, key));
            (e, f) = (TUnit.Round(e, key), TUnit.Round(f, key));
            (g, h) = (TUnit.Round(g, key), TUnit.Round(h, key));
        }

        key = keys[^1];
        (a, b) = (TUnit.LastRound(a, key), TUnit.LastRound(b, key));
        (c, d) = (TUnit.LastRound(c, key), TUnit.LastRound(d, key));
        (e, f) = (TUnit.LastRound(e, key), TUnit.LastRound(f, key));
        (g, h) = (TUnit.LastRound(g, key), TUnit.LastRound(h, key));
    }
}
