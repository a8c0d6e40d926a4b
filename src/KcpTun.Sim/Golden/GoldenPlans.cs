using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace KcpTun.Sim.Golden;

/// <summary>
/// Small runs that together touch every mode, cipher family, layer, stage of the path and kind of workload, with the
/// trace hashes they must have on every machine. A change of any of them is a change of what the tunnel does on the
/// wire, or of the simulator, and is to be explained where it is checked in.
/// </summary>
public static class GoldenPlans
{
    /// <summary>The resource that holds the hashes, and the name of its source next to this file.</summary>
    public const string FileName = "hashes.json";

    private static readonly Dictionary<string, string> s_hashes = ReadHashes();

    /// <summary>Every plan, each of exactly one run.</summary>
    public static IReadOnlyList<GoldenPlan> All { get; } =
    [
        Of("mode normal", "--mode normal --fec 0/0 --loss 10 --rtt 130 --workload bulk:256KiB --seed 1"),
        Of("mode fast", "--mode fast --fec 0/0 --loss 10 --rtt 130 --workload bulk:256KiB --seed 1"),
        Of("mode fast2", "--mode fast2 --fec 0/0 --loss 10 --rtt 130 --workload bulk:256KiB --seed 1"),
        Of("mode fast3", "--mode fast3 --fec 0/0 --loss 10 --rtt 130 --workload bulk:256KiB --seed 1"),
        Of(
            "mode manual with congestion control",
            "--mode manual --nodelay 1 --interval 15 --resend 3 --nc 0 --fec 0/0 --loss 5 --rtt 60 "
                + "--workload bulk:256KiB,up --seed 2"),
        Of(
            "FEC 10/3 with aes",
            "--mode fast2 --fec 10/3 --crypt aes --loss 20 --rtt 100 --workload bulk:256KiB --seed 3"),
        Of(
            "FEC of different shapes",
            "--mode fast --datashard 10 --parityshard 3 --server '--datashard 5 --parityshard 2' --loss 10 --rtt 80 "
                + "--workload bulk:256KiB --seed 4"),
        Of(
            "FEC at one end only",
            "--mode fast --datashard 10 --parityshard 3 --server '--datashard 0 --parityshard 0' --loss 10 --rtt 80 "
                + "--workload bulk:128KiB --seed 4"),
        Of(
            "aes-128-gcm",
            "--mode fast2 --fec 10/3 --crypt aes-128-gcm --loss 10 --rtt 50 --workload echo:300B,n=60 --seed 5"),
        Of("salsa20", "--mode fast2 --fec 0/0 --crypt salsa20 --loss 10 --rtt 50 --workload echo:64B,n=60 --seed 5"),
        Of("none", "--mode fast2 --fec 0/0 --crypt none --loss 10 --rtt 50 --workload echo:64B,n=60 --seed 5"),
        Of("null", "--mode fast2 --fec 5/1 --crypt null --loss 10 --rtt 50 --workload echo:64B,n=60 --seed 5"),
        Of("twofish", "--mode fast2 --fec 0/0 --crypt twofish --loss 10 --rtt 50 --workload echo:64B,n=60 --seed 5"),
        Of("xor", "--mode fast2 --fec 0/0 --crypt xor --loss 10 --rtt 50 --workload echo:64B,n=60 --seed 5"),
        Of(
            "smux 1 without compression",
            "--mode fast --fec 0/0 --smuxver 1 --nocomp --loss 5 --rtt 40 --workload mixed:bulk:128KiB+bulk:64KiB,up "
                + "--seed 6"),
        Of(
            "smux 2 with small buffers",
            "--mode fast --fec 0/0 --smuxver 2 --streambuf 65536 --smuxbuf 262144 --framesize 4096 --loss 5 --rtt 40 "
                + "--workload mixed:bulk:128KiB+bulk:64KiB,up --seed 6"),
        Of(
            "QPP",
            "--mode fast2 --fec 0/0 --QPP --QPPCount 61 --loss 5 --rtt 40 --workload mixed:echo:1KiB,n=20+bulk:64KiB "
                + "--seed 7"),
        Of("tuncrypt", "--mode fast2 --fec 0/0 --tuncrypt --loss 5 --rtt 40 --workload short:10x8KiB --seed 8"),
        Of("three connections", "--mode fast --fec 0/0 --conn 3 --loss 5 --rtt 40 --workload web:24 --seed 9"),
        Of(
            "a rate limit at both ends",
            "--mode fast --fec 0/0 --ratelimit 200000 --rtt 40 --workload mixed:bulk:128KiB+bulk:128KiB,up --seed 9"),
        Of(
            "windows, mtu, ackdelay",
            "--mode fast2 --fec 0/0 --mtu 600 --acknodelay --sndwnd 32 --rcvwnd 64 --loss 5 --rtt 60 "
                + "--workload bulk:128KiB --seed 10"),
        Of(
            "Gilbert-Elliott and exact losses",
            "--mode fast2 --fec 10/3 --ge 2,30,90,1 --drop up=3,down=7-9 --rtt 80 --workload bulk:128KiB --seed 11"),
        Of(
            "burst loss and fades",
            "--mode fast3 --fec 0/0 --burst-loss 5,burst=4 --fade good=300ms,bad=40ms,loss=90 --rtt 60 "
                + "--workload game:30hz,4s --seed 12"),
        Of(
            "jitter in order",
            "--mode fast --fec 0/0 --rtt 80 --jitter 20ms,normal,fifo --loss 2 --workload bulk:128KiB --seed 13"),
        Of(
            "jitter and reordering",
            "--mode fast --fec 3/1 --rtt 80 --jitter 20ms,exp,reorder --reorder 10,gap=3 --workload bulk:128KiB "
                + "--seed 14"),
        Of(
            "duplicates and corruption",
            "--mode fast2 --fec 10/3 --dup 10 --corrupt 3,havoc --loss 3 --rtt 40 --workload bulk:128KiB --seed 15"),
        Of(
            "damage without checksum or cipher",
            "--mode fast2 --fec 0/0 --corrupt up=1,truncate --rtt 40 --workload echo:200B,n=40 --seed 15"),
        Of(
            "rate with a drop-tail queue",
            "--mode fast3 --fec 0/0 --rate up=1mbit,down=4mbit --queue 20p --rtt 40 --workload bulk:512KiB --seed 16"),
        Of(
            "CoDel",
            "--mode fast2 --fec 0/0 --rate 4mbit --queue 400ms --aqm codel --rtt 40 --workload bulk:512KiB --seed 17"),
        Of(
            "a policer and an mtu",
            "--mode fast2 --fec 0/0 --police 4mbit,burst=32KiB --mtu 1200 --link-mtu 1300 --rtt 40 "
                + "--workload bulk:256KiB --seed 18"),
        Of(
            "blackouts",
            "--mode fast2 --fec 10/3 --blackout at=1s,for=700ms,every=2s --rtt 60 --workload echo:64B,n=80 --seed 19"),
        Of(
            "a new port",
            "--mode fast --fec 0/0 --rebind 400ms --rtt 60 --keepalive 2 --workload short:8x4KiB,every=100ms "
                + "--seed 20"),
        Of(
            "a delivery trace",
            "--mode fast2 --fec 0/0 --trace src/KcpTun.Sim/Golden/steps.trace --rtt 40 --workload bulk:256KiB "
                + "--seed 21"),
        Of(
            "a timeline that heals",
            "--mode fast2 --fec 0/0 --rtt 60 --loss 5 --at '100ms loss=40 rate=2mbit' --at '600ms heal' "
                + "--workload bulk:256KiB --seed 22"),
        Of("preset wifi-bad", "--net wifi-bad --mode fast2 --fec 10/3 --workload game:20hz,80B/160B,4s --seed 23"),
        Of("preset geo-sat", "--net geo-sat --mode fast3 --fec 10/3 --workload web:20 --seed 24"),
        Of("preset lte", "--net lte --mode normal --fec 0/0 --workload bulk:512KiB --seed 25"),
        Of("preset kcp-benchmark", "--net kcp-benchmark --mode fast --fec 0/0 --workload echo:8B,n=80 --seed 26"),
        Of("an idle tunnel", "--mode fast --fec 0/0 --loss 10 --rtt 100 --workload idle:60s --seed 27"),
        Of(
            "closed requests and everything at once",
            "--mode fast2 --fec 5/2 --loss 5 --rtt 50 --seed 28 "
                + "--workload mixed:echo:64B,n=20,closed+game:10hz,2s+short:5x2KiB+bulk:64KiB+web:6+idle:1s"),
    ];

    private static GoldenPlan Of(string name, string line) =>
        new(name, $"{line} --seeds 1", s_hashes.GetValueOrDefault(name));

    private static Dictionary<string, string> ReadHashes()
    {
        using Stream? stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(FileName);
        return stream is null ? [] : JsonSerializer.Deserialize(stream, GoldenJson.Default.DictionaryStringString)!;
    }
}

[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class GoldenJson : JsonSerializerContext;
