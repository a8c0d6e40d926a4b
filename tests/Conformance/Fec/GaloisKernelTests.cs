using System.Runtime.Intrinsics;
using CsCheck;
using KcpTun.Conformance.Support;
using KcpTun.Fec;

namespace KcpTun.Conformance.Fec;

/// <summary>Every kernel this processor has instructions for does exactly what the scalar one does.</summary>
public sealed class GaloisKernelTests
{
    private const int Guard = 64;

    private static readonly Gen<(byte[] Factors, byte[] Source, int Gap, int SourceShift, int TargetShift)> s_calls =
        Gen.Select(
            Gen.Byte.Array[1, 9],
            Gen.OneOf(Gen.Int[0, 130], Gen.Int[0, 1600]).SelectMany(length => Gen.Byte.Array[length]),
            Gen.Int[0, 40],
            Gen.Int[0, 63],
            Gen.Int[0, 63]);

    private static IEnumerable<TestCaseData> Supported => GaloisKernel.All
        .Where(kernel => kernel.IsSupported)
        .Select(kernel => new TestCaseData(kernel).SetArgDisplayNames(kernel.ToString()!));

    [Test]
    public void Kernels_of_this_processor_are_reported()
    {
        foreach (GaloisKernel kernel in GaloisKernel.All)
        {
            string state = kernel.IsSupported ? "tested" : "NOT TESTED, this processor has no such instructions";
            TestContext.Out.WriteLine($"{kernel}: {state}");
        }

        GaloisKernel.All.Select(kernel => kernel.ToString()).ShouldBeUnique();
        GaloisKernel.Best.ShouldBe(GaloisKernel.All.Last(kernel => kernel.IsSupported));
        int least = Vector128.IsHardwareAccelerated ? 2 : 1;
        GaloisKernel.All.Count(kernel => kernel.IsSupported).ShouldBeGreaterThanOrEqualTo(least, "a vector kernel");
    }

    [Test]
    public void Scalar_kernel_adds_the_products_of_the_field()
    {
        var kernel = new ScalarKernel();
        byte[] source = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        for (int coefficient = 0; coefficient < 256; coefficient++)
        {
            byte[] destination = [.. Enumerable.Range(0, 256).Select(i => (byte)(i * 7))];
            kernel.MultiplyAdd((byte)coefficient, source, destination);
            for (int i = 0; i < 256; i++)
                destination[i].ShouldBe((byte)((byte)(i * 7) ^ GaloisField.Multiply((byte)coefficient, (byte)i)));
        }
    }

    [TestCaseSource(nameof(Supported))]
    public void Kernel_equals_the_scalar_one(object subject)
    {
        var kernel = (GaloisKernel)subject;
        var scalar = new ScalarKernel();
        var random = new PCG(1, 20260314);
        for (int i = 0; i < 3000; i++)
        {
            var call = s_calls.Generate(random, null, out _);
            int length = call.Source.Length;
            int stride = length + call.Gap;
            byte[] source = [.. new byte[call.SourceShift], .. call.Source];
            byte[] expected = Vectors.Lcg((uint)i, call.TargetShift + (call.Factors.Length * stride) + Guard);
            byte[] actual = [.. expected];
            scalar.MultiplyAdd(
                call.Factors, source.AsSpan(call.SourceShift), expected.AsSpan(call.TargetShift), stride);
            kernel.MultiplyAdd(
                call.Factors, source.AsSpan(call.SourceShift), actual.AsSpan(call.TargetShift), stride);
            actual.AsSpan().SequenceEqual(expected).ShouldBeTrue(
                $"call {i}: {length} bytes, {call.Factors.Length} destinations, gap {call.Gap}");
        }
    }

    [TestCaseSource(nameof(Supported))]
    public void Kernel_multiplies_by_every_coefficient(object subject)
    {
        var kernel = (GaloisKernel)subject;
        byte[] source = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        for (int coefficient = 0; coefficient < 256; coefficient++)
        {
            byte[] destination = new byte[256];
            kernel.MultiplyAdd((byte)coefficient, source, destination);
            for (int i = 0; i < 256; i++)
                destination[i].ShouldBe(GaloisField.Multiply((byte)coefficient, (byte)i));
        }
    }

    [Test]
    public void Regions_that_do_not_fit_are_refused()
    {
        GaloisKernel kernel = GaloisKernel.Best;
        Should.Throw<ArgumentOutOfRangeException>(() => kernel.MultiplyAdd([1, 2], new byte[10], new byte[19], 10));
        Should.Throw<ArgumentOutOfRangeException>(() => kernel.MultiplyAdd([1, 2], new byte[10], new byte[40], 9));
        Should.NotThrow(() => kernel.MultiplyAdd([1, 2], new byte[10], new byte[20], 10));
        Should.NotThrow(() => kernel.MultiplyAdd([], new byte[10], [], 0));
    }
}
