namespace KcpTun.Smux;

/// <summary>The two classes of frames; within a stream control goes first (PROTOCOL e.5).</summary>
internal enum FrameClass
{
    /// <summary>SYN, NOP, UPD.</summary>
    Control,

    /// <summary>PSH and FIN, which must keep their order.</summary>
    Data,
}

/// <summary>One stream's waiting frames and its place in the ring of a <see cref="FrameScheduler"/>.</summary>
internal class FrameQueue(uint streamId)
{
    public uint StreamId => streamId;

    /// <summary>Head of each class's list in the scheduler's token table; owned by the scheduler.</summary>
    internal TokenList Control = TokenList.Empty;

    internal TokenList Data = TokenList.Empty;

    /// <summary>The stream served after this one; null at the end of the ring.</summary>
    internal FrameQueue? Next;

    internal bool IsEmpty => Control.IsEmpty && Data.IsEmpty;
}

/// <summary>A linked list inside the scheduler's token table, by index.</summary>
internal record struct TokenList(int Head, int Tail)
{
    public const int None = -1;

    public static TokenList Empty => new(None, None);

    public readonly bool IsEmpty => Head == None;
}
