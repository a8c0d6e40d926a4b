using System.Globalization;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Workloads;

/// <summary>The little language of workloads: a kind, a colon, and values separated by commas.</summary>
public static class WorkloadParser
{
    private const int MaxFlows = 100_000;
    private const int LongestMessage = 1 << 20;

    /// <summary>Kind, spelling with every part, and what it does; for help and <c>list workloads</c>.</summary>
    public static IReadOnlyList<(string Kind, string Syntax, string Help)> Kinds { get; } =
    [
        ("bulk", "bulk:8MiB[,up|down]", "one transfer as fast as the tunnel takes it; down by default"),
        ("echo", "echo:64B[,n=400][,every=50ms][,closed]",
            "requests answered with as many bytes; with closed the next one waits for the answer"),
        ("game", "game:30hz[,64B/200B][,20s][,deadline=300ms]",
            "messages both ways at a fixed rate, up/down sizes, measured one way"),
        ("short", "short:200x16KiB[,every=50ms]", "downloads on a connection of their own each"),
        ("web", "web[:90][,conn=6][,size=24KiB]", "a page of objects fetched over a few connections"),
        ("idle", "idle:60s[,n=1]", "open streams and nothing to carry"),
        ("tcp", "tcp:bulk:8MiB", "one of the above by plain TCP over the same path, without the tunnel"),
        ("mixed", "mixed:bulk:8MiB+game:30hz", "several of the above at once"),
    ];

    /// <inheritdoc cref="WorkloadSpec.TryParse"/>
    public static bool TryParse(string text, out WorkloadSpec? spec, out string? error)
    {
        (string kind, string rest) = Split(text);
        spec = kind == "mixed" ? Mixed(text, rest) : Single(kind, text, rest);
        error = spec is null ? Explain(kind, text) : null;
        return spec is not null;
    }

    /// <summary>A kind without a value of its own may have options: <c>web,conn=3</c>.</summary>
    private static (string Kind, string Values) Split(string text)
    {
        int end = text.AsSpan().IndexOfAny(':', ',');
        return end < 0 ? (text, "") : (text[..end], text[(end + 1)..]);
    }

    private static WorkloadSpec? Single(string kind, string text, string rest)
    {
        var values = new ValueList(rest);
        WorkloadSpec? spec = kind switch
        {
            "bulk" => Bulk(text, values),
            "echo" => Echo(text, values),
            "game" => Game(text, values),
            "short" => Short(text, values),
            "web" => Web(text, values),
            "idle" => Idle(text, values),
            "tcp" => Tcp(text, rest),
            _ => null,
        };
        return spec is TcpSpec || values.IsAllTaken ? spec : null;
    }

    private static TcpSpec? Tcp(string text, string rest)
    {
        (string kind, string values) = Split(rest);
        return kind != "tcp" && Single(kind, rest, values) is { } traffic
            ? new TcpSpec { Text = text, Traffic = traffic }
            : null;
    }

    private static string Explain(string kind, string text)
    {
        foreach ((string name, string syntax, _) in Kinds)
        {
            if (name == kind)
                return $"--workload {text}: write it as {syntax}";
        }

        return $"--workload {text}: unknown kind \"{kind}\"; there are {string.Join(", ", Kinds.Select(k => k.Kind))}";
    }

    private static BulkSpec? Bulk(string text, ValueList values)
    {
        if (!Units.TrySize(values.Next(), out long bytes) || bytes == 0)
            return null;
        bool isUp = values.TakeWord("up");
        if (!isUp)
            values.TakeWord("down");
        return new BulkSpec { Text = text, Bytes = bytes, IsUp = isUp };
    }

    private static EchoSpec? Echo(string text, ValueList values) =>
        TryMessage(values.Next(), out int bytes)
        && values.TryCount("n", 400, out int count)
        && values.TryTime("every", 50 * SimTime.Millisecond, out long every)
            ? new EchoSpec
            {
                Text = text,
                Bytes = bytes,
                Count = count,
                Every = every,
                IsClosed = values.TakeWord("closed"),
            }
            : null;

    private static GameSpec? Game(string text, ValueList values)
    {
        string rate = values.Next();
        if (!rate.EndsWith("hz", StringComparison.Ordinal) || !Units.TryNumber(rate[..^2], out decimal hertz)
            || hertz <= 0 || hertz > 1000
            || !values.TryTime("deadline", 300 * SimTime.Millisecond, out long deadline))
            return null;
        int up = 64;
        int down = 200;
        long duration = 20 * SimTime.Second;
        while (values.HasMore)
        {
            string value = values.Next();
            string[] sizes = value.Split('/');
            bool isSizes = sizes.Length == 2 && TryMessage(sizes[0], out up) && TryMessage(sizes[1], out down);
            if (!isSizes && !(Units.TryDuration(value, 0, out duration) && duration > 0))
                return null;
        }

        return new GameSpec
        {
            Text = text,
            Every = (long)decimal.Round(SimTime.Second / hertz),
            UpBytes = up,
            DownBytes = down,
            Duration = duration,
            Deadline = deadline,
        };
    }

    private static ShortSpec? Short(string text, ValueList values)
    {
        string[] parts = values.Next().Split('x');
        return parts.Length == 2 && ValueList.TryCount(parts[0], out int count)
            && TryMessage(parts[1], out int bytes)
            && values.TryTime("every", 50 * SimTime.Millisecond, out long every)
            ? new ShortSpec { Text = text, Count = count, Bytes = bytes, Every = every }
            : null;
    }

    private static WebSpec? Web(string text, ValueList values)
    {
        int objects = 90;
        if (!values.TryCount("conn", 6, out int connections) || !values.TrySize("size", 24 * 1024, out int size))
            return null;
        return !values.HasMore || ValueList.TryCount(values.Next(), out objects)
            ? new WebSpec { Text = text, Objects = objects, Connections = connections, MeanBytes = size }
            : null;
    }

    private static IdleSpec? Idle(string text, ValueList values) =>
        Units.TryDuration(values.Next(), 0, out long duration) && duration > 0
        && values.TryCount("n", 1, out int count)
            ? new IdleSpec { Text = text, Duration = duration, Count = count }
            : null;

    private static MixedSpec? Mixed(string text, string rest)
    {
        var parts = new List<WorkloadSpec>();
        foreach (string part in rest.Split('+'))
        {
            (string kind, string values) = Split(part);
            if (Single(kind, part, values) is not { } spec)
                return null;
            parts.Add(spec);
        }

        return parts.Count > 1 ? new MixedSpec { Text = text, Parts = parts } : null;
    }

    private static bool TryMessage(string text, out int bytes)
    {
        bytes = 0;
        if (!Units.TrySize(text, out long size) || size is < 1 or > LongestMessage)
            return false;
        bytes = (int)size;
        return true;
    }

    /// <summary>Values separated by commas: bare ones in order, and <c>name=value</c> ones from anywhere.</summary>
    private sealed class ValueList(string text)
    {
        private readonly List<string> _values = text.Length == 0 ? [] : [.. text.Split(',')];

        public bool IsAllTaken => _values.Count == 0;

        public bool HasMore => _values.Any(value => !value.Contains('=', StringComparison.Ordinal));

        /// <summary>Takes the first bare value; empty when there is none.</summary>
        public string Next()
        {
            int index = _values.FindIndex(value => !value.Contains('=', StringComparison.Ordinal));
            if (index < 0)
                return "";
            string value = _values[index];
            _values.RemoveAt(index);
            return value;
        }

        public bool TakeWord(string word) => _values.Remove(word);

        public bool TryTime(string name, long fallback, out long time)
        {
            time = fallback;
            return !TryTake(name, out string value) || (Units.TryDuration(value, 0, out time) && time > 0);
        }

        public bool TryCount(string name, int fallback, out int count)
        {
            count = fallback;
            return !TryTake(name, out string value) || TryCount(value, out count);
        }

        public bool TrySize(string name, int fallback, out int size)
        {
            size = fallback;
            return !TryTake(name, out string value) || TryMessage(value, out size);
        }

        public static bool TryCount(string text, out int count) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count)
            && count is > 0 and <= MaxFlows;

        private bool TryTake(string name, out string value)
        {
            int index = _values.FindIndex(v => v.StartsWith($"{name}=", StringComparison.Ordinal));
            value = index < 0 ? "" : _values[index][(name.Length + 1)..];
            if (index >= 0)
                _values.RemoveAt(index);
            return index >= 0;
        }
    }
}
