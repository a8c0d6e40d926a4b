using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KcpTun.Fec;

/// <summary>
/// The loop over vectors, written once for every instruction set. Each vector of the source is loaded once and
/// multiplied into up to four destinations, whose factors stay in registers.
/// </summary>
internal sealed class VectorKernel<TLanes, TVector, TFactor> : GaloisKernel
    where TLanes : struct, IGaloisLanes<TVector, TFactor>
    where TVector : struct
    where TFactor : struct
{
    private const int MaxFused = 4;

    private interface IDestinationCount
    {
        static abstract int Value { get; }
    }

    public override bool IsSupported => TLanes.IsSupported;

    public override string ToString() => typeof(TLanes).Name;

    protected override void MultiplyAddCore(
        ReadOnlySpan<byte> coefficients, ReadOnlySpan<byte> source, Span<byte> destinations, int stride)
    {
        if (source.Length < TLanes.Width)
        {
            ScalarKernel.Run(coefficients, source, destinations, stride);
            return;
        }

        while (coefficients.Length > MaxFused)
        {
            Run<Four>(coefficients, source, ref MemoryMarshal.GetReference(destinations), stride);
            coefficients = coefficients[MaxFused..];
            destinations = destinations[(MaxFused * stride)..];
        }

        ref byte first = ref MemoryMarshal.GetReference(destinations);
        switch (coefficients.Length)
        {
            case 1:
                Run<One>(coefficients, source, ref first, stride);
                break;
            case 2:
                Run<Two>(coefficients, source, ref first, stride);
                break;
            case 3:
                Run<Three>(coefficients, source, ref first, stride);
                break;
            default:
                Run<Four>(coefficients, source, ref first, stride);
                break;
        }
    }

    /// <summary>
    /// Requires source.Length >= Width, TCount coefficients, and source.Length bytes at each of the TCount
    /// destinations that start <paramref name="stride"/> bytes apart.
    /// </summary>
    private static void Run<TCount>(
        ReadOnlySpan<byte> coefficients, ReadOnlySpan<byte> source, ref byte destination, nint stride)
        where TCount : struct, IDestinationCount
    {
        TFactor factor0 = TLanes.CreateFactor(coefficients[0]);
        TFactor factor1 = TCount.Value > 1 ? TLanes.CreateFactor(coefficients[1]) : default;
        TFactor factor2 = TCount.Value > 2 ? TLanes.CreateFactor(coefficients[2]) : default;
        TFactor factor3 = TCount.Value > 3 ? TLanes.CreateFactor(coefficients[3]) : default;
        ref byte input = ref MemoryMarshal.GetReference(source);
        nint lastVector = source.Length - TLanes.Width;
        nint offset = 0;
        for (; offset <= lastVector; offset += TLanes.Width)
        {
            TVector value = TLanes.Load(ref Unsafe.Add(ref input, offset));
            Accumulate<TCount>(
                value, factor0, factor1, factor2, factor3, ref Unsafe.Add(ref destination, offset), stride);
        }

        // The rest is taken with a vector that ends at the last byte; what it covers twice is masked to zero, and
        // adding zero changes nothing.
        int rest = source.Length - (int)offset;
        if (rest > 0)
        {
            TVector value = TLanes.LoadLast(ref Unsafe.Add(ref input, lastVector), rest);
            Accumulate<TCount>(
                value, factor0, factor1, factor2, factor3, ref Unsafe.Add(ref destination, lastVector), stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate<TCount>(
        TVector value, TFactor factor0, TFactor factor1, TFactor factor2, TFactor factor3, ref byte at, nint stride)
        where TCount : struct, IDestinationCount
    {
        TLanes.MultiplyAdd(value, factor0, ref at);
        if (TCount.Value > 1)
            TLanes.MultiplyAdd(value, factor1, ref Unsafe.Add(ref at, stride));
        if (TCount.Value > 2)
            TLanes.MultiplyAdd(value, factor2, ref Unsafe.Add(ref at, 2 * stride));
        if (TCount.Value > 3)
            TLanes.MultiplyAdd(value, factor3, ref Unsafe.Add(ref at, 3 * stride));
    }

    private readonly struct One : IDestinationCount
    {
        public static int Value => 1;
    }

    private readonly struct Two : IDestinationCount
    {
        public static int Value => 2;
    }

    private readonly struct Three : IDestinationCount
    {
        public static int Value => 3;
    }

    private readonly struct Four : IDestinationCount
    {
        public static int Value => 4;
    }
}
