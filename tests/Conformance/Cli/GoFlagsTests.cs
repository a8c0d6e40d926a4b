using KcpTun.Cli;
using KcpTun.Settings;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Cli;

internal sealed class GoFlagsTests
{
    [TestCase("-mtu 1200")]
    [TestCase("--mtu 1200")]
    [TestCase("-mtu=1200")]
    [TestCase("--mtu=1200")]
    public void A_flag_takes_one_or_two_hyphens_and_a_space_or_an_equals_sign(string line) =>
        Client(line).Mtu.ShouldBe(1200);

    [TestCase("-l a:1", "a:1")]
    [TestCase("--l a:1", "a:1")]
    [TestCase("--localaddr a:1", "a:1")]
    [TestCase("-localaddr=a:1", "a:1")]
    [TestCase("-localaddr=", "")]
    [TestCase("-localaddr=a=b", "a=b")]
    [TestCase("-localaddr -quiet", "-quiet")]
    public void Aliases_and_odd_values_reach_the_option(string line, string expected) =>
        Client(line).LocalAddr.ShouldBe(expected);

    [Test]
    public void Short_names_of_the_shards_work()
    {
        ClientOptions options = Client("-ds 7 --ps=2");
        (options.DataShard, options.ParityShard).ShouldBe((7, 2));
    }

    [TestCase("0b101", 5)]
    [TestCase("0B11", 3)]
    [TestCase("0o17", 15)]
    [TestCase("0O17", 15)]
    [TestCase("017", 15)]
    [TestCase("0x500", 1280)]
    [TestCase("0X1f", 31)]
    [TestCase("-5", -5)]
    [TestCase("+7", 7)]
    [TestCase("-0x10", -16)]
    [TestCase("-017", -15)]
    [TestCase("1_000", 1000)]
    [TestCase("0_7", 7)]
    [TestCase("0x_1", 1)]
    [TestCase("00", 0)]
    [TestCase("0", 0)]
    public void Integers_are_read_as_Go_reads_them(string text, int expected) =>
        Client($"--mtu {text}").Mtu.ShouldBe(expected);

    [TestCase("9223372036854775807", int.MaxValue)]
    [TestCase("-9223372036854775808", int.MinValue)]
    [TestCase("2147483648", int.MaxValue)]
    public void What_only_64_bits_hold_is_clamped_with_a_warning(string text, int expected)
    {
        ParsedFlags parsed = Parse("--smuxbuf", text);
        parsed.Settings.Tunnel.SmuxBuf.ShouldBe(expected);
        parsed.Warnings.ShouldHaveSingleItem().ShouldContain(text);
    }

    [TestCase("")]
    [TestCase("_5")]
    [TestCase("5_")]
    [TestCase("1__0")]
    [TestCase(" 5")]
    [TestCase("5.0")]
    [TestCase("1e3")]
    [TestCase("0x")]
    [TestCase("0b2")]
    [TestCase("08")]
    [TestCase("abc")]
    [TestCase("--5")]
    [TestCase("٣")]
    public void A_bad_number_is_named_with_its_flag_and_what_would_be_right(string text) =>
        Parse("--mtu", text).Error.ShouldBe(
            $"Incorrect Usage. invalid value \"{text}\" for flag -mtu: parse error; write a whole number such as 1350");

    [TestCase("9223372036854775808")]
    [TestCase("-9223372036854775809")]
    [TestCase("0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    public void A_number_beyond_64_bits_is_out_of_range(string text) =>
        Parse("--mtu", text).Error.ShouldBe(
            $"Incorrect Usage. invalid value \"{text}\" for flag -mtu: value out of range");

    [TestCase("01350", 744)]
    [TestCase("-010", -8)]
    public void A_leading_zero_is_octal_and_says_so(string text, int expected)
    {
        ParsedFlags parsed = Parse("-mtu", text);
        parsed.Settings.Tunnel.Mtu.ShouldBe(expected);
        parsed.Warnings.ShouldHaveSingleItem().ShouldContain($"octal and means {expected}");
    }

    [TestCase("true", true)]
    [TestCase("True", true)]
    [TestCase("TRUE", true)]
    [TestCase("t", true)]
    [TestCase("T", true)]
    [TestCase("1", true)]
    [TestCase("false", false)]
    [TestCase("False", false)]
    [TestCase("FALSE", false)]
    [TestCase("f", false)]
    [TestCase("F", false)]
    [TestCase("0", false)]
    public void Booleans_take_the_spellings_of_Go(string text, bool expected) =>
        Client($"--nocomp={text}").NoComp.ShouldBe(expected);

    [Test]
    public void A_boolean_needs_no_value()
    {
        ClientOptions options = Client("--QPP --nocomp -quiet");
        (options.Qpp, options.NoComp, options.Quiet).ShouldBe((true, true, true));
    }

    [TestCase("tRUE")]
    [TestCase("yes")]
    [TestCase("")]
    public void Any_other_boolean_is_wrong(string text) =>
        Parse($"--nocomp={text}").Error.ShouldBe(
            $"Incorrect Usage. invalid boolean value \"{text}\" for -nocomp: parse error; "
            + "write -nocomp or -nocomp=false");

    [TestCase("extra --sndwnd 9", "extra")]
    [TestCase("-- --sndwnd 9", "--sndwnd")]
    [TestCase("- --sndwnd 9", "-")]
    public void The_first_word_that_is_no_flag_ends_the_flags_with_a_warning(string line, string word)
    {
        ParsedFlags parsed = Parse($"--mtu 1200 {line}".Split(' '));
        parsed.Error.ShouldBeNull();
        parsed.Settings.Tunnel.Mtu.ShouldBe(1200);
        parsed.Settings.Tunnel.SndWnd.ShouldBe(128);
        parsed.Warnings.ShouldHaveSingleItem().ShouldStartWith($"\"{word}\" is no flag");
    }

    [Test]
    public void An_empty_word_ends_the_flags_too() =>
        Parse("", "--mtu", "1200").Settings.Tunnel.Mtu.ShouldBe(1350);

    [Test]
    public void A_boolean_value_after_a_space_gets_a_hint() =>
        Parse("--nocomp", "false", "--mtu", "1200").Warnings.ShouldHaveSingleItem().ShouldContain("equals sign");

    [Test]
    public void A_terminator_with_nothing_behind_it_is_fine() => Parse("--mtu", "1200", "--").Warnings.ShouldBeEmpty();

    [TestCase("help")]
    [TestCase("h")]
    public void The_word_help_asks_for_help(string word) => Parse("--mtu", "1", word).Settings.Help.ShouldBeTrue();

    [Test]
    public void The_last_occurrence_wins()
    {
        ClientOptions options = Client("--mtu 1 --mtu 2 --nocomp --nocomp=false");
        (options.Mtu, options.NoComp).ShouldBe((2, false));
    }

    [Test]
    public void Two_spellings_of_one_flag_are_refused() =>
        Parse("-l", "a:1", "--localaddr", "b:2").Error.ShouldBe(
            "Incorrect Usage. Cannot use two forms of the same flag: l localaddr");

    [TestCase("-mtus 1", "flag provided but not defined: -mtus; did you mean --mtu?")]
    [TestCase("--qpp", "flag provided but not defined: -qpp; did you mean --QPP?")]
    [TestCase("--qppcount=3", "flag provided but not defined: -qppcount; did you mean --QPPCount?")]
    [TestCase("--remoteadr x", "flag provided but not defined: -remoteadr; did you mean --remoteaddr?")]
    [TestCase("--dataShards 3", "flag provided but not defined: -dataShards; did you mean --datashard?")]
    [TestCase("--key-file x", "flag provided but not defined: -key-file; -h lists all flags")]
    [TestCase("--listen x", "flag provided but not defined: -listen; it is a flag of the server")]
    [TestCase("--xyzzy", "flag provided but not defined: -xyzzy; -h lists all flags")]
    [TestCase("---mtu 3", "bad flag syntax: ---mtu")]
    [TestCase("-=3", "bad flag syntax: -=3")]
    [TestCase("--=3", "bad flag syntax: --=3")]
    [TestCase("--mtu", "flag needs an argument: -mtu")]
    [TestCase("-c", "flag needs an argument: -c")]
    public void Usage_errors_name_the_flag_in_one_line(string line, string expected) =>
        Parse(line.Split(' ')).Error.ShouldBe($"Incorrect Usage. {expected}");

    [Test]
    public void An_error_is_one_line_even_if_the_flag_is_not() =>
        Parse("--a\nb").Error.ShouldNotBeNull().ShouldNotContain("\n");

    [Test]
    public void Hidden_flags_are_accepted()
    {
        ClientOptions options = Client("--acknodelay --nodelay 1 --interval 15 --resend 2 --nc 1");
        (options.AckNoDelay, options.NoDelay, options.Interval, options.Resend, options.Nc)
            .ShouldBe((true, 1, 15, 2, 1));
    }

    private static ClientOptions Client(string line)
    {
        ParsedFlags parsed = Parse(line.Split(' '));
        parsed.Error.ShouldBeNull();
        return (ClientOptions)parsed.Settings.Tunnel;
    }

    private static ParsedFlags Parse(params string[] words) =>
        GoFlags.Parse(FlagSides.Client, FlagTable.Defaults(FlagSides.Client), words);
}
