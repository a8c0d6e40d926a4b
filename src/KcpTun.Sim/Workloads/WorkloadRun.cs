using KcpTun.IO;
using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Workloads;

/// <summary>Starts the flows of a workload and serves them at the target.</summary>
internal sealed class WorkloadRun(FlowContext context, RandomStream chance)
{
    private readonly List<Flow> _flows = [];

    /// <summary>Completes when every flow is done; never faults, failures are in the context.</summary>
    public Task RunAsync(WorkloadSpec spec) => RunAsync(spec, context.ThroughTunnel);

    private Task RunAsync(WorkloadSpec spec, Route route) => spec switch
    {
        BulkSpec bulk => Add(route, n => new TransferFlow(context, n, bulk.Bytes, bulk.IsUp, isTimed: false)),
        EchoSpec echo => Add(route, n => new EchoFlow(context, n, echo)),
        GameSpec game => Add(route, n => new GameFlow(context, n, game)),
        IdleSpec idle => Task.WhenAll(Enumerable.Range(0, idle.Count)
            .Select(_ => Add(route, n => new IdleFlow(context, n, idle.Duration))).ToArray()),
        ShortSpec brief => RunShortAsync(brief, route),
        WebSpec web => RunWebAsync(web, route),
        TcpSpec tcp => RunAsync(tcp.Traffic, context.OverPath),
        MixedSpec mixed => Task.WhenAll(mixed.Parts.Select(part => RunAsync(part, route)).ToArray()),
        _ => throw new ArgumentException("An unknown workload.", nameof(spec)),
    };

    /// <summary>Accepts what the tunnel's server end connects.</summary>
    public async Task ServeAsync(IStreamListener target)
    {
        try
        {
            while (true)
                _ = ServeAsync(await target.AcceptAsync(CancellationToken.None));
        }
        catch (System.Net.Sockets.SocketException)
        {
            // The listener was closed: the run is over.
        }
    }

    private async Task ServeAsync(IStreamConnection connection)
    {
        byte[] preamble = new byte[Flow.PreambleSize];
        int have = 0;
        while (have < preamble.Length)
        {
            int length = await connection.ReadAsync(preamble.AsMemory(have), CancellationToken.None);
            if (length == 0)
            {
                // A stream that was opened and given up before it said anything (a session that died): no ghost.
                connection.Dispose();
                return;
            }

            have += length;
        }

        if (Flow.TryReadPreamble(preamble, out int number) && number >= 0 && number < _flows.Count)
            await _flows[number].ServeAsync(connection);
        else
            context.OnFailure("INT-2: a stream reached the target that nobody opened");
    }

    private Task Add(Route route, Func<int, Flow> make)
    {
        Flow flow = make(_flows.Count);
        _flows.Add(flow);
        return flow.RunAsync(route);
    }

    private async Task RunShortAsync(ShortSpec spec, Route route)
    {
        var running = new Task[spec.Count];
        long start = context.Loop.Now;
        for (int i = 0; i < spec.Count; i++)
        {
            await context.WaitUntil(start + (i * spec.Every));
            running[i] = Add(route, n => new TransferFlow(context, n, spec.Bytes, isUp: false, isTimed: true));
        }

        await Task.WhenAll(running);
    }

    private Task RunWebAsync(WebSpec spec, Route route)
    {
        var objects = new List<int>[spec.Connections];
        for (int i = 0; i < spec.Objects; i++)
        {
            int bytes = (spec.MeanBytes / 4) + (int)chance.At(i, Math.Max(1, spec.MeanBytes * 3 / 2));
            (objects[i % spec.Connections] ??= []).Add(Math.Max(1, bytes));
        }

        return Task.WhenAll(objects.Where(list => list is not null)
            .Select(list => Add(route, n => new FetchFlow(context, n, list))).ToArray());
    }
}
