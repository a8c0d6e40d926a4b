namespace KcpTun.Fec;

/// <summary>
/// The field GF(2^8) of the Reed–Solomon code: polynomials over GF(2) modulo x^8 + x^4 + x^3 + x^2 + 1, in which 2
/// generates every non-zero element (PROTOCOL b.3). Addition is XOR.
/// </summary>
internal static class GaloisField
{
    /// <summary>Elements of the field.</summary>
    public const int Size = 256;

    /// <summary>Bytes that <see cref="NibbleProducts"/> holds for one coefficient.</summary>
    public const int NibbleTableLength = 32;

    private const int Polynomial = 0x11D;

    /// <summary>Non-zero elements: the length of the cycle of powers of the generator.</summary>
    private const int Order = Size - 1;

    // Two cycles, so that the sum of two logarithms needs no reduction.
    private static readonly byte[] s_powers = CreatePowers();
    private static readonly byte[] s_logarithms = CreateLogarithms();
    private static readonly byte[] s_nibbleProducts = CreateNibbleProducts();

    public static byte Multiply(byte a, byte b) =>
        a == 0 || b == 0 ? (byte)0 : s_powers[s_logarithms[a] + s_logarithms[b]];

    /// <param name="a">Must not be 0, which has no inverse.</param>
    public static byte Invert(byte a) => s_powers[Order - s_logarithms[a]];

    /// <summary>Exponent of the generator that gives <paramref name="a"/>, which must not be 0.</summary>
    public static int Logarithm(byte a) => s_logarithms[a];

    /// <summary>The generator to the power <paramref name="exponent"/>, which may be negative.</summary>
    public static byte Power(int exponent)
    {
        int remainder = exponent % Order;
        return s_powers[remainder < 0 ? remainder + Order : remainder];
    }

    /// <summary>
    /// Products of <paramref name="coefficient"/> with 0..15 and then with 0x00, 0x10, … 0xF0: as multiplication
    /// distributes over XOR, two of them make up the product with any byte.
    /// </summary>
    public static ReadOnlySpan<byte> NibbleProducts(byte coefficient) =>
        s_nibbleProducts.AsSpan(coefficient * NibbleTableLength, NibbleTableLength);

    private static byte[] CreatePowers()
    {
        byte[] powers = new byte[2 * Order];
        int power = 1;
        for (int i = 0; i < powers.Length; i++)
        {
            powers[i] = (byte)power;
            power <<= 1;
            if (power >= Size)
                power ^= Polynomial;
        }

        return powers;
    }

    private static byte[] CreateLogarithms()
    {
        byte[] logarithms = new byte[Size];
        for (int i = 0; i < Order; i++)
            logarithms[s_powers[i]] = (byte)i;
        return logarithms;
    }

    private static byte[] CreateNibbleProducts()
    {
        byte[] products = new byte[Size * NibbleTableLength];
        for (int coefficient = 0; coefficient < Size; coefficient++)
        {
            Span<byte> table = products.AsSpan(coefficient * NibbleTableLength, NibbleTableLength);
            for (int nibble = 0; nibble < 16; nibble++)
            {
                table[nibble] = Multiply((byte)coefficient, (byte)nibble);
                table[16 + nibble] = Multiply((byte)coefficient, (byte)(nibble << 4));
            }
        }

        return products;
    }
}
