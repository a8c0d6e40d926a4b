using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace KcpTun.Crypt;

/// <summary>
/// The ARMv8 cryptography extension. Its instruction adds the round key first; with a zero key there and the real one
/// added at the end, rounds have the same shape as on x86.
/// </summary>
internal readonly struct ArmAesUnit : IAesUnit
{
    public static bool IsSupported => Aes.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Round(Vector128<byte> state, Vector128<byte> roundKey) =>
        Aes.MixColumns(Aes.Encrypt(state, Vector128<byte>.Zero)) ^ roundKey;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LastRound(Vector128<byte> state, Vector128<byte> roundKey) =>
        Aes.Encrypt(state, Vector128<byte>.Zero) ^ roundKey;
}
