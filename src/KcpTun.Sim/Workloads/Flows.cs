using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Workloads;

/// <summary>A transfer in one direction.</summary>
internal sealed class TransferFlow(FlowContext context, int number, long bytes, bool isUp, bool isTimed)
    : Flow(context, number)
{
    private readonly long _start = context.Loop.Now;

    protected override async Task ClientAsync(FlowStream stream)
    {
        if (isUp)
            await stream.SendAsync(bytes);
        stream.End();
        if (!isUp)
            await ReceiveAsync(stream);
    }

    protected override Task ServerAsync(FlowStream stream) => isUp ? ReceiveAsync(stream) : stream.SendAsync(bytes);

    private async Task ReceiveAsync(FlowStream stream)
    {
        await stream.ReceiveAsync(bytes);
        if (isTimed)
            Context.OnLatency(Context.Loop.Now - _start);
    }
}

/// <summary>Requests and answers.</summary>
internal sealed class EchoFlow(FlowContext context, int number, EchoSpec spec) : Flow(context, number)
{
    private readonly Queue<long> _sentAt = new();

    protected override async Task ClientAsync(FlowStream stream)
    {
        Task answers = spec.IsClosed ? Task.CompletedTask : ReceiveAllAsync(stream);
        long due = Context.Loop.Now;
        for (int i = 0; i < spec.Count; i++)
        {
            await Context.WaitUntil(due);
            _sentAt.Enqueue(Context.Loop.Now);
            await stream.SendAsync(spec.Bytes);
            if (spec.IsClosed)
                await ReceiveAnswerAsync(stream);
            due = Math.Max(due + spec.Every, Context.Loop.Now);
        }

        await answers;
        stream.End();
    }

    protected override async Task ServerAsync(FlowStream stream)
    {
        for (int i = 0; i < spec.Count; i++)
        {
            await stream.ReceiveAsync(spec.Bytes);
            await stream.SendAsync(spec.Bytes);
        }
    }

    private async Task ReceiveAllAsync(FlowStream stream)
    {
        for (int i = 0; i < spec.Count; i++)
            await ReceiveAnswerAsync(stream);
    }

    private async Task ReceiveAnswerAsync(FlowStream stream)
    {
        await stream.ReceiveAsync(spec.Bytes);
        Context.OnLatency(Context.Loop.Now - _sentAt.Dequeue());
    }
}

/// <summary>Messages at a fixed rate in both directions.</summary>
internal sealed class GameFlow(FlowContext context, int number, GameSpec spec) : Flow(context, number)
{
    private readonly Queue<long> _upSentAt = new();
    private readonly Queue<long> _downSentAt = new();

    private long Messages => Math.Max(1, spec.Duration / spec.Every);

    protected override async Task ClientAsync(FlowStream stream)
    {
        Task receiving = ReceiveAsync(stream, spec.DownBytes, _downSentAt);
        await SendAsync(stream, spec.UpBytes, _upSentAt);
        stream.End();
        await receiving;
    }

    protected override async Task ServerAsync(FlowStream stream)
    {
        Task receiving = ReceiveAsync(stream, spec.UpBytes, _upSentAt);
        await SendAsync(stream, spec.DownBytes, _downSentAt);
        await receiving;
    }

    private async Task SendAsync(FlowStream stream, int bytes, Queue<long> sentAt)
    {
        long start = Context.Loop.Now;
        for (long i = 0; i < Messages; i++)
        {
            await Context.WaitUntil(start + (i * spec.Every));
            sentAt.Enqueue(Context.Loop.Now);
            await stream.SendAsync(bytes);
        }
    }

    private async Task ReceiveAsync(FlowStream stream, int bytes, Queue<long> sentAt)
    {
        for (long i = 0; i < Messages; i++)
        {
            await stream.ReceiveAsync(bytes);
            long age = Context.Loop.Now - sentAt.Dequeue();
            Context.OnLatency(age);
            Context.OnDeadline(age > spec.Deadline);
        }
    }
}

/// <summary>Objects requested one after the other over a connection that stays open.</summary>
internal sealed class FetchFlow(FlowContext context, int number, IReadOnlyList<int> objects) : Flow(context, number)
{
    private const int RequestBytes = 400;

    protected override async Task ClientAsync(FlowStream stream)
    {
        foreach (int bytes in objects)
        {
            long start = Context.Loop.Now;
            await stream.SendAsync(RequestBytes);
            await stream.ReceiveAsync(bytes);
            Context.OnLatency(Context.Loop.Now - start);
        }

        stream.End();
    }

    protected override async Task ServerAsync(FlowStream stream)
    {
        foreach (int bytes in objects)
        {
            await stream.ReceiveAsync(RequestBytes);
            await stream.SendAsync(bytes);
        }
    }
}

/// <summary>A connection on which nothing happens for a while.</summary>
internal sealed class IdleFlow(FlowContext context, int number, long duration) : Flow(context, number)
{
    protected override async Task ClientAsync(FlowStream stream)
    {
        await stream.SendAsync(1);
        await Context.WaitUntil(Context.Loop.Now + duration);
        stream.End();
    }

    protected override Task ServerAsync(FlowStream stream) => stream.ReceiveAsync(1);
}
