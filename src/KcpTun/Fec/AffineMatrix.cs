namespace KcpTun.Fec;

/// <summary>
/// Multiplication by a constant as an 8 × 8 matrix over GF(2), which one <c>gf2p8affineqb</c> applies to every byte of
/// a vector. (The instruction <c>gf2p8mulb</c> is of no use: it has another polynomial.)
/// </summary>
internal static class AffineMatrix
{
    private static readonly ulong[] s_matrices = CreateAll();

    /// <summary>The matrix of <paramref name="coefficient"/>: byte 7 - i is the row that makes bit i.</summary>
    public static ulong For(byte coefficient) => s_matrices[coefficient];

    private static ulong[] CreateAll()
    {
        ulong[] matrices = new ulong[GaloisField.Size];
        for (int coefficient = 0; coefficient < matrices.Length; coefficient++)
        {
            for (int column = 0; column < 8; column++)
            {
                byte product = GaloisField.Multiply((byte)coefficient, (byte)(1 << column));
                for (int row = 0; row < 8; row++)
                    matrices[coefficient] |= (ulong)((product >> row) & 1) << (((7 - row) * 8) + column);
            }
        }

        return matrices;
    }
}
