using KcpTun.GoInterop;
using KcpTun.Interop.Exercises;

namespace KcpTun.Interop;

/// <summary>The rows of the matrix.</summary>
public static partial class Catalog
{
    private static readonly string[] s_selfCheck =
    [
        "defaults/bare", "reject/wrong-key", "crypt/aes-128-gcm", "smux/1", "fec/different", "qpp/61", "ports/range",
        "unix/both", "half-close/client-first", "half-close/target-first", "many/200-short", "program/git-clone",
        "program/curl",
    ];

    public static IReadOnlyList<Scenario> Scenarios { get; } =
    [
        .. Basics(), .. Ciphers(), .. Smux(), .. Fec(), .. Compression(), .. Qpp(), .. Modes(), .. Sizes(),
        .. Endpoints(),
        .. Ends(), .. Loads(), .. Programs(),
    ];

    /// <summary>The rows that Go also runs against itself.</summary>
    public static IEnumerable<Scenario> SelfCheck => s_selfCheck.Select(id => Scenarios.Single(row => row.Id == id));

    private static IEnumerable<Scenario> Basics() =>
    [
        new() { Id = "defaults/bare", SmuxVersion = null, Needs = Capabilities.SmuxTwoByDefault },
        new()
        {
            Id = "defaults/json",
            // The file wins over the command line: these two ciphers would not understand each other.
            ClientFlags = ["--crypt", "tea"],
            ServerFlags = ["--crypt", "xor"],
            Configuration = """
                {"crypt":"salsa20","key":"from the file","mode":"fast2","mtu":1200,"sndwnd":512,"rcvwnd":512,
                 "datashard":5,"parityshard":2,"nocomp":true,"smuxver":2,"closewait":0}
                """,
        },
        new() { Id = "key/unicode", Flags = ["--key", "пароль — 鍵 — clé"] },
        new()
        {
            Id = "reject/wrong-key",
            ClientFlags = ["--key", "one"],
            ServerFlags = ["--key", "another"],
            Exercise = DataExercises.StaySilentAsync,
        },
        new()
        {
            Id = "reject/wrong-cipher",
            ClientFlags = ["--crypt", "aes"],
            ServerFlags = ["--crypt", "salsa20"],
            Exercise = DataExercises.StaySilentAsync,
        },
    ];

    private static IEnumerable<Scenario> Ciphers()
    {
        string[] everywhere =
        [
            "aes", "aes-128", "aes-192", "salsa20", "blowfish", "twofish", "cast5", "3des", "tea", "xtea", "xor", "sm4",
            "none",
        ];
        foreach (string name in everywhere)
            yield return new() { Id = $"crypt/{name}", Flags = ["--crypt", name] };
        yield return new()
        {
            Id = "crypt/aes-128-gcm",
            Flags = ["--crypt", "aes-128-gcm"],
            Needs = Capabilities.Gcm,
        };
        yield return new() { Id = "crypt/null", Flags = ["--crypt", "null"], Needs = Capabilities.NullCipher };
        // A name nobody knows means aes, in every release.
        yield return new() { Id = "crypt/unknown-is-aes", ClientFlags = ["--crypt", "AES"] };
    }

    private static IEnumerable<Scenario> Smux() =>
    [
        new() { Id = "smux/1", SmuxVersion = 1, Exercise = DataExercises.MoveOnEightAsync },
        new() { Id = "smux/2", SmuxVersion = 2, Exercise = DataExercises.MoveOnEightAsync },
        new()
        {
            Id = "smux/frame-sizes",
            ClientFlags = ["--framesize", "1024"],
            ServerFlags = ["--framesize", "65535"],
            Needs = Capabilities.FrameSize,
        },
        new()
        {
            Id = "smux/small-buffers",
            Flags = ["--smuxbuf", "131072", "--streambuf", "32768"],
            Exercise = DataExercises.MoveOnEightAsync,
        },
        new() { Id = "smux/keepalive", Flags = ["--keepalive", "1"], Exercise = DataExercises.PauseAndMoveAsync },
    ];

    private static IEnumerable<Scenario> Fec() =>
    [
        new() { Id = "fec/off", Flags = Shards(0, 0) },
        new() { Id = "fec/10-3", Flags = Shards(10, 3) },
        new() { Id = "fec/20-10", Flags = Shards(20, 10) },
        new() { Id = "fec/1-1", Flags = Shards(1, 1) },
        new() { Id = "fec/different", ClientFlags = Shards(10, 3), ServerFlags = Shards(20, 10) },
        new()
        {
            Id = "fec/client-only",
            ClientFlags = Shards(10, 3),
            ServerFlags = Shards(0, 0),
            ServerNeeds = Capabilities.UnexpectedFec,
        },
        new()
        {
            Id = "fec/server-only",
            ClientFlags = Shards(0, 0),
            ServerFlags = Shards(10, 3),
            ClientNeeds = Capabilities.UnexpectedFec,
        },
    ];

    private static IEnumerable<Scenario> Compression() =>
    [
        new() { Id = "compression/on", Exercise = DataExercises.MoveOnEightAsync },
        new() { Id = "compression/off", Flags = ["--nocomp"], Exercise = DataExercises.MoveOnEightAsync },
    ];

    private static IEnumerable<Scenario> Qpp() =>
    [
        new() { Id = "qpp/61", Flags = ["--QPP"], Needs = Capabilities.Qpp },
        new() { Id = "qpp/8", Flags = ["--QPP", "--QPPCount", "8"], Needs = Capabilities.Qpp },
        new()
        {
            Id = "qpp/long-key",
            Flags = ["--QPP", "--QPPCount", "101", "--nocomp", "--key", new string('q', 240)],
            Needs = Capabilities.Qpp,
        },
    ];

    private static string[] Shards(int data, int parity) => ["--datashard", $"{data}", "--parityshard", $"{parity}"];
}
