using KcpTun.Sim.Engine;
using KcpTun.Sim.Links;

namespace KcpTun.Conformance.Sim.Links;

/// <summary>Paths by text: what is understood, what is refused and how.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class PathParserTests
{
    private static readonly Probability s_five = Probability.FromPercent(5);

    [Test]
    public void Every_option_takes_its_own_example()
    {
        foreach (PathOption option in PathOptions.All.Where(option => option.Key != "trace"))
        {
            string companions = option.Key switch
            {
                "rtt-split" => "rtt=200 ",
                "queue" or "aqm" => "rate=1mbit ",
                "jitter" or "reorder" => "delay=50 ",
                _ => "",
            };
            LinkRun.Parse($"{companions}{option.Key}={option.Example.Replace(' ', '_')}");
        }
    }

    [TestCase("5", "5", "5")]
    [TestCase("up=5", "5", null)]
    [TestCase("down=5", null, "5")]
    [TestCase("up=5,down=6", "5", "6")]
    [TestCase("down=6,up=5", "5", "6")]
    [TestCase("5,burst=4", "5,burst=4", "5,burst=4")]
    [TestCase("up=5,burst=4,down=9,burst=2", "5,burst=4", "9,burst=2")]
    [TestCase("up=at=5s,for=2s", "at=5s,for=2s", null)]
    public void A_value_divides_between_the_directions(string text, string? up, string? down)
    {
        DirectionalValue.TrySplit(text, out string? gotUp, out string? gotDown).ShouldBeTrue();
        (gotUp, gotDown).ShouldBe((up, down));
    }

    [TestCase("5,up=6")]
    [TestCase("up=5,up=6")]
    public void A_value_that_does_not_divide_is_refused(string text) =>
        DirectionalValue.TrySplit(text, out _, out _).ShouldBeFalse();

    [Test]
    public void Directions_are_set_apart()
    {
        PathSpec path = LinkRun.Parse("loss=up=5 burst-loss=down=50,burst=10 rate=up=1mbit,down=2mbit");
        path.Up.Loss.ShouldBe(s_five);
        path.Down.Loss.IsZero.ShouldBeTrue();
        path.Up.Burst.ShouldBeNull();
        path.Down.Burst!.Recover.ShouldBe(Probability.FromPercent(10));
        path.Down.Burst.Worsen.ShouldBe(Probability.FromPercent(10));
        (path.Up.Rate, path.Down.Rate).ShouldBe((1_000_000, 2_000_000));
        path.Up.Queue.ShouldBe(new QueueLimit(QueueUnit.Time, 100 * SimTime.Millisecond));
    }

    [TestCase("queue=100ms", QueueUnit.Time, 100_000_000)]
    [TestCase("queue=256KiB", QueueUnit.Bytes, 262_144)]
    [TestCase("queue=200p", QueueUnit.Packets, 200)]
    public void Queues_have_three_units(string setting, QueueUnit unit, long amount) =>
        LinkRun.Parse("rate=1mbit " + setting).Up.Queue.ShouldBe(new QueueLimit(unit, amount));

    [TestCase("ge=1", 1, 99, 100, 0)]
    [TestCase("ge=1,25", 1, 25, 100, 0)]
    [TestCase("ge=1,25,80,2", 1, 25, 80, 2)]
    public void Gilbert_Elliott_has_netem_s_defaults(string setting, int p, int r, int bad, int good)
    {
        GilbertElliott burst = LinkRun.Parse(setting).Up.Burst!;
        (burst.Worsen.Value, burst.LossInBad.Value, burst.LossInGood.Value).ShouldBe((p / 100.0, bad / 100.0, good / 100.0));
        burst.Recover.Value.ShouldBe(r / 100.0, 1e-12);
    }

    [TestCase("loss=130", "--loss: '130' does not make sense; it takes PERCENT, for example 30")]
    [TestCase("loss=-1", "--loss: '-1' does not make sense; it takes PERCENT, for example 30")]
    [TestCase("loss=up=3,down=x", "--loss: 'x' does not make sense; it takes PERCENT, for example 30")]
    [TestCase("loss=3,4", "--loss: '3,4' does not make sense; it takes PERCENT, for example 30")]
    [TestCase("loss=3,up=4", "--loss: '3,up=4' must be X or up=X,down=Y (either may be missing)")]
    [TestCase("loss=3 loss=4", "--loss: given twice; for the two directions write --loss up=X,down=Y")]
    [TestCase("wind=3", "--wind: the path has no such option")]
    [TestCase("delay=-5ms", "--delay: '-5ms' does not make sense; it takes TIME, for example 80ms")]
    [TestCase("rtt=20parsec", "--rtt: '20parsec' does not make sense; it takes TIME, for example 200")]
    [TestCase("rtt=20 delay=5", "--delay: contradicts --rtt; leave one of them out")]
    [TestCase("delay=up=5 rtt=20", "--rtt: contradicts --delay; leave one of them out")]
    [TestCase("rtt-split=70/30", "--rtt-split: there is no round trip to split; give --rtt")]
    [TestCase("rtt=9 rtt-split=70/40", "--rtt-split: '70/40' must be two percentages that add up to 100, as in 70/30")]
    [TestCase("jitter=5 delay=4", "--jitter: exceeds the one-way delay of 4 ms, which would become negative")]
    [TestCase("delay=9 jitter=5,normal,exp", "--jitter: '5,normal,exp' does not make sense")]
    [TestCase("ge=1,25 burst-loss=5,burst=4", "--burst-loss: contradicts --ge; leave one of them out")]
    [TestCase("burst-loss=5", "--burst-loss: '5' does not make sense; it takes PERCENT,burst=PACKETS")]
    [TestCase("burst-loss=90,burst=2", "--burst-loss: so much loss needs longer bursts, burst=9 or more")]
    [TestCase("burst-loss=5,burst=0.5", "--burst-loss: a burst has from 1 to 1000000 packets")]
    [TestCase("burst-loss=100,burst=5", "--burst-loss: where everything is lost there are no bursts; use --loss 100")]
    [TestCase("fade=good=2s,bad=80us,loss=90", "--fade: a spell lasts at least 1ms")]
    [TestCase("fade=good=2s,loss=90", "--fade: 'good=2s,loss=90' does not make sense")]
    [TestCase("fade=good=2s,bad=1s,loss=90,ugly=1s", "--fade: 'good=2s,bad=1s,loss=90,ugly=1s' does not make sense")]
    [TestCase("drop=0", "--drop: '0' does not make sense; it takes N[-N][,…], for example 3,7-9")]
    [TestCase("drop=9-7", "--drop: '9-7' does not make sense")]
    [TestCase("reorder=25", "--reorder: nothing overtakes without a delay; give --rtt or --delay")]
    [TestCase("delay=5 reorder=25,gap=0", "--reorder: '25,gap=0' does not make sense")]
    [TestCase("corrupt=1,fire", "--corrupt: '1,fire' does not make sense")]
    [TestCase("rate=0mbit", "--rate: '0mbit' does not make sense; it takes RATE, for example 20mbit")]
    [TestCase("rate=20", "--rate: '20' does not make sense; it takes RATE, for example 20mbit")]
    [TestCase("rate=1mbit queue=100", "--queue: '100' does not make sense; it takes TIME|SIZE|PACKETSp")]
    [TestCase("queue=100ms", "--queue: there is no bottleneck to queue for; give --rate or --trace")]
    [TestCase("aqm=codel", "--aqm: there is no queue to manage; give --rate or --trace")]
    [TestCase("rate=1mbit aqm=red", "--aqm: 'red' does not make sense")]
    [TestCase("rate=1mbit aqm=codel,target=100ms", "--aqm: CoDel's target must be shorter than its interval")]
    [TestCase("police=10mbit", "--police: '10mbit' does not make sense; it takes RATE,burst=SIZE")]
    [TestCase("police=10mbit,burst=0B", "--police: its burst must be from 1B to 1GiB")]
    [TestCase("overhead=-1", "--overhead: '-1' does not make sense")]
    [TestCase("mtu=20", "--mtu: '20' does not make sense")]
    [TestCase("blackout=at=5s", "--blackout: 'at=5s' does not make sense; it takes at=TIME,for=TIME[,every=TIME]")]
    [TestCase("blackout=at=5s,for=2s,every=2s", "--blackout: a path that is down all the time is --loss 100")]
    [TestCase("rebind=10", "--rebind: '10' does not make sense; it takes TIME[,every=TIME], for example 10s,every=20s")]
    [TestCase("nat-timeout=0s", "--nat-timeout: '0s' does not make sense")]
    [TestCase("net=carrier-pigeon", "--net: there is no preset 'carrier-pigeon'; it is one of lan, cable, dsl")]
    [TestCase("net=geo-sat loss=3", "--loss: the preset geo-sat sets it already; leave out --loss, or replace")]
    [TestCase("net=lte delay=3", "--delay: the preset lte sets --rtt already; leave out --delay, or replace")]
    [TestCase("at=loss=40", "--at: 'loss=40' must begin with a time, as in 5s loss=40")]
    [TestCase("at=5s", "--at: '5s': says nothing; add KEY=VALUE, or heal")]
    [TestCase("at=5s_loss=140", "--at: '5s loss=140': --loss: '140' does not make sense")]
    [TestCase("at=5s_loss", "--at: '5s loss': 'loss' is not something that can change; write KEY=VALUE, as in loss=40")]
    [TestCase("at=5s_net=lte", "--at: '5s net=lte': 'net=lte' is not something that can change")]
    [TestCase("at=5s_loss=1_loss=2", "--at: '5s loss=1 loss=2': loss is given twice")]
    [TestCase("rtt=40 jitter=20 at=5s_rtt=20", "--at: '5s rtt=20': --jitter: exceeds the one-way delay of 10 ms")]
    [TestCase("trace=/nowhere/at.all", "--trace: /nowhere/at.all cannot be read: ")]
    public void What_makes_no_sense_is_refused_in_one_line(string settings, string expected)
    {
        PathSpec.TryParse(LinkRun.Settings(settings), out PathSpec? path, out string? error).ShouldBeFalse();
        path.ShouldBeNull();
        error.ShouldStartWith(expected);
        error.ShouldNotContain('\n');
    }

    [TestCase("5\n7\n7\n\n20\n", null)]
    [TestCase("5\nseven\n", "t:2: 'seven' is not a whole number of milliseconds")]
    [TestCase("5\n-7\n", "t:2: '-7' is not a whole number of milliseconds")]
    [TestCase("5\n7.5\n", "t:2: '7.5' is not a whole number of milliseconds")]
    [TestCase("5\n7\n6\n", "t:3: 6 comes after 7; times must not go back")]
    [TestCase("", "t: a trace needs at least one line, and its last must be above 0")]
    [TestCase("0\n0\n", "t: a trace needs at least one line, and its last must be above 0")]
    public void A_trace_is_checked_line_by_line(string text, string? expected)
    {
        DeliveryTrace.TryParse("t", text.Split('\n'), out string? error);
        error.ShouldBe(expected);
    }

    [Test]
    public void A_trace_is_read_from_its_file()
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.trace");
        File.WriteAllText(path, "1\n2\n3\n4\n");
        try
        {
            PathSpec parsed = LinkRun.Parse($"trace={path}");
            parsed.Down.Trace!.MeanRate.ShouldBe(1504 * 8 * 1000);
            parsed.Down.Queue.ShouldBe(new QueueLimit(QueueUnit.Bytes, 512 << 10));
            Refused($"trace={path} rate=1mbit").ShouldBe("--rate: contradicts --trace; leave one of them out");
            Refused($"trace={path} at=1s_rate=1mbit").ShouldEndWith("contradicts --trace; leave one of them out");
            File.WriteAllText(path, "1\nx\n");
            Refused($"trace={path}").ShouldBe($"--trace: {path}:2: 'x' is not a whole number of milliseconds");
        }
        finally
        {
            File.Delete(path);
        }

        static string? Refused(string settings)
        {
            PathSpec.TryParse(LinkRun.Settings(settings), out _, out string? error).ShouldBeFalse();
            return error;
        }
    }

    [Test]
    public void Settings_are_kept_as_a_command_line_would_repeat_them()
    {
        KeyValuePair<string, string>[] given = [new("net", "lte"), new("loss ", " up=3 "), new("at", " 5s   loss=40 ")];
        PathSpec.TryParse(given, out PathSpec? path, out string? error).ShouldBeTrue(error);
        path!.Settings.ShouldBe([new("net", "lte"), new("loss", "up=3"), new("at", "5s loss=40")]);
        PathSpec.TryParse(path.Settings, out PathSpec? again, out _).ShouldBeTrue();
        again!.Describe().ShouldBe(path.Describe());
    }

    [Test]
    public void Every_preset_parses_and_names_its_source()
    {
        foreach (PathPreset preset in PathPresets.All)
        {
            LinkRun.Parse($"net={preset.Name}").Describe().ShouldStartWith(preset.Name + ": rtt ");
            preset.Source.ShouldNotBeNullOrWhiteSpace();
            PathSpec.TryParse(preset.Settings, out _, out string? error).ShouldBeTrue(error);
        }

        PathPresets.All.Select(preset => preset.Name).ShouldBeUnique();
    }

    [TestCase("", "a perfect wire")]
    [TestCase("rtt=200 loss=30", "rtt 200 ms, loss 30 % each way")]
    [TestCase("rtt=200 rtt-split=70/30", "rtt 200 ms (140 ms up, 60 ms down)")]
    [TestCase("loss=up=1,down=0.5 rate=down=20mbit", "rate 20 Mbit/s down, queue 100 ms down, loss 1 % up and 0.5 % down")]
    [TestCase("delay=50 jitter=20,fifo", "rtt 100 ms, jitter ±20 ms in order each way")]
    [TestCase("rebind=10s,every=20s nat-timeout=30s", "new port at 10 s and every 20 s, NAT forgets after 30 s")]
    [TestCase("loss=3 at=5s_heal", "loss 3 % each way, changes at 5 s")]
    public void A_path_describes_itself(string settings, string expected) =>
        LinkRun.Parse(settings).Describe().ShouldBe(expected);
}
