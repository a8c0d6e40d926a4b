namespace KcpTun.Fuzz;

/// <summary>
/// One property and the code it is about. A target is a function of its input: no clock, no chance, and nothing that
/// one input leaves behind for the next. It says that a property is broken by throwing, whatever the exception.
/// </summary>
internal abstract class FuzzTarget
{
    /// <summary>As on the command line and in the names of folders.</summary>
    public abstract string Name { get; }

    /// <summary>The property, in one line.</summary>
    public abstract string Property { get; }

    /// <summary>What lies beyond in an input is not looked at; it bounds the time one input may take.</summary>
    public virtual int MaxLength => 8192;

    /// <summary>Words of the input's language, for mutations.</summary>
    public virtual IReadOnlyList<string> Tokens => [];

    /// <summary>Most bytes that one input may make the code allocate: hostile input must not cost memory.</summary>
    protected virtual long MaxAllocation => 64L << 20;

    /// <summary>Runs one input and throws if the property does not hold for it.</summary>
    public void Check(ReadOnlySpan<byte> input)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(input[..Math.Min(input.Length, MaxLength)]);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        FuzzFailure.Unless(allocated <= MaxAllocation, $"one input made the code allocate {allocated} bytes");
    }

    protected abstract void Run(ReadOnlySpan<byte> input);
}
