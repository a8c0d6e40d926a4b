using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace KcpTun.Fuzz.Running;

/// <summary>
/// Which branches of instrumented code an input has taken, roughly how often, as afl counts them. Without
/// instrumentation there is nothing to see, and no input is ever new.
/// </summary>
internal sealed unsafe class BranchMap
{
    private const int Size = 1 << 16;

    private static readonly byte* s_counts = (byte*)NativeMemory.AllocZeroed(Size);

    private readonly byte[] _seen = new byte[Size];

    /// <summary>Places in the map that some input has reached.</summary>
    public int Reached { get; private set; }

    /// <summary>Gives instrumented code the memory it counts in; before any of it runs.</summary>
    [ModuleInitializer]
    internal static void Install() => Trace.SharedMem = s_counts;

    public static void Clear()
    {
        new Span<byte>(s_counts, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Whether the input that ran since <see cref="Clear"/> did something no other had done.</summary>
    public bool TakeNew()
    {
        bool isNew = false;
        var counts = new ReadOnlySpan<ulong>(s_counts, Size / sizeof(ulong));
        for (int word = counts.IndexOfAnyExcept(0u); word >= 0 && word < counts.Length; word++)
        {
            if (counts[word] != 0)
                isNew |= TakeNew(word * sizeof(ulong));
        }

        return isNew;
    }

    private bool TakeNew(int start)
    {
        bool isNew = false;
        for (int place = start; place < start + sizeof(ulong); place++)
        {
            byte bucket = Bucket(s_counts[place]);
            if ((bucket & ~_seen[place]) == 0)
                continue;
            if (_seen[place] == 0)
                Reached++;
            _seen[place] |= bucket;
            isNew = true;
        }

        return isNew;
    }

    private static byte Bucket(byte count) => count switch
    {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
