using System.Net.Sockets;
using System.Buffers.Binary;
using KcpTun.IO;
using KcpTun.Sim.Engine;
using KcpTun.Sim.Network;
using KcpTun.Sim.Workloads;

namespace KcpTun.Conformance.Sim.Workloads;

/// <summary>Applications that check what they get, with a wire instead of a tunnel between them.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class FlowTests
{
    private static readonly StreamEndPoint s_target = new("127.0.0.1", 1);

    private static ValueTask<IStreamConnection> Nowhere() => throw new SocketException();

    /// <summary>Runs a workload against a target that is served by <paramref name="serve"/>.</summary>
    private static FlowContext Run(string workload, Func<Wire, Task> serve)
    {
        var machine = new Network.SimMachine();
        var context = new FlowContext(
            machine.Loop, () => machine.Client.ConnectAsync(s_target, default), Nowhere, machine.Trace);
        WorkloadSpec.TryParse(workload, out WorkloadSpec? spec, out string? error).ShouldBeTrue(error);
        var run = new WorkloadRun(context, new RandomStream(1, "workload"));
        var wire = new Wire(machine.Client, ((INetwork)machine.Client).Listen(s_target), run);
        Task? done = null;
        machine.Loop.Post(
            _ =>
            {
                serve(wire);
                done = run.RunAsync(spec!);
            },
            null);
        machine.Loop.Run(() => done!.IsCompleted, 100 * SimTime.Second).ShouldBeTrue(machine.Loop.Violation);
        done!.IsCompletedSuccessfully.ShouldBeTrue();
        return context;
    }

    [TestCase("bulk:100KiB", 102_400L, 0)]
    [TestCase("bulk:100KiB,up", 102_400L, 0)]
    [TestCase("echo:64B,n=10,every=1ms", 1280L, 10)]
    [TestCase("echo:64B,n=10,closed", 1280L, 10)]
    [TestCase("game:10hz,30B/70B,2s", 2000L, 40)]
    [TestCase("short:5x1000B", 5000L, 5)]
    [TestCase("idle:3s", 1L, 0)]
    [TestCase("mixed:bulk:1000B+echo:1B,n=1", 1002L, 1)]
    public void Every_workload_ends_well_on_a_wire(string workload, long bytes, int latencies)
    {
        FlowContext context = Run(workload, wire => wire.PassOnAsync());
        context.Failure.ShouldBeNull();
        context.DeliveredBytes.ShouldBe(bytes);
        context.Latencies.ShouldBe(Enumerable.Repeat(0L, latencies));
    }

    [Test]
    public void A_page_has_all_its_objects()
    {
        FlowContext context = Run("web:10,size=1KiB,conn=3", wire => wire.PassOnAsync());
        context.Failure.ShouldBeNull();
        context.Latencies.Count.ShouldBe(10);
        context.DeliveredBytes.ShouldBeInRange((10 * 400) + 2560, (10 * 400) + 17_920);
    }

    [Test]
    public void A_changed_byte_is_INT_1()
    {
        FlowContext context = Run("bulk:10KiB", wire => wire.PassOnAsync((data, offset) =>
        {
            if (offset <= 5000 && offset + data.Length > 5000)
                data[(int)(5000 - offset)] ^= 0x80;
            return data;
        }));
        context.Failure.ShouldNotBeNull();
        context.Failure.Text.ShouldStartWith("INT-1: wrong bytes at offset 5000 of flow 0 down");
        context.Failure.IsBroken.ShouldBeFalse();
    }

    [Test]
    public void Bytes_beyond_the_last_are_INT_1()
    {
        FlowContext context = Run(
            "bulk:1000B", wire => wire.PassOnAsync((data, offset) => offset == 0 ? [.. data, 1] : data));
        context.Failure!.Text.ShouldStartWith("INT-1: flow 0 has bytes beyond its last, at offset 1000");
    }

    [Test]
    public void An_early_end_is_INT_3_and_counts_as_broken()
    {
        FlowContext context = Run("bulk:1000B", wire => wire.PassOnAsync((data, _) => data[..400]));
        context.Failure!.Text.ShouldStartWith("INT-3: flow 0 ended after 400 bytes, 600 are missing");
        context.Failure.IsBroken.ShouldBeTrue();
    }

    [Test]
    public void A_flow_that_reaches_the_target_twice_is_INT_2()
    {
        FlowContext context = Run("echo:64B,n=2,every=1s", async wire =>
        {
            Task pass = wire.PassOnAsync();
            await wire.StrayAsync(0);
            await pass;
        });
        context.Failure!.Text.ShouldContain("INT-2: flow 0 reached the target twice");
    }

    [TestCase(7, true)]
    [TestCase(-1, true)]
    [TestCase(0, false)]
    public void A_stream_that_nobody_opened_is_INT_2(int number, bool hasMagic)
    {
        FlowContext context = Run("echo:64B,n=2,every=1s", async wire =>
        {
            Task pass = wire.PassOnAsync();
            await wire.StrayAsync(number, hasMagic);
            await pass;
        });
        context.Failure!.Text.ShouldBe("INT-2: a stream reached the target that nobody opened");
    }

    [Test]
    public void A_wrong_byte_weighs_more_than_a_broken_connection_and_the_first_is_kept()
    {
        var context = new FlowContext(new SimLoop(), Nowhere, Nowhere, new TraceHash());
        context.OnFailure("broken", isBroken: true);
        context.OnFailure("broken again", isBroken: true);
        context.Failure!.Text.ShouldBe("broken");
        context.OnFailure("wrong");
        context.OnFailure("wrong again");
        context.OnFailure("broken", isBroken: true);
        context.Failure!.Text.ShouldBe("wrong");
        context.Forgive();
        context.Failure.ShouldBeNull();
    }

    /// <summary>In place of the tunnel: passes connections on to the target, and may change what flows down.</summary>
    private sealed class Wire(SimHost host, IStreamListener listener, WorkloadRun run)
    {
        private readonly StreamEndPoint _inner = new("127.0.0.1", 2);

        public async Task PassOnAsync(Func<byte[], long, byte[]>? down = null)
        {
            _ = run.ServeAsync(((INetwork)host).Listen(_inner));
            while (true)
            {
                IStreamConnection near = await listener.AcceptAsync(CancellationToken.None);
                IStreamConnection far = await ((INetwork)host).ConnectAsync(_inner, CancellationToken.None);
                _ = CopyAsync(near, far, null);
                _ = CopyAsync(far, near, down);
            }
        }

        /// <summary>Reaches the target without having been opened by a flow.</summary>
        public async Task StrayAsync(int number, bool hasMagic = true)
        {
            byte[] preamble = new byte[Flow.PreambleSize];
            BinaryPrimitives.WriteUInt32LittleEndian(preamble, hasMagic ? 0x7461_6C66u : 1);
            BinaryPrimitives.WriteInt32LittleEndian(preamble.AsSpan(4), number);
            IStreamConnection stray = await ((INetwork)host).ConnectAsync(_inner, CancellationToken.None);
            await stray.WriteAsync(preamble, CancellationToken.None);
        }

        private static async Task CopyAsync(
            IStreamConnection from, IStreamConnection to, Func<byte[], long, byte[]>? change)
        {
            byte[] buffer = new byte[8192];
            long offset = 0;
            int length;
            while ((length = await from.ReadAsync(buffer, CancellationToken.None)) > 0)
            {
                byte[] data = buffer[..length];
                byte[] changed = change?.Invoke(data, offset) ?? data;
                offset += length;
                await to.WriteAsync(changed, CancellationToken.None);
            }

            to.ShutdownWrite();
        }
    }
}
