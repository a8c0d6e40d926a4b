using KcpTun.GoInterop;
using KcpTun.Interop.Exercises;

namespace KcpTun.Interop;

public static partial class Catalog
{
    private static string[] WideWindows => ["--sndwnd", "1024", "--rcvwnd", "1024"];

    private static IEnumerable<Scenario> Modes()
    {
        foreach (string mode in (string[])["normal", "fast", "fast2", "fast3"])
            yield return new() { Id = $"mode/{mode}", Flags = ["--mode", mode] };
        yield return new()
        {
            Id = "mode/manual",
            Flags = ["--mode", "manual", "--nodelay", "1", "--interval", "20", "--resend", "2", "--nc", "1"],
        };
        // Congestion control on and no fast retransmission: what "manual" means when nothing else is said.
        yield return new() { Id = "mode/manual-bare", Flags = ["--mode", "manual"] };
        yield return new()
        {
            Id = "mode/different",
            ClientFlags = ["--mode", "fast3"],
            ServerFlags = ["--mode", "normal"],
        };
        yield return new() { Id = "mode/auto", OurFlags = ["--mode", "auto"] };
        yield return new()
        {
            Id = "mode/auto-without-parity",
            Flags = ["--datashard", "0", "--parityshard", "0"],
            OurFlags = ["--mode", "auto"],
        };
        yield return new() { Id = "mode/acknodelay", Flags = ["--acknodelay"] };
        yield return new()
        {
            Id = "mode/ratelimit",
            Flags = ["--ratelimit", "524288"],
            Needs = Capabilities.RateLimit,
        };
    }

    private static IEnumerable<Scenario> Sizes()
    {
        foreach (int mtu in (int[])[512, 900, 1200, 1400, 1492, 1500])
            yield return new() { Id = $"mtu/{mtu}", Flags = ["--mtu", $"{mtu}"] };
        yield return new()
        {
            Id = "mtu/different",
            ClientFlags = ["--mtu", "1500"],
            ServerFlags = ["--mtu", "512"],
        };
        yield return new() { Id = "window/small", Flags = ["--sndwnd", "16", "--rcvwnd", "16"] };
        yield return new() { Id = "window/large", Flags = ["--sndwnd", "4096", "--rcvwnd", "4096"] };
    }

    private static IEnumerable<Scenario> Endpoints() =>
    [
        new() { Id = "conn/4", ClientFlags = ["--conn", "4"], Exercise = DataExercises.MoveOnEightAsync },
        new()
        {
            Id = "conn/autoexpire",
            ClientFlags = ["--conn", "2", "--autoexpire", "1", "--scavengettl", "30"],
            Exercise = DataExercises.PauseAndMoveAsync,
        },
        new()
        {
            Id = "ports/range",
            PortCount = 8,
            ClientFlags = ["--conn", "4"],
            Needs = Capabilities.PortRange,
            Exercise = DataExercises.MoveOnEightAsync,
        },
        new() { Id = "unix/target", TargetsUnixSocket = true },
        new() { Id = "unix/entry", EntersByUnixSocket = true, ClientNeeds = Capabilities.UnixListen },
        new()
        {
            Id = "unix/both",
            EntersByUnixSocket = true,
            TargetsUnixSocket = true,
            ClientNeeds = Capabilities.UnixListen,
        },
    ];

    private static IEnumerable<Scenario> Ends() =>
    [
        new()
        {
            Id = "half-close/client-first",
            Needs = Capabilities.HalfClose,
            Exercise = HalfCloseExercises.ClientEndsFirstAsync,
        },
        new()
        {
            Id = "half-close/target-first",
            Needs = Capabilities.HalfClose,
            Exercise = HalfCloseExercises.TargetEndsFirstAsync,
        },
        new()
        {
            Id = "end/server-restart",
            IsIdle = true,
            Limit = TimeSpan.FromSeconds(150),
            Exercise = RestartExercise.RunAsync,
        },
    ];

    private static IEnumerable<Scenario> Loads() =>
    [
        new() { Id = "many/200-short", Exercise = DataExercises.ManyShortConnectionsAsync },
        new()
        {
            Id = "bulk/64MiB",
            Flags = WideWindows,
            Limit = TimeSpan.FromMinutes(4),
            Exercise = DataExercises.MoveBulkAsync,
        },
    ];

    private static IEnumerable<Scenario> Programs() =>
    [
        new() { Id = "program/git-clone", Exercise = ProgramExercises.GitCloneAsync },
        new() { Id = "program/curl", Exercise = ProgramExercises.CurlAsync },
    ];
}
