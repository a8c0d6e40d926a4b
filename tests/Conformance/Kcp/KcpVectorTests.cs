using System.Security.Cryptography;
using System.Text.Json;
using KcpTun.Conformance.Support;
using KcpTun.Kcp;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Kcp;

/// <summary>Replays the traces recorded from both generations of the reference, packet for packet.</summary>
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

    private sealed class Endpoint(KcpSession session, PacketCollector output)
    {
        public KcpSession Session => session;

        public static Endpoint Create(JsonElement trace, string name, KcpDialect dialect, PacketPool pool)
        {
            JsonElement windows = trace.GetProperty(name + "_wnd");
            var options = new KcpOptions
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
            };
            return new Endpoint(new KcpSession(options, pool, new SnmpCounters()), new PacketCollector(options.Mtu));
        }

        public void Play(JsonElement step, byte[][] packets, bool ackNoDelay, string where)
        {
            uint now = step.GetProperty("t").GetUInt32();
            switch (step.GetProperty("op").GetString())
            {
                case "flush":
                    session.Flush(now, output).ShouldBe(step.GetProperty("next").GetInt32(), where);
                    break;
                case "write":
                    Write(Vectors.Lcg(step.GetProperty("seed").GetUInt32(), step.GetProperty("len").GetInt32()));
                    session.Flush(now, output);
                    break;
                case "input":
                    int expected = step.TryGetProperty("ret", out JsonElement ret) ? ret.GetInt32() : 0;
                    byte[] packet = packets[step.GetProperty("in").GetInt32()];
                    bool isRegular = step.GetProperty("regular").GetBoolean();
                    session.Input(packet, isRegular, ackNoDelay, now, output)
                        .ToReturnCode().ShouldBe(expected, where);
                    break;
                case "recv":
                    Receive(step, where);
                    break;
                case var op:
                    Assert.Fail($"{where}: unknown operation {op}");
                    break;
            }

            int[] expectedPackets = step.TryGetProperty("out", out JsonElement emitted)
                ? [.. emitted.EnumerateArray().Select(e => e.GetInt32())]
                : [];
            byte[][] actual = output.Take();
            actual.Length.ShouldBe(expectedPackets.Length, where);
            for (int i = 0; i < actual.Length; i++)
                Convert.ToHexString(actual[i]).ShouldBe(Convert.ToHexString(packets[expectedPackets[i]]), where);
            long[] state = [.. step.GetProperty("s").EnumerateArray().Select(e => e.GetInt64())];
            State(session).ShouldBe(state, where);
        }

        private static long[] State(KcpSession s) =>
        [
            s.SendUna, s.SendNext, s.ReceiveNext, s.RtoMs, s.SrttMs, s.RttVarMs, s.RemoteWindow, s.CongestionWindow,
            s.SlowStartThreshold, s.WaitSend, s.ReceiveQueueCount, s.ReceiveBufferCount, s.AckCount, s.ProbeWaitMs,
        ];

        private void Write(byte[] data)
        {
            for (int offset = 0; offset < data.Length; offset += session.Mss)
                session.TrySend(data.AsSpan(offset, Math.Min(session.Mss, data.Length - offset))).ShouldBeTrue();
        }

        private void Receive(JsonElement step, string where)
        {
            byte[] buffer = new byte[4096];
            int length = step.GetProperty("n").GetInt32();
            session.PeekLength().ShouldBe(length, where);
            session.Receive(buffer).ShouldBe(length, where);
            Convert.ToHexStringLower(SHA256.HashData(buffer.AsSpan(0, length)))[..16]
                .ShouldBe(step.GetProperty("data_sha").GetString(), where);
        }
    }
}
