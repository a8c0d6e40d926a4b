using System.Runtime.Intrinsics;
using KcpTun.Crypt;

namespace KcpTun.Conformance.Crypt;

/// <summary>AES rounds by the book (FIPS 197), so that the code around them can be tested on any processor.</summary>
internal readonly struct SoftwareAesUnit : IAesUnit
{
    private static readonly byte[] s_box = BuildSBox();

    public static bool IsSupported => true;

    public static Vector128<byte> Round(Vector128<byte> state, Vector128<byte> roundKey)
    {
        Vector128<byte> shifted = LastRound(state, Vector128<byte>.Zero);
        byte[] output = new byte[16];
        for (int i = 0; i < 16; i++)
        {
            int column = i & ~3;
            byte Row(int offset) => shifted[column + ((i + offset) & 3)];
            output[i] = (byte)(Multiply(Row(0), 2) ^ Multiply(Row(1), 3) ^ Row(2) ^ Row(3));
        }

        return Vector128.Create(output) ^ roundKey;
    }

    public static Vector128<byte> LastRound(Vector128<byte> state, Vector128<byte> roundKey)
    {
        byte[] output = new byte[16];
        for (int i = 0; i < 16; i++)
            output[i] = s_box[state[((4 * (i & 3)) + i) & 15]];
        return Vector128.Create(output) ^ roundKey;
    }

    private static byte[] BuildSBox()
    {
        byte[] box = new byte[256];
        for (int value = 0; value < 256; value++)
        {
            int inverse = value == 0 ? 0 : Enumerable.Range(1, 255).First(x => Multiply(value, x) == 1);
            int result = 0x63;
            for (int turn = 0; turn < 5; turn++)
                result ^= ((inverse << turn) | (inverse >> (8 - turn))) & 0xFF;
            box[value] = (byte)result;
        }

        return box;
    }

    private static int Multiply(int a, int b)
    {
        int product = 0;
        for (; b > 0; b >>= 1)
        {
            if ((b & 1) != 0)
                product ^= a;
            a <<= 1;
            if (a > 0xFF)
                a ^= 0x11B;
        }

        return product;
    }
}
