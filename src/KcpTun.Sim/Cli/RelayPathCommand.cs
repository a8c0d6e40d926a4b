using System.CommandLine;
using System.Net;
using KcpTun.Sim.Links;
using KcpTun.Sim.Relay;

namespace KcpTun.Sim.Cli;

/// <summary><c>kcptun-sim relay</c>: the path between two real programs, in real time.</summary>
public sealed class RelayPathCommand : ISimCommand
{
    private const string Details =
        """
        Clients send to --listen, and what the path does not lose goes on to --to; answers come back the same way. Up is
        towards --to. Every client has a port of its own. At the end a line for each direction says what became of its
        datagrams, and how late the relay itself was.
        """;

    private readonly Option<string?> _listen =
        new("--listen") { HelpName = "ADDRESS", Description = "clients send here" };

    private readonly Option<string?> _to = new("--to") { HelpName = "ADDRESS", Description = "the server" };
    private readonly Option<string?> _seed = new("--seed") { HelpName = "N", Description = "decides the losses [1]" };
    private readonly Option<string?> _seconds =
        new("--seconds") { HelpName = "TIME", Description = "ends after that time; otherwise at Ctrl-C" };

    public Command Create(SimEnvironment environment)
    {
        DetailedCommand command = new("relay", "put the path between two real UDP programs, in real time", Details);
        foreach (Option<string?> option in new[] { _listen, _to, _seed, _seconds })
            command.Add(option);
        PathOptionSet path = new(command);
        command.SetAction(parsed =>
        {
            RelayOptions options = Read(parsed, path);
            return RelayCommand.RunAsync(options, environment.Output, environment.Error, environment.Interrupt)
                .GetAwaiter().GetResult();
        });
        return command;
    }

    private RelayOptions Read(ParseResult parsed, PathOptionSet path)
    {
        IPEndPoint listen = Address(parsed, _listen);
        IPEndPoint to = Address(parsed, _to);
        if (!PathSpec.TryParse([.. path.Read(parsed)], out PathSpec? spec, out string? error))
            throw CommandException.Usage(error!);
        string? seed = parsed.GetValue(_seed);
        string? seconds = parsed.GetValue(_seconds);
        return new RelayOptions
        {
            Listen = listen,
            To = to,
            Path = spec!,
            Seed = seed is null ? 1 : OptionText.Seed(_seed.Name, seed),
            Duration = seconds is null ? null : OptionText.Time(_seconds.Name, seconds),
        };
    }

    private static IPEndPoint Address(ParseResult parsed, Option<string?> option)
    {
        const string Right = "write an address and a port such as 127.0.0.1:29901";
        string text = parsed.GetValue(option) ?? throw CommandException.Usage($"{option.Name} is missing: {Right}");
        return RelayOptions.TryEndPoint(text, out IPEndPoint? address)
            ? address!
            : throw CommandException.Usage($"{option.Name} {text}: {Right}");
    }
}
