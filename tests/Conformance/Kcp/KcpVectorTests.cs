using System.Security.Cryptography;
using System.Text.Json;
using KcpTun.Conformance.Kcp.Reference;
using KcpTun.Conformance.Support;
using KcpTun.Kcp;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Kcp;

/// <summary>
/// Replays the traces recorded from both generations of the reference, packet for packet. The reference model of the
/// random tests runs along, so these traces vouch for it too.
/// </summary>
public sealed class KcpVectorTests
{
    private static IEnumerable<TestCaseData> Traces()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "vectors");
        foreach (string path in Directory.GetFiles(folder, "*kcp_*.json").Order(StringComparer.Ordinal))
        {
            string file = Path.GetFileName(path);
            JsonElement root = Vectors.Load(file);
            if (!root.TryGetProperty("cases", out JsonElement cases))
            {
                yield return new TestCaseData(file, 0).SetArgDisplayNames(file);
                continue;
            }

            for (int i = 0; i < cases.GetArrayLength(); i++)
                yield return new TestCaseData(file, i).SetArgDisplayNames(cases[i].GetProperty("name").GetString()!);
        }
    }

    [TestCaseSource(nameof(Traces))]
    public void Replays_the_reference_trace(string file, int caseIndex)
    {
        JsonElement trace = Vectors.Load(file);
        if (trace.TryGetProperty("cases", out JsonElement cases))
            trace = cases[caseIndex];
        KcpDialect dialect = file.StartsWith("old", StringComparison.Ordinal)
            ? KcpDialect.Release2021
            : KcpDialect.Release2026;
        byte[][] packets = [.. trace.GetProperty("packets").EnumerateArray().Select(p => p.GetBytesFromBase64())];
        bool ackNoDelay = trace.GetProperty("ack_no_delay").GetBoolean();
        var pool = new PacketPool(new MemoryBudget(MemoryBudget.DefaultLimitBytes));
        var endpoints = new Dictionary<string, Endpoint>();
        int number = 0;
        foreach (JsonElement step in trace.GetProperty("events").EnumerateArray())
        {
            string name = step.GetProperty("ep").GetString()!;
            if (!endpoints.TryGetValue(name, out Endpoint? endpoint))
                endpoints.Add(name, endpoint = Endpoint.Create(trace, name, dialect, pool));
            endpoint.Play(step, packets, ackNoDelay, $"{file} event {number++}");
        }

        number.ShouldBeGreaterThan(0);
        foreach (Endpoint endpoint in endpoints.Values)
            endpoint.Session.Release();
        pool.Outstanding.ShouldBe(0);
    }

    private sealed class Endpoint(LockstepEndpoint arq)
    {
        public KcpSession Session => arq.Session;

        public static Endpoint Create(JsonElement trace, string name, KcpDialect dialect, PacketPool pool)
        {
            JsonElement windows = trace.GetProperty(name + "_wnd");
            return new Endpoint(new LockstepEndpoint(
                new KcpOptions
                {
                    Conversation = trace.GetProperty("conv").GetUInt32(),
                    NoDelay = trace.GetProperty("nodelay").GetInt32(),
                    Interval = trace.GetProperty("interval").GetInt32(),
                    Resend = trace.GetProperty("resend").GetInt32(),
                    CongestionControl = trace.GetProperty("nc").GetInt32() == 0,
                    SendWindow = windows[0].GetInt32(),
                    ReceiveWindow = windows[1].GetInt32(),
                    Mtu = trace.GetProperty("kcp_mtu").GetInt32(),
                    StreamMode = trace.GetProperty("stream").GetBoolean(),
                    InitialSequence = trace.GetProperty("initial_sn").GetUInt32(),
                    Dialect = dialect,
                },
                pool));
        }

        public void Play(JsonElement step, byte[][] packets, bool ackNoDelay, string where)
        {
            uint now = step.GetProperty("t").GetUInt32();
            switch (step.GetProperty("op").GetString())
            {
                case "flush":
                    arq.Flush(now).ShouldBe(step.GetProperty("next").GetInt32(), where);
                    break;
                case "write":
                    arq.Write(Vectors.Lcg(step.GetProperty("seed").GetUInt32(), step.GetProperty("len").GetInt32()));
                    arq.Flush(now);
                    break;
                case "input":
                    int expected = step.TryGetProperty("ret", out JsonElement ret) ? ret.GetInt32() : 0;
                    byte[] packet = packets[step.GetProperty("in").GetInt32()];
                    arq.Absorb(packet, step.GetProperty("regular").GetBoolean(), now).ShouldBe(expected, where);
                    arq.Settle(ackNoDelay, now);
                    break;
                case "recv":
                    byte[]? message = arq.Receive();
                    message.ShouldNotBeNull(where).Length.ShouldBe(step.GetProperty("n").GetInt32(), where);
                    Convert.ToHexStringLower(SHA256.HashData(message!))[..16]
                        .ShouldBe(step.GetProperty("data_sha").GetString(), where);
                    break;
                case var op:
                    Assert.Fail($"{where}: unknown operation {op}");
                    break;
            }

            Check(step, packets, where);
        }

        private void Check(JsonElement step, byte[][] packets, string where)
        {
            string[] expected = step.TryGetProperty("out", out JsonElement emitted)
                ? [.. emitted.EnumerateArray().Select(e => Convert.ToHexString(packets[e.GetInt32()]))]
                : [];
            arq.Compare(where).Select(Convert.ToHexString).ShouldBe(expected, where);
            long[] state = [.. step.GetProperty("s").EnumerateArray().Select(e => e.GetInt64())];
            LockstepEndpoint.State(Session).ShouldBe(state, where);
        }
    }
}
