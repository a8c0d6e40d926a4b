using System.Text;
using KcpTun.Cli;
using KcpTun.Settings;
using KcpTun.Tunnel;

namespace KcpTun.Conformance.Cli;

internal sealed class JsonConfigTests
{
    [TestCase("""{"mtu":1200}""")]
    [TestCase("""{"MTU":1200}""")]
    [TestCase("""{"mtu":1200} garbage""")]
    [TestCase("""{"mtu":1200}}""")]
    [TestCase("""{"mtu":1200}{"mtu":7}""")]
    [TestCase(""" {"m\u0074u" : 1200 } """)]
    public void Keys_ignore_case_and_only_the_first_value_is_read(string json) => Client(json).Mtu.ShouldBe(1200);

    [Test]
    public void Every_key_of_both_sides_sets_its_option()
    {
        foreach (FlagSides side in (FlagSides[])[FlagSides.Client, FlagSides.Server])
        {
            foreach (FlagSpec flag in FlagTable.Of(side).Where(flag => flag.JsonKey is not null))
            {
                string value = flag.Kind switch { FlagKind.Text => "\"x\"", FlagKind.Integer => "4711", _ => "true" };
                string json = $"{{\"{flag.JsonKey!.ToUpperInvariant()}\":{value}}}";
                ConfigResult result = Apply(json, side);
                result.Error.ShouldBeNull();
                result.Warnings.ShouldBeEmpty();
                FlagValue expected = flag.Kind switch
                {
                    FlagKind.Text => FlagValue.Of("x"),
                    FlagKind.Integer => FlagValue.Of(4711),
                    _ => FlagValue.Of(true),
                };
                flag.Read(result.Settings).ShouldBe(expected, json);
            }
        }
    }

    [TestCase("""{"mtu":null,"sndwnd":77}""")]
    [TestCase("""{"sndwnd":77}""")]
    public void Null_and_absent_keys_leave_the_command_line(string json)
    {
        CommandSettings settings = FlagTable.Defaults(FlagSides.Client);
        settings = settings with { Tunnel = settings.Tunnel with { Mtu = 900 } };
        ConfigResult result = JsonConfig.Apply(FlagSides.Client, settings, "c.json", Encoding.UTF8.GetBytes(json));
        (result.Settings.Tunnel.Mtu, result.Settings.Tunnel.SndWnd).ShouldBe((900, 77));
    }

    [Test]
    public void A_document_that_is_null_changes_nothing() => Client("null").ShouldBe(new ClientOptions());

    [Test]
    public void The_last_duplicate_wins_with_a_warning_for_each()
    {
        ConfigResult result = Apply("""{"mtu":1,"mtu":3,"MTU":5}""");
        result.Settings.Tunnel.Mtu.ShouldBe(5);
        result.Warnings.Count.ShouldBe(2);
        result.Warnings[1].ShouldBe("c.json: line 1, column 18: key \"MTU\" is given again; the last one counts");
    }

    [TestCase("""{"datashards":4}""", "\"datashards\"", "did you mean \"datashard\"?")]
    [TestCase("""{"ds":4}""", "\"ds\"", "did you mean \"datashard\"?")]
    [TestCase("""{"QPPCount":4}""", "\"QPPCount\"", "did you mean \"qpp-count\"?")]
    [TestCase("""{"listen":":1"}""", "\"listen\"", "it is a key of the server")]
    [TestCase("""{"keyy":{"a":[1,{"mtu":5}]}}""", "\"keyy\"", "did you mean \"key\"?")]
    public void Unknown_keys_are_skipped_with_the_nearest_key(string json, string key, string hint)
    {
        ConfigResult result = Apply(json);
        result.Error.ShouldBeNull();
        result.Settings.Tunnel.ShouldBe(new ClientOptions());
        string warning = result.Warnings.ShouldHaveSingleItem();
        warning.ShouldBe($"c.json: line 1, column 2: unknown key {key} is ignored, as in kcptun; {hint}");
    }

    [Test]
    public void An_unknown_key_like_no_other_gets_no_suggestion() =>
        Apply("""{"_comment":"office"}""").Warnings.ShouldHaveSingleItem().ShouldEndWith("is ignored, as in kcptun");

    [TestCase("""{"mtu":"1200"}""", 8, "mtu", "string", "int")]
    [TestCase("""{"mtu":1200.0}""", 8, "mtu", "number 1200.0", "int")]
    [TestCase("""{"mtu":12e2}""", 8, "mtu", "number 12e2", "int")]
    [TestCase("""{"mtu":9223372036854775808}""", 8, "mtu", "number 9223372036854775808", "int")]
    [TestCase("""{"mtu":true}""", 8, "mtu", "bool", "int")]
    [TestCase("""{"mtu":[1]}""", 8, "mtu", "array", "int")]
    [TestCase("""{"mtu":{"a":1}}""", 8, "mtu", "object", "int")]
    [TestCase("""{"nocomp":"yes"}""", 11, "nocomp", "string", "bool")]
    [TestCase("""{"nocomp":1}""", 11, "nocomp", "number 1", "bool")]
    [TestCase("""{"key":5}""", 8, "key", "number 5", "string")]
    [TestCase("""{"key":true}""", 8, "key", "bool", "string")]
    public void Types_are_strict(string json, int column, string key, string found, string wanted) =>
        Apply(json).Error.ShouldNotBeNull().ShouldStartWith(
            $"c.json: line 1, column {column}: \"{key}\": json: cannot unmarshal {found} into Go struct field "
            + $"{key} of type {wanted}; write ");

    [TestCase("[]", "array")]
    [TestCase("5", "number")]
    [TestCase("\"a\"", "string")]
    [TestCase("true", "bool")]
    public void The_document_has_to_be_an_object(string json, string found) =>
        Apply(json).Error.ShouldNotBeNull().ShouldStartWith(
            $"c.json: line 1, column 1: json: cannot unmarshal {found} into");

    [TestCase("", "line 1, column 1: the file is empty")]
    [TestCase(" \n ", "line 2, column 2: the file is empty")]
    [TestCase("{", "line 1, column 2: unexpected end of file")]
    [TestCase("{\"mtu\":1200", "line 1, column 12: unexpected end of file")]
    [TestCase("{\"key\":\"abc", "line 1, column 12: unexpected end of file")]
    [TestCase("{\"mtu\":1200,}", "line 1, column 13: invalid character '}'; there is no comma after the last entry")]
    [TestCase("{mtu:1}", "line 1, column 2: invalid character 'm'; keys stand in \" quotes")]
    [TestCase("{'mtu':1}", "line 1, column 2: invalid character '''; texts and keys stand in \" quotes")]
    [TestCase("{\n  // c\n\"mtu\":1}", "line 2, column 3: invalid character '/'; JSON has no comments")]
    [TestCase("{# c", "line 1, column 2: invalid character '#'; JSON has no comments")]
    [TestCase("\uFEFF{}", "line 1, column 1: invalid character 0xEF; save the file as UTF-8 without byte order mark")]
    [TestCase("{\"key\":\"a\tb\"}", "line 1, column 10: invalid character 0x09; a text ends on the line")]
    [TestCase("{\"mtu\":01200}", "line 1, column 9: invalid character '1'; numbers have no leading zeros")]
    [TestCase("{\"mtu\":1 \"mss\":2}", "line 1, column 10: invalid character '\"'; a comma or colon is missing")]
    [TestCase("{\"mtu\":1,\n\"crypt\":\"é€\", x}", "line 2, column 15: invalid character 'x'; keys stand in")]
    public void Malformed_json_is_located_and_explained(string json, string expected)
    {
        string error = Apply(json).Error.ShouldNotBeNull();
        error.ShouldStartWith($"c.json: {expected}");
        error.ShouldNotContain("\n");
    }

    [Test]
    public void A_syntax_error_outranks_a_wrong_type_before_it() =>
        Apply("""{"mtu":"x","sndwnd":}""").Error.ShouldNotBeNull().ShouldContain("invalid character '}'");

    [Test]
    public void Nothing_is_applied_after_an_error() =>
        Apply("""{"sndwnd":5,"mtu":"x"}""").Settings.Tunnel.ShouldBe(new ClientOptions());

    [Test]
    public void What_only_64_bits_hold_is_clamped_with_a_warning()
    {
        ConfigResult result = Apply("""{"ratelimit":3000000000}""");
        result.Settings.Tunnel.RateLimit.ShouldBe(int.MaxValue);
        result.Warnings.ShouldHaveSingleItem().ShouldContain("3000000000");
    }

    [Test]
    public void Deep_nesting_is_skipped_as_in_Go()
    {
        string deep = new string('[', 5000) + new string(']', 5000);
        Client($$"""{"note":{{deep}},"mtu":1200}""").Mtu.ShouldBe(1200);
    }

    [TestCase("""a\u00e9\u20ac\ud83d\ude00b""", "aé€\U0001F600b")]
    [TestCase("""\"\\\/\b\f\n\r\t""", "\"\\/\b\f\n\r\t")]
    [TestCase("""x\ud800y""", "x\uFFFDy")]
    [TestCase("""\udc00\ud800""", "\uFFFD\uFFFD")]
    [TestCase("""\ud800\u0041""", "\uFFFDA")]
    public void Texts_decode_as_in_Go(string raw, string expected) =>
        Client($"{{\"key\":\"{raw}\"}}").Key.ShouldBe(expected);

    [Test]
    public void Bytes_that_are_no_utf8_become_one_replacement_each() =>
        GoJsonString.Decode([(byte)'a', 0xE2, 0x82, (byte)'b', 0xFF]).ShouldBe("a\uFFFD\uFFFDb\uFFFD");

    private static ClientOptions Client(string json)
    {
        ConfigResult result = Apply(json);
        result.Error.ShouldBeNull();
        return (ClientOptions)result.Settings.Tunnel;
    }

    private static ConfigResult Apply(string json, FlagSides side = FlagSides.Client) =>
        JsonConfig.Apply(side, FlagTable.Defaults(side), "c.json", Encoding.UTF8.GetBytes(json));
}
