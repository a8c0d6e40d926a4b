using System.Text.RegularExpressions;
using KcpTun.Cli;
using KcpTun.Conformance.Cli.Support;
using KcpTun.Settings;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Cli;

internal sealed partial class FlagTableTests
{
    private static readonly string[] s_common =
    [
        "key", "crypt", "mode", "mtu", "sndwnd", "rcvwnd", "datashard", "parityshard", "dscp", "nocomp", "acknodelay",
        "nodelay", "interval", "resend", "nc", "sockbuf", "smuxver", "smuxbuf", "streambuf", "keepalive", "log",
        "snmplog", "snmpperiod", "quiet", "tcp", "ratelimit", "framesize", "pprof", "qpp", "qpp-count", "closewait",
    ];

    [TestCase("client", "20260314")]
    [TestCase("client", "20210922")]
    [TestCase("server", "20260314")]
    [TestCase("server", "20210922")]
    public void Every_flag_in_the_help_of_kcptun_is_known(string side, string release)
    {
        GoFlag[] flags = GoFlags(side, release);
        flags.Length.ShouldBeGreaterThan(25);
        foreach (GoFlag go in flags)
        {
            FlagSpec flag = FlagTable.ByName(Side(side), go.Name).ShouldNotBeNull(go.Name);
            flag.Alias.ShouldBe(go.Alias, go.Name);
            (flag.Kind == FlagKind.Boolean).ShouldBe(!go.TakesValue, go.Name);
            flag.Variable.ShouldBe(go.Variable, go.Name);
            flag.IsHidden.ShouldBeFalse(go.Name);
            flag.IsAddition.ShouldBeFalse(go.Name);
        }
    }

    [TestCase("client")]
    [TestCase("server")]
    public void Defaults_and_sentences_are_those_of_release_20260314(string side)
    {
        string[] reworded = ["mode", "tcp", "pprof"];
        foreach (GoFlag go in GoFlags(side, "20260314"))
        {
            FlagSpec flag = FlagTable.ByName(Side(side), go.Name).ShouldNotBeNull(go.Name);
            flag.DefaultText(FlagTable.Defaults(Side(side))).ShouldBe(go.Default, go.Name);
            if (!reworded.Contains(go.Name))
                flag.Help.TrimEnd('.').ShouldBe(go.Help.TrimEnd('.'), go.Name);
        }
    }

    [TestCase("client")]
    [TestCase("server")]
    public void Shown_flags_beyond_kcptun_are_marked_as_additions(string side)
    {
        string[] known = [.. GoFlags(side, "20260314").Select(flag => flag.Name)];
        IEnumerable<FlagSpec> others = FlagTable.Of(Side(side)).Where(flag => !known.Contains(flag.Name));
        others.Where(flag => !flag.IsHidden).ShouldAllBe(flag => flag.IsAddition);
        others.Where(flag => flag.IsHidden).Select(flag => flag.Name)
            .ShouldBe(["acknodelay", "nodelay", "interval", "resend", "nc"]);
        others.Where(flag => flag.IsAddition).Select(flag => flag.Name).ShouldBe(["tuncrypt", "logformat"]);
    }

    [Test]
    public void Json_keys_are_those_of_kcptun_and_our_two()
    {
        string[] client = ["localaddr", "remoteaddr", "conn", "autoexpire", "scavengettl"];
        string[] server = ["listen", "target"];
        string[] ours = ["tuncrypt", "logformat"];
        Keys(FlagSides.Client).ShouldBe([.. s_common, .. client, .. ours], ignoreOrder: true);
        Keys(FlagSides.Server).ShouldBe([.. s_common, .. server, .. ours], ignoreOrder: true);
    }

    [TestCase("client")]
    [TestCase("server")]
    public void Every_flag_changes_its_own_setting_and_no_other(string side)
    {
        FlagSpec[] flags = [.. FlagTable.Of(Side(side))];
        foreach (FlagSpec flag in flags)
        {
            CommandSettings before = FlagTable.Defaults(Side(side));
            CommandSettings after = flag.Write(before, new FlagValue("changed", 4711, true));
            FlagValue expected = flag.Kind switch
            {
                FlagKind.Text => FlagValue.Of("changed"),
                FlagKind.Integer => FlagValue.Of(4711),
                _ => FlagValue.Of(true),
            };
            flag.Read(after).ShouldBe(expected, flag.Name);
            foreach (FlagSpec other in flags.Where(other => other != flag))
                other.Read(after).ShouldBe(other.Read(before), $"{flag.Name} changed {other.Name}");
        }
    }

    [Test]
    public void The_default_key_keeps_its_spelling() => new ClientOptions().Key.ShouldBe("it's a secrect");

    private static FlagSides Side(string name) => name == "client" ? FlagSides.Client : FlagSides.Server;

    private static IEnumerable<string> Keys(FlagSides side) =>
        FlagTable.Of(side).Select(flag => flag.JsonKey).OfType<string>();

    private static GoFlag[] GoFlags(string side, string release) =>
    [
        .. RepositoryFiles.ReferenceLines($"{side}-{release}.help.txt")
            .Select(line => FlagLine().Match(line))
            .Where(match => match.Success)
            .Select(match => new GoFlag(
                match.Groups["name"].Value,
                match.Groups["alias"].Success ? match.Groups["alias"].Value : null,
                match.Groups["value"].Success,
                match.Groups["help"].Value,
                match.Groups["default"].Value,
                match.Groups["variable"].Success ? match.Groups["variable"].Value : null)),
    ];

    [GeneratedRegex(
        @"^   --?(?<name>\w+)(?<value> value)?(, --?(?<alias>\w+)( value)?)? {2,}(?<help>.*?)"
        + @"( \(default: (?<default>.*)\))?( \[\$(?<variable>\w+)\])?$")]
    private static partial Regex FlagLine();

    private sealed record GoFlag(
        string Name, string? Alias, bool TakesValue, string Help, string Default, string? Variable);
}
