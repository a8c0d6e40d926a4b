using KcpTun.Cli.Diagnostics;
using KcpTun.Conformance.Cli.Support;
using KcpTun.Primitives;
using KcpTun.Settings;
using Microsoft.Extensions.Logging;

namespace KcpTun.Conformance.Cli;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SnmpTests
{
    private const string Header =
        "Unix,BytesSent,BytesReceived,MaxConn,ActiveOpens,PassiveOpens,CurrEstab,InErrs,InCsumErrors,KCPInErrors,"
        + "InPkts,OutPkts,InSegs,OutSegs,InBytes,OutBytes,RetransSegs,FastRetransSegs,EarlyRetransSegs,LostSegs,"
        + "RepeatSegs,FECFullShards,FECParityShards,FECErrs,FECRecovered,FECShardSet,FECShardMin,RingBufferSndQueue,"
        + "RingBufferRcvQueue,RingBufferSndBuffer,OOBPackets";

    private static readonly DateTimeOffset s_start = new(2026, 3, 14, 23, 59, 50, TimeSpan.Zero);

    private readonly CollectedLines _log = new();
    private readonly ManualTime _time = new(s_start, TimeSpan.FromHours(2));
    private string _directory = "";

    [SetUp]
    public void CreateDirectory() => _directory = Directory.CreateTempSubdirectory("kcptun-snmp-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void The_dump_has_the_names_and_order_of_the_structure_in_Go() =>
        SnmpFields.Dump(Numbered()).ShouldBe(
            "KCP SNMP:&{BytesSent:1 BytesReceived:2 MaxConn:3 ActiveOpens:4 PassiveOpens:5 CurrEstab:6 InErrs:7 "
            + "InCsumErrors:8 KCPInErrors:9 InPkts:10 OutPkts:11 InSegs:12 OutSegs:13 InBytes:14 OutBytes:15 "
            + "RetransSegs:16 FastRetransSegs:17 EarlyRetransSegs:18 LostSegs:19 RepeatSegs:20 FECFullShardSet:21 "
            + "FECRecovered:22 FECErrs:23 FECParityShards:24 FECShardSet:25 FECShardMin:26 RingBufferSndQueue:27 "
            + "RingBufferRcvQueue:28 RingBufferSndBuffer:29 OOBPackets:30}");

    [Test]
    public void A_record_has_the_columns_of_kcptun_under_one_header()
    {
        SnmpLogger logger = Logger("snmp-20060102.log");
        logger.WriteRecord();
        logger.WriteRecord();
        long unix = s_start.ToUnixTimeSeconds();
        string record = $"{unix},1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,24,23,22,25,26,27,28,29,30";
        File.ReadAllText(Path.Combine(_directory, "snmp-20260315.log")).ShouldBe($"{Header}\n{record}\n{record}\n");
    }

    [Test]
    public void An_empty_file_gets_a_header_and_any_other_none()
    {
        File.WriteAllText(Path.Combine(_directory, "a.csv"), "");
        File.WriteAllText(Path.Combine(_directory, "b.csv"), "x\n");
        Logger("a.csv").WriteRecord();
        Logger("b.csv").WriteRecord();
        File.ReadAllText(Path.Combine(_directory, "a.csv")).ShouldStartWith("Unix,");
        File.ReadAllText(Path.Combine(_directory, "b.csv")).ShouldStartWith($"x\n{s_start.ToUnixTimeSeconds()},");
    }

    [Test]
    public void The_layout_applies_to_the_file_name_only() =>
        new SnmpLogger("/var/2006/01/x-15", 1, Numbered, _time, NoLogger())
            .FileFor(s_start).ShouldBe("/var/2006/01/x-23");

    [Test]
    public async Task A_record_is_written_after_every_full_period_until_cancelled()
    {
        using CancellationTokenSource cancellation = new();
        Task run = Logger("x.csv").RunAsync(cancellation.Token);
        string path = Path.Combine(_directory, "x.csv");
        _time.Advance(TimeSpan.FromSeconds(59));
        File.Exists(path).ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));
        (await LinesWhenWaitingAsync(path)).Length.ShouldBe(2);
        _time.Advance(TimeSpan.FromSeconds(60));
        (await LinesWhenWaitingAsync(path)).Length.ShouldBe(3);
        await cancellation.CancelAsync();
        await run;
        File.ReadAllLines(path).Length.ShouldBe(3);
    }

    [Test]
    public void A_file_that_cannot_be_written_is_told_and_tried_again()
    {
        string missing = Path.Combine(_directory, "missing");
        using LoggerFactory factory = Factory();
        SnmpLogger logger = new(
            Path.Combine(missing, "x.csv"), 60, Numbered, _time, factory.CreateLogger("snmp"));
        logger.WriteRecord();
        _log.Messages.ShouldBe([$"snmp logger: open {missing}/x.csv: no such file or directory"]);
        Directory.CreateDirectory(missing);
        logger.WriteRecord();
        File.ReadAllLines(Path.Combine(missing, "x.csv")).Length.ShouldBe(2);
    }

    [Test]
    public async Task A_missing_folder_is_told_at_once()
    {
        using CancellationTokenSource cancellation = new();
        using LoggerFactory factory = Factory();
        string missing = Path.Combine(_directory, "missing");
        SnmpLogger logger = new(Path.Combine(missing, "x.csv"), 60, Numbered, _time, factory.CreateLogger("snmp"));
        Task run = logger.RunAsync(cancellation.Token);
        _log.Messages.ShouldBe([$"snmp logger: open {missing}/x.csv: no such file or directory"]);
        await cancellation.CancelAsync();
        await run;
    }

    [Test]
    public void The_longest_period_can_be_waited_for()
    {
        using CancellationTokenSource cancellation = new();
        SnmpLogger logger = new("x", int.MaxValue, Numbered, TimeProvider.System, NoLogger());
        Task run = logger.RunAsync(cancellation.Token);
        run.IsFaulted.ShouldBeFalse();
        cancellation.Cancel();
        run.Wait(TimeSpan.FromSeconds(10)).ShouldBeTrue();
    }

    private async Task<string[]> LinesWhenWaitingAsync(string path)
    {
        // The continuation after a delay may run on another thread; it is done when the next delay waits.
        await _time.WaitForTimersAsync(1);
        return await File.ReadAllLinesAsync(path);
    }

    private SnmpLogger Logger(string name) =>
        new(Path.Combine(_directory, name), 60, Numbered, _time, NoLogger());

    private static Microsoft.Extensions.Logging.Abstractions.NullLogger NoLogger() =>
        Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    private LoggerFactory Factory() =>
        new([new KcpTun.Cli.Logging.LineLoggerProvider(KcpTun.Settings.LogFormat.Go, _time, _log)]);

    private static SnmpCounters Numbered() => new()
    {
        BytesSent = 1,
        BytesReceived = 2,
        MaxConn = 3,
        ActiveOpens = 4,
        PassiveOpens = 5,
        CurrEstab = 6,
        InErrs = 7,
        InCsumErrors = 8,
        KcpInErrors = 9,
        InPkts = 10,
        OutPkts = 11,
        InSegs = 12,
        OutSegs = 13,
        InBytes = 14,
        OutBytes = 15,
        RetransSegs = 16,
        FastRetransSegs = 17,
        EarlyRetransSegs = 18,
        LostSegs = 19,
        RepeatSegs = 20,
        FecFullShardSet = 21,
        FecRecovered = 22,
        FecErrs = 23,
        FecParityShards = 24,
        FecShardSet = 25,
        FecShardMin = 26,
        RingBufferSndQueue = 27,
        RingBufferRcvQueue = 28,
        RingBufferSndBuffer = 29,
        OobPackets = 30,
    };
}
