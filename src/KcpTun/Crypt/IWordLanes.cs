namespace KcpTun.Crypt;

/// <summary>
/// Arithmetic on a vector that holds one word of several independent computations, each in its lane. Empty structs
/// implement it, one for each width of vector: calls compile away.
/// </summary>
internal interface IWordLanes<TVector>
    where TVector : struct
{
    /// <summary>Lanes of a vector.</summary>
    static abstract int Count { get; }

    static abstract TVector Create(uint word);

    /// <param name="words"><see cref="Count"/> words, the first lane's first.</param>
    static abstract TVector Create(ReadOnlySpan<uint> words);

    /// <summary>The word in the first lane, one more in the next, and so on.</summary>
    static abstract TVector CountFrom(uint word);

    static abstract TVector Add(TVector left, TVector right);

    /// <summary>Exclusive or with the other words turned left.</summary>
    static abstract TVector XorRotated(TVector words, TVector other, int bits);

    /// <summary>Writes the words of the first lane in their order, then those of the second, and so on.</summary>
    /// <param name="words">16 vectors.</param>
    /// <param name="target">64 bytes for each lane.</param>
    static abstract void StoreByLane(ReadOnlySpan<TVector> words, Span<byte> target);
}
