using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;
using NUnit.Framework.Api;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace KcpTun.Mutation;

/// <summary>A test, the mutants it meets, and how long it takes, milliseconds.</summary>
internal sealed record TestProfile(string Name, double Milliseconds, int[] Met);

/// <summary>The tests of the three folders in this process, against the library with the mutants.</summary>
internal sealed class TestHost
{
    private static readonly string[] s_areas = ["Kcp", "Fec", "Smux"];

    private readonly NUnitTestAssemblyRunner _runner = new(new DefaultTestAssemblyBuilder());
    private readonly Dictionary<string, string> _ids = [];
    private readonly FieldInfo _active;
    private readonly FieldInfo _met;

    public TestHost()
    {
        // Golden vectors are looked up beside the tests, not beside this tool.
        AppContext.SetData("APP_CONTEXT_BASE_DIRECTORY", Repository.Tests + Path.DirectorySeparatorChar);
        AssemblyLoadContext context = AssemblyLoadContext.Default;
        context.Resolving += (_, name) => name.Name == "KcpTun"
            ? context.LoadFromAssemblyPath(Repository.Mutated)
            : Beside(context, name);
        Assembly tests = context.LoadFromAssemblyPath(Path.Combine(Repository.Tests, "KcpTun.Conformance.dll"));
        Type type = Assembly.Load("KcpTun").GetType("KcpTun.MutantSwitch", throwOnError: true)!;
        _active = type.GetField("Active")!;
        _met = type.GetField("Met")!;
        ITest root = _runner.Load(
            tests, new Dictionary<string, object> { ["NumberOfTestWorkers"] = 0, ["StopOnError"] = true });
        Collect(root);
    }

    /// <summary>Runs every test alone, and says what each of them meets.</summary>
    public IEnumerable<TestProfile> Profile(int mutants)
    {
        foreach (string name in _ids.Keys.ToArray())
        {
            bool[] met = new bool[mutants];
            _met.SetValue(null, met);
            long start = Stopwatch.GetTimestamp();
            string? failure = Run([name]);
            double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            _met.SetValue(null, null);
            if (failure is not null)
                throw new InvalidOperationException($"{failure} fails without a mutant");
            yield return new TestProfile(
                name, milliseconds, [.. Enumerable.Range(0, mutants).Where(i => met[i])]);
        }
    }

    /// <summary>Switches a mutant on and runs tests, a few at first.</summary>
    /// <returns>The test that failed; null if none did.</returns>
    public string? Run(int mutant, IReadOnlyList<string> tests)
    {
        _active.SetValue(null, mutant);
        try
        {
            for (int start = 0, count = 4; start < tests.Count; start += count, count *= 4)
            {
                if (Run([.. tests.Skip(start).Take(count)]) is { } failure)
                    return failure;
            }

            return null;
        }
        finally
        {
            _active.SetValue(null, -1);
        }
    }

    private string? Run(string[] names)
    {
        string ids = string.Concat(names.Select(name => $"<id>{_ids[name]}</id>"));
        var listener = new FirstFailure();
        _runner.Run(listener, TestFilter.FromXml($"<filter><or>{ids}</or></filter>"));
        return listener.Name;
    }

    private void Collect(ITest test)
    {
        foreach (ITest child in test.Tests)
            Collect(child);
        bool isOurs = s_areas.Any(area => test.FullName.StartsWith(
            string.Create(CultureInfo.InvariantCulture, $"KcpTun.Conformance.{area}."), StringComparison.Ordinal));
        if (!test.IsSuite && isOurs && test.RunState == RunState.Runnable)
            _ids.TryAdd(test.FullName, test.Id);
    }

    private static Assembly? Beside(AssemblyLoadContext context, AssemblyName name)
    {
        string path = Path.Combine(Repository.Tests, $"{name.Name}.dll");
        return File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
    }

    private sealed class FirstFailure : ITestListener
    {
        public string? Name { get; private set; }

        public void TestStarted(ITest test)
        {
        }

        public void TestFinished(ITestResult result)
        {
            if (!result.Test.IsSuite && result.ResultState.Status == TestStatus.Failed)
                Name ??= result.Test.FullName;
        }

        public void TestOutput(TestOutput output)
        {
        }

        public void SendMessage(TestMessage message)
        {
        }
    }
}
