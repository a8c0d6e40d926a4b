namespace KcpTun.Conformance.Fec.Reference;

/// <summary>GF(2^8) with polynomial 0x11D, and the code over it (PROTOCOL b.3), by the definitions.</summary>
internal static class ReferenceField
{
    public static byte Multiply(byte a, byte b)
    {
        int product = 0;
        for (int bit = 0; bit < 8; bit++)
        {
            if (((b >> bit) & 1) != 0)
                product ^= a << bit;
        }

        for (int bit = 14; bit >= 8; bit--)
        {
            if (((product >> bit) & 1) != 0)
                product ^= 0x11D << (bit - 8);
        }

        return (byte)product;
    }

    /// <summary>The Vandermonde matrix times the inverse of its own top.</summary>
    public static byte[][] CodingMatrix(int dataShards, int parityShards)
    {
        byte[][] powers =
        [
            .. Enumerable.Range(0, dataShards + parityShards).Select(row =>
                Enumerable.Range(0, dataShards).Select(column => Power((byte)row, column)).ToArray()),
        ];
        byte[][] top = Invert(powers[..dataShards]);
        return
        [
            .. powers.Select(row => Enumerable.Range(0, dataShards).Select(column => Dot(row, top, column)).ToArray()),
        ];
    }

    /// <summary>Gauss and Jordan, with the identity beside the matrix.</summary>
    public static byte[][] Invert(byte[][] matrix)
    {
        int n = matrix.Length;
        byte[][] work = [.. matrix.Select((row, i) => (byte[])[.. row, .. Unit(n, i)])];
        for (int column = 0; column < n; column++)
        {
            int pivot = Enumerable.Range(column, n - column).First(row => work[row][column] != 0);
            (work[column], work[pivot]) = (work[pivot], work[column]);
            byte scale = Inverse(work[column][column]);
            work[column] = [.. work[column].Select(value => Multiply(scale, value))];
            for (int row = 0; row < n; row++)
            {
                byte factor = row == column ? (byte)0 : work[row][column];
                work[row] = [.. work[row].Select((value, i) => (byte)(value ^ Multiply(factor, work[column][i])))];
            }
        }

        return [.. work.Select(row => row[n..])];
    }

    private static byte[] Unit(int length, int one)
    {
        byte[] unit = new byte[length];
        unit[one] = 1;
        return unit;
    }

    private static byte Dot(byte[] row, byte[][] matrix, int column)
    {
        byte sum = 0;
        for (int i = 0; i < row.Length; i++)
            sum ^= Multiply(row[i], matrix[i][column]);
        return sum;
    }

    private static byte Power(byte value, int exponent)
    {
        byte power = 1;
        for (; exponent > 0; exponent--)
            power = Multiply(power, value);
        return power;
    }

    private static byte Inverse(byte value) =>
        (byte)Enumerable.Range(1, 255).First(candidate => Multiply(value, (byte)candidate) == 1);
}
