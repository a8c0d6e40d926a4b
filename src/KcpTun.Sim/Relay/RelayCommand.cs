using System.Globalization;
using System.Net.Sockets;
using KcpTun.IO;
using KcpTun.Sim.Links;

namespace KcpTun.Sim.Relay;

/// <summary>Runs a relay from its first line to its last.</summary>
public static class RelayCommand
{
    private const int Success = 0;
    private const int Failure = 1;

    /// <summary>Relays until its time is over or it is cancelled, and then says what the path has done.</summary>
    /// <param name="output">Takes one line at the start and one for each direction at the end.</param>
    /// <param name="error">Takes one line when the relay cannot run.</param>
    /// <param name="cancellation">Ends the relay in the regular way.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        RelayOptions options, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        UdpRelay? relay = null;
        var network = new SystemNetwork((_, cause) => relay?.Fail(cause));
        try
        {
            relay = UdpRelay.Start(options, network);
        }
        catch (SocketException e)
        {
            await error.WriteLineAsync($"relay: cannot listen on {options.Listen}: {e.Message}");
            return Failure;
        }

        await output.WriteLineAsync(
            $"relay {relay.Local} to {options.To}: {options.Path.Describe()}; seed {options.Seed}");
        await output.FlushAsync(CancellationToken.None);
        try
        {
            await WaitAsync(relay, options.Duration, cancellation);
        }
        catch (Exception e)
        {
            // Whatever has ended one of the threads.
            await error.WriteLineAsync($"relay: {e.Message}");
            return Failure;
        }

        await output.WriteLineAsync(Summary("up", relay.Up));
        await output.WriteLineAsync(Summary("down", relay.Down));
        return Success;
    }

    private static async Task WaitAsync(UdpRelay relay, TimeSpan? duration, CancellationToken cancellation)
    {
        using CancellationTokenRegistration registration = cancellation.Register(relay.Stop);
        if (duration is { } time)
        {
            await Task.WhenAny(relay.Ended, Task.Delay(time, cancellation));
            relay.Stop();
        }

        await relay.Ended;
    }

    private static string Summary(string name, RelayDirection direction)
    {
        long lost = direction.Drops.Values.Sum();
        string reasons = string.Join(", ", direction.Drops.Select(drop => $"{Name(drop.Key)} {drop.Value}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {direction.Entered} datagrams in, {lost} lost{(lost > 0 ? $" ({reasons})" : "")}, "
                + $"{direction.Duplicates} duplicated, {direction.Link.InFlight} under way, {direction.Delivered} "
                + $"delivered; late by {direction.MeanLateness / 1e6:0.00} ms on average, at most "
                + $"{direction.MaxLateness / 1e6:0.00} ms, {direction.Late} by more than 1 ms");
    }

    private static string Name(DropReason reason) => reason switch
    {
        DropReason.Mtu => "mtu",
        DropReason.QueueFull => "queue full",
        DropReason.CoDel => "CoDel",
        DropReason.Nat => "NAT",
        _ => reason.ToString().ToLowerInvariant(),
    };
}
