using KcpTun.Sim.Plans;
using KcpTun.Sim.Running;
using KcpTun.Sim.Swarm;
using KcpTun.Sim.Tracing;

namespace KcpTun.Sim.Cli;

/// <summary>Cases that have to fail. A swarm that finds nothing means something only if these are found.</summary>
internal static class SwarmCanary
{
    private static readonly (string What, string Items, int Status)[] s_cases =
    [
        (
            "damage that no checksum sees",
            "both.crypt=null both.nocomp=true both.datashard=0 link.rtt=20ms link.corrupt=20,bitflip flow=bulk:1MiB",
            ExitCodes.Correctness),
        ("a workload that takes longer than it may", "link.rtt=20ms flow=idle:600s", ExitCodes.Liveness),
    ];

    /// <returns>The exit status.</returns>
    public static int Run(SimEnvironment environment)
    {
        bool areAllFound = FindsDifference(environment);
        foreach ((string what, string items, int status) in s_cases)
        {
            if (!SwarmCase.TryParse(1, items, out SwarmCase? swarmCase, out string? error)
                || !swarmCase!.TryPlan(out SimPlan? plan, out error))
            {
                throw new InvalidOperationException(error);
            }

            RunResult result = environment.Execute(plan!, null);
            bool isFound = result.Failure is { } failure && SwarmFindings.StatusOf(failure) == status;
            areAllFound &= isFound;
            environment.Output.Write($"{(isFound ? "found" : "NOT FOUND")}: {what}: {result.Failure ?? "ok"}\n");
        }

        return areAllFound ? ExitCodes.Ok : ExitCodes.Failure;
    }

    /// <summary>Another seed at every execution stands for one that depends on chance.</summary>
    private static bool FindsDifference(SimEnvironment environment)
    {
        if (!SwarmDraw.Draw(1).TryPlan(out SimPlan? plan, out string? error))
            throw new InvalidOperationException(error);
        ulong executions = 0;
        SimEnvironment byChance = environment with
        {
            Execute = (drawn, observer) => environment.Execute(drawn with { Seed = ++executions }, observer),
        };
        string failure = SwarmExecution.Execute(byChance, plan!, isTwice: true).Failure ?? "ok";
        TraceDifference? difference = TraceComparison.Find(new RunTrace(plan!), new RunTrace(plan! with { Seed = 2 }));
        bool isFound = SwarmFindings.StatusOf(failure) == ExitCodes.Nondeterminism && difference is not null;
        string where = difference is null ? "" : $", first at event {difference.Index}";
        string found = isFound ? "found" : "NOT FOUND";
        environment.Output.Write($"{found}: two executions that differ: {failure}{where}\n");
        return isFound;
    }
}
