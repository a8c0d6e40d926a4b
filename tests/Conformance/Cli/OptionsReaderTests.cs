using KcpTun.Settings;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Cli;

/// <summary>The library's own door to kcptun's flags and files.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class OptionsReaderTests
{
    [Test]
    public void Flags_become_options_with_the_modes_profile_applied()
    {
        OptionsReading<ClientOptions> read = OptionsReader.Client(["--mode", "fast2", "-r", "h:1", "--key=k"]);

        read.Errors.ShouldBeEmpty();
        read.Warnings.ShouldBeEmpty();
        (read.Options.RemoteAddr, read.Options.Interval, read.Options.Resend).ShouldBe(("h:1", 20, 2));
    }

    [Test]
    public void A_file_wins_over_the_flags()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, """{"key": "of the file", "sndwnd": 99}""");
        try
        {
            OptionsReading<ServerOptions> read = OptionsReader.Server(["--sndwnd", "7", "-c", path]);

            read.Errors.ShouldBeEmpty();
            (read.Options.Key, read.Options.SndWnd).ShouldBe(("of the file", 99));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void Given_defaults_count_where_nothing_is_said()
    {
        ClientOptions defaults = new() { Key = "mine", SndWnd = 77 };
        OptionsReader.Client(["--key", "other"], defaults).Options.SndWnd.ShouldBe(77);
    }

    [TestCase("--sndwnd x", "parse error")]
    [TestCase("--listen :1", "a flag of the server")]
    [TestCase("-c /nowhere/at/all", "no such file")]
    [TestCase("--smuxver 3", "must be 1 or 2")]
    public void What_cannot_be_used_is_an_error_and_leaves_the_defaults(string line, string words)
    {
        ClientOptions defaults = new();
        OptionsReading<ClientOptions> read = OptionsReader.Client(line.Split(' '), defaults);

        read.Errors.ShouldHaveSingleItem().ShouldContain(words);
        read.Options.ShouldBe(defaults);
    }
}
