using System.Diagnostics;
using System.Security.Cryptography;

namespace KcpTun.Fuzz.Running;

/// <summary>An input for which a target's property does not hold.</summary>
internal sealed record Finding(FuzzTarget Target, byte[] Input, Exception Failure)
{
    private const int MaxTrials = 20_000;

    // Numbers in messages differ from input to input; where it was thrown does not.
    private string Place =>
        $"{Failure.GetType()} {new StackTrace(Failure).GetFrames().Select(Describe).FirstOrDefault(IsTelling)}";

    /// <summary>The failure of an input, or null.</summary>
    public static Finding? Of(FuzzTarget target, byte[] input)
    {
        try
        {
            target.Check(input);
            return null;
        }
        catch (Exception failure)
        {
            return new Finding(target, input, failure);
        }
    }

    /// <summary>A shorter input that fails in the same place: parts are left out, then bytes made zero.</summary>
    public Finding Minimize()
    {
        Finding best = this;
        int trials = 0;
        for (int length = Input.Length; length > 0; length /= 2)
        {
            for (int start = 0; start < best.Input.Length && trials < MaxTrials; trials++)
                best = best.Without(start, length) ?? best.Skip(ref start, length);
        }

        for (int i = 0; i < best.Input.Length && trials < MaxTrials; i++, trials++)
        {
            byte[] simpler = [.. best.Input];
            simpler[i] = 0;
            best = best.SameAs(simpler) ?? best;
        }

        return best;
    }

    /// <summary>Writes the input to a file of its own.</summary>
    public string Save(string folder)
    {
        string directory = Path.Combine(folder, Target.Name);
        Directory.CreateDirectory(directory);
        string name = Convert.ToHexStringLower(SHA256.HashData(Input))[..12];
        string path = Path.Combine(directory, name);
        File.WriteAllBytes(path, Input);
        return path;
    }

    private Finding? Without(int start, int length)
    {
        int end = Math.Min(start + length, Input.Length);
        return SameAs([.. Input.AsSpan(0, start), .. Input.AsSpan(end)]);
    }

    private Finding Skip(ref int start, int length)
    {
        start += length;
        return this;
    }

    private Finding? SameAs(byte[] input)
    {
        Finding? other = Of(Target, input);
        return other?.Place == Place ? other : null;
    }

    private static string Describe(StackFrame frame)
    {
        System.Reflection.MethodBase? method = frame.GetMethod();
        return $"{method?.DeclaringType}.{method?.Name}";
    }

    private static bool IsTelling(string place) =>
        place.StartsWith("KcpTun.", StringComparison.Ordinal)
        && !place.Contains(nameof(FuzzFailure), StringComparison.Ordinal);
}
