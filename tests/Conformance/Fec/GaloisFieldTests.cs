using KcpTun.Fec;

namespace KcpTun.Conformance.Fec;

public sealed class GaloisFieldTests
{
    [Test]
    public void Multiplication_is_that_of_polynomials_modulo_11D()
    {
        for (int a = 0; a < 256; a++)
        {
            for (int b = 0; b < 256; b++)
                GaloisField.Multiply((byte)a, (byte)b).ShouldBe(PolynomialProduct(a, b), $"{a} * {b}");
        }
    }

    [Test]
    public void Every_element_but_zero_has_an_inverse()
    {
        for (int a = 1; a < 256; a++)
            GaloisField.Multiply((byte)a, GaloisField.Invert((byte)a)).ShouldBe((byte)1);
    }

    [Test]
    public void Power_undoes_logarithm_for_any_multiple_of_the_cycle()
    {
        for (int a = 1; a < 256; a++)
        {
            int logarithm = GaloisField.Logarithm((byte)a);
            foreach (int cycles in (int[])[-255 * 300, -255, 0, 255, 255 * 300])
                GaloisField.Power(logarithm + cycles).ShouldBe((byte)a);
        }
    }

    [Test]
    public void Affine_matrix_multiplies_like_the_field()
    {
        for (int coefficient = 0; coefficient < 256; coefficient++)
        {
            ulong matrix = AffineMatrix.For((byte)coefficient);
            for (int value = 0; value < 256; value++)
                ApplyAffine(matrix, (byte)value).ShouldBe(PolynomialProduct(coefficient, value));
        }
    }

    /// <summary>What gf2p8affineqb is documented to do to one byte.</summary>
    private static byte ApplyAffine(ulong matrix, byte value)
    {
        int result = 0;
        for (int bit = 0; bit < 8; bit++)
        {
            byte row = (byte)(matrix >> ((7 - bit) * 8));
            result |= (System.Numerics.BitOperations.PopCount((uint)(row & value)) & 1) << bit;
        }

        return (byte)result;
    }

    private static byte PolynomialProduct(int a, int b)
    {
        int product = 0;
        for (int bit = 0; bit < 8; bit++)
            product ^= ((b >> bit) & 1) * (a << bit);
        for (int degree = 14; degree >= 8; degree--)
            product ^= ((product >> degree) & 1) * (0x11D << (degree - 8));
        return (byte)product;
    }
}
