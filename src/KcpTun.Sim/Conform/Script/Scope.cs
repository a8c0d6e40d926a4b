namespace KcpTun.Sim.Conform.Script;

/// <summary>What expressions of a script see: variables, and what the run knows.</summary>
internal abstract class Scope
{
    private readonly Dictionary<string, long> _variables = [];

    public bool IsSet(string name) => _variables.ContainsKey(name);

    public long? Find(string name) => _variables.TryGetValue(name, out long value) ? value : null;

    public void Set(string name, long value) => _variables[name] = value;

    /// <summary>Value of a function with a name for an argument, such as <c>count(ACK)</c>.</summary>
    /// <returns>Null if there is no such thing.</returns>
    public abstract long? Call(string function, string argument);

    /// <summary>Time since the start, ms.</summary>
    public abstract long NowMs { get; }
}

/// <summary>A script that cannot go on: it uses what is not there.</summary>
internal sealed class ScriptRunException(string message) : Exception(message);
