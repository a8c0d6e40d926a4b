using KcpTun.Sim.Engine;
using KcpTun.Sim.Network;

namespace KcpTun.Conformance.Sim.Network;

/// <summary>Virtual TCP: what a program may expect of a socket holds for it.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SimConnectionTests
{
    private static (SimLoop Loop, SimConnection Near, SimConnection Far) Pair(int longestRead = int.MaxValue)
    {
        var loop = new SimLoop();
        (SimConnection near, SimConnection far) = SimConnection.Pair(loop, "a", "b", longestRead);
        return (loop, near, far);
    }

    /// <summary>Starts something in the loop and runs until nothing more happens.</summary>
    private static Task Start(SimLoop loop, Func<Task> action)
    {
        Task? task = null;
        loop.Post(_ => task = action(), null);
        loop.Run(() => false, loop.Now);
        loop.Violation.ShouldBeNull();
        return task!;
    }

    private static int Read(SimLoop loop, SimConnection connection, byte[] buffer)
    {
        int length = -1;
        Task read = Start(loop, async () => length = await connection.ReadAsync(buffer, CancellationToken.None));
        read.IsCompletedSuccessfully.ShouldBeTrue();
        return length;
    }

    [Test]
    public void Bytes_come_in_order_and_the_end_after_the_last()
    {
        (SimLoop loop, SimConnection near, SimConnection far) = Pair();
        byte[] buffer = new byte[100];
        Start(loop, async () => await near.WriteAsync(new byte[] { 1, 2, 3 }, CancellationToken.None));
        Start(loop, async () => await near.WriteAsync(new byte[] { 4, 5 }, CancellationToken.None));
        near.ShutdownWrite();

        Read(loop, far, buffer).ShouldBe(5);
        buffer[..5].ShouldBe(new byte[] { 1, 2, 3, 4, 5 });
        Read(loop, far, buffer).ShouldBe(0);
        Read(loop, far, buffer).ShouldBe(0);
        (near.RemoteName, far.RemoteName).ShouldBe(("b", "a"));
    }

    [Test]
    public void After_a_half_close_the_other_direction_goes_on()
    {
        (SimLoop loop, SimConnection near, SimConnection far) = Pair();
        near.ShutdownWrite();
        Read(loop, far, new byte[1]).ShouldBe(0);
        Start(loop, async () => await far.WriteAsync(new byte[7], CancellationToken.None))
            .IsCompletedSuccessfully.ShouldBeTrue();
        Read(loop, near, new byte[10]).ShouldBe(7);
        Start(loop, async () => await near.WriteAsync(new byte[1], CancellationToken.None))
            .Exception!.InnerException.ShouldBeOfType<IOException>();
    }

    [Test]
    public void A_reader_waits_for_bytes()
    {
        (SimLoop loop, SimConnection near, SimConnection far) = Pair();
        byte[] buffer = new byte[10];
        Task read = Start(loop, async () => (await far.ReadAsync(buffer, CancellationToken.None)).ShouldBe(2));
        read.IsCompleted.ShouldBeFalse();
        Start(loop, async () => await near.WriteAsync(new byte[] { 8, 9 }, CancellationToken.None));
        read.IsCompletedSuccessfully.ShouldBeTrue();
        buffer[..2].ShouldBe(new byte[] { 8, 9 });
    }

    [Test]
    public void A_writer_waits_when_nobody_reads()
    {
        (SimLoop loop, SimConnection near, SimConnection far) = Pair();
        Task write = Start(loop, async () => await near.WriteAsync(new byte[SimPipe.Capacity + 1], default));
        write.IsCompleted.ShouldBeFalse();
        Read(loop, far, new byte[1]).ShouldBe(1);
        write.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Test]
    public void A_machine_may_give_out_fewer_bytes_than_asked_for()
    {
        (SimLoop loop, SimConnection near, SimConnection far) = Pair(longestRead: 3);
        Start(loop, async () => await near.WriteAsync(new byte[8], CancellationToken.None));
        new[] { 0, 0, 0 }.Select(_ => Read(loop, far, new byte[100])).ShouldBe([3, 3, 2]);
    }

    [Test]
    public void Who_closes_resets_the_writer_and_ends_the_reader_of_the_other_end()
    {
        (SimLoop loop, SimConnection near, SimConnection far) = Pair();
        Task write = Start(loop, async () => await near.WriteAsync(new byte[SimPipe.Capacity + 1], default));
        Task read = Start(loop, async () => (await near.ReadAsync(new byte[1], default)).ShouldBe(0));
        far.Dispose();
        far.Dispose();
        loop.Run(() => false, loop.Now);

        write.Exception!.InnerException.ShouldBeOfType<IOException>().Message.ShouldContain("reset");
        read.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Test]
    public void Who_closes_ends_its_own_calls()
    {
        (SimLoop loop, SimConnection near, _) = Pair();
        Task write = Start(loop, async () => await near.WriteAsync(new byte[SimPipe.Capacity + 1], default));
        Task read = Start(loop, async () => await near.ReadAsync(new byte[1], default));
        near.Dispose();
        loop.Run(() => false, loop.Now);
        write.Exception!.InnerException.ShouldBeOfType<ObjectDisposedException>();
        read.Exception!.InnerException.ShouldBeOfType<ObjectDisposedException>();
    }

    [Test]
    public void A_read_can_be_cancelled_and_loses_nothing()
    {
        (SimLoop loop, SimConnection near, SimConnection far) = Pair();
        using var cancellation = new CancellationTokenSource();
        Task read = Start(loop, async () => await far.ReadAsync(new byte[1], cancellation.Token));
        Start(loop, () =>
        {
            cancellation.Cancel();
            return Task.CompletedTask;
        });
        read.IsCanceled.ShouldBeTrue();
        Start(loop, async () => await near.WriteAsync(new byte[4], CancellationToken.None));
        Read(loop, far, new byte[10]).ShouldBe(4);
    }

    [Test]
    public void A_write_can_be_cancelled()
    {
        (SimLoop loop, SimConnection near, _) = Pair();
        using var cancellation = new CancellationTokenSource();
        Task write = Start(loop, async () => await near.WriteAsync(new byte[SimPipe.Capacity + 1], cancellation.Token));
        Start(loop, () =>
        {
            cancellation.Cancel();
            return Task.CompletedTask;
        });
        write.IsCanceled.ShouldBeTrue();
    }

    [Test]
    public void Closing_on_a_foreign_thread_fails_the_run()
    {
        (SimLoop loop, SimConnection near, _) = Pair();
        var thread = new Thread(near.Dispose);
        thread.Start();
        thread.Join();
        loop.Violation.ShouldNotBeNull();
    }
}
