namespace KcpTun.Primitives;

/// <summary>A range of bytes inside a buffer that somebody else owns.</summary>
public readonly record struct Slice(int Offset, int Length)
{
    public int End => Offset + Length;
}
