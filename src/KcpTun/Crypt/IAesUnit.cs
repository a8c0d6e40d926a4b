using System.Runtime.Intrinsics;

namespace KcpTun.Crypt;

/// <summary>One round of AES as a processor instruction. Empty structs implement it: calls compile away.</summary>
internal interface IAesUnit
{
    static abstract bool IsSupported { get; }

    /// <summary>SubBytes, ShiftRows, MixColumns, AddRoundKey.</summary>
    static abstract Vector128<byte> Round(Vector128<byte> state, Vector128<byte> roundKey);

    /// <summary>SubBytes, ShiftRows, AddRoundKey.</summary>
    static abstract Vector128<byte> LastRound(Vector128<byte> state, Vector128<byte> roundKey);
}
