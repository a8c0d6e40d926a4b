namespace KcpTun.Sim.Cli;

/// <summary>What the process ends with.</summary>
public static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>A defect, or a file that could not be written.</summary>
    public const int Failure = 1;

    /// <summary>The command line or an input file is wrong.</summary>
    public const int Usage = 2;

    /// <summary>A run did not finish within its limit, or delivered a wrong byte. All results are there.</summary>
    public const int Incomplete = 3;

    /// <summary>An assertion or an expected hash did not hold.</summary>
    public const int Assertion = 4;

    /// <summary>Ctrl-C or SIGTERM.</summary>
    public const int Interrupted = 130;

    /// <summary>swarm: a run threw.</summary>
    public const int Crash = 127;

    /// <summary>swarm: something did not finish on a path that had healed.</summary>
    public const int Liveness = 128;

    /// <summary>swarm: something was wrong: bytes, limits, the protocol, silence.</summary>
    public const int Correctness = 129;

    /// <summary>Two executions of one plan differed, or a run used the thread pool.</summary>
    public const int Nondeterminism = 131;

    /// <summary>For <c>--help</c>.</summary>
    public const string Help =
        "Exit status: 0 done; 1 defect or unwritable file; 2 wrong command line or input; 3 a run did not complete; "
        + "4 an assertion or an expected hash did not hold; 127, 128, 129 swarm found a crash, something that does not "
        + "finish, something wrong; 130 interrupted; 131 not deterministic.";
}

/// <summary>Ends a command with one line on standard error.</summary>
/// <param name="status">One of <see cref="ExitCodes"/>.</param>
/// <param name="message">The line, without the program's name.</param>
public sealed class CommandException(int status, string message) : Exception(message)
{
    public int Status => status;

    /// <summary>Something given by the user is wrong.</summary>
    public static CommandException Usage(string message) => new(ExitCodes.Usage, message);
}
