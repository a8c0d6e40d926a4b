using KcpTun.Sim.Conform.Wire;

namespace KcpTun.Sim.Conform.Script;

/// <summary>A packet as a script writes it: what to send, or what is accepted.</summary>
internal sealed record PacketPattern(
    string Word, IReadOnlyList<(string Name, ValuePattern Value)> Fields, IReadOnlyList<PacketPattern> Inner)
{
    /// <summary>The packet to send.</summary>
    public Packet Evaluate(Scope scope) => new(
        Word,
        [.. Fields.Select(field => new PacketField(field.Name, field.Value.Evaluate(scope)))],
        [.. Inner.Select(inner => inner.Evaluate(scope))]);

    /// <summary>
    /// Whether <paramref name="actual"/> is such a packet. Fields that are not named may have any value.
    /// </summary>
    public bool Accepts(Packet actual, Scope scope) =>
        actual.Word == Word
        && Fields.All(field => actual.Find(field.Name) is { } value && field.Value.Accepts(value, scope))
        && (Inner.Count == 0 || AcceptsAll(Inner, actual.Inner, scope));

    /// <summary>Gives variables that had no value the one of <paramref name="actual"/>, which was accepted.</summary>
    public void Bind(Packet actual, Scope scope)
    {
        foreach ((string name, ValuePattern value) in Fields)
        {
            if (value is ValuePattern.Exactly { Value: Expression.Variable variable } && !scope.IsSet(variable.Name))
                scope.Set(variable.Name, actual.Find(name)!.Value.Number);
        }

        for (int i = 0; i < Inner.Count; i++)
            Inner[i].Bind(actual.Inner[i], scope);
    }

    /// <summary>Whether all of <paramref name="actual"/> are the packets wanted, in their order.</summary>
    public static bool AcceptsAll(
        IReadOnlyList<PacketPattern> patterns, IReadOnlyList<Packet> actual, Scope scope) =>
        patterns.Count == actual.Count
        && Enumerable.Range(0, patterns.Count).All(i => patterns[i].Accepts(actual[i], scope));
}

/// <summary>Packets that travel together, and what is said of their datagram.</summary>
/// <param name="Packets">Joined by <c>+</c>.</param>
/// <param name="Change">Sending: what is done to the datagram.</param>
/// <param name="Size">Expecting: its length; null for any.</param>
/// <param name="To">Expecting: the tester's socket it comes to; null for any.</param>
internal sealed record DatagramPattern(
    IReadOnlyList<PacketPattern> Packets, DatagramChange Change, ValuePattern? Size, ValuePattern? To)
{
    public bool Accepts(WireEvent actual, Scope scope) =>
        PacketPattern.AcceptsAll(Packets, actual.Packets, scope)
        && (Size is null || Size.Accepts(FieldValue.Of(actual.Size), scope))
        && (To is null || To.Accepts(FieldValue.Of(actual.To), scope));

    public void Bind(WireEvent actual, Scope scope)
    {
        for (int i = 0; i < Packets.Count; i++)
            Packets[i].Bind(actual.Packets[i], scope);
        foreach ((ValuePattern? pattern, long value) in new[] { (Size, (long)actual.Size), (To, actual.To) })
        {
            if (pattern is ValuePattern.Exactly { Value: Expression.Variable variable } && !scope.IsSet(variable.Name))
                scope.Set(variable.Name, value);
        }
    }
}
