using KcpTun.Sim.Cli;

namespace KcpTun.Conformance.Sim.Cli;

/// <summary>What is wrong is said in one line, and nothing runs.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class BadInputTests
{
    [TestCase("--loss 120", "--loss")]
    [TestCase("--loss -1", "--loss")]
    [TestCase("--delay -5ms", "--delay")]
    [TestCase("--rtt 5lightyears", "--rtt")]
    [TestCase("--rate 20", "--rate")]
    [TestCase("--net lte --at nonsense", "--at")]
    [TestCase("--rtt 100 --delay 20", "--delay")]
    [TestCase("--net nowhere", "nowhere")]
    [TestCase("--loss 1 --loss 2", "--loss")]
    [TestCase("--lss 30", "--lss: no such option; did you mean --loss?")]
    [TestCase("rnu", "rnu: no such command; did you mean run?")]
    [TestCase("run 30", "30: no such argument")]
    [TestCase("--mode fats", "--mode fats: no such mode; did you mean fast")]
    [TestCase("--mode fast,fast", "fast is given twice")]
    [TestCase("--fec 10", "--fec 10: write data/parity shards")]
    [TestCase("--fec 10/0", "--fec 10/0: write data/parity shards")]
    [TestCase("--fec 200/100", "at most 256 shards")]
    [TestCase("--fec 10/3 --parityshard 2", "--fec and --parityshard say the same thing")]
    [TestCase("--interval 20", "--interval counts in mode manual only")]
    [TestCase("--workload bluk:8MiB", "bluk")]
    [TestCase("--seed -1", "--seed -1: write a whole number")]
    [TestCase("--seed 18446744073709551615", "too large for 3 seeds")]
    [TestCase("--seeds 0", "--seeds 0: write a whole number from 1")]
    [TestCase("--seeds 3 --seeds 4", "--seeds: given more than once")]
    [TestCase("--jobs 0", "--jobs 0: write a whole number from 1 to 1024")]
    [TestCase("--limit 0s", "--limit 0s: write a time")]
    [TestCase("--sndwnd many", "client: ")]
    [TestCase("--client '--listen :1'", "it is a flag of the server")]
    [TestCase("--client 'sndwnd 5'", "--client sndwnd 5: write flags")]
    [TestCase("--server '--key \"open'", "a quote is not closed")]
    [TestCase("--server", "--server")]
    [TestCase("--json - --csv -", "only one of them")]
    [TestCase("list fishes", "list fishes: no such list")]
    [TestCase("list", "list: say what")]
    [TestCase("replay /nowhere/at/all", "/nowhere/at/all: no such file or directory")]
    [TestCase("hash --verify /nowhere/at/all", "no such file or directory")]
    [TestCase("merge /nowhere/at/all", "no results of a sweep")]
    [TestCase("sweep --loss 0,10", "--out is missing")]
    [TestCase("sweep --loss 40..0:5 --out x", "--loss 40..0:5: 40..0:5: the range is empty")]
    [TestCase("sweep --loss 0..40 --out x", "a range needs a step")]
    [TestCase("sweep --loss 0..40:0 --out x", "the step must be more than 0")]
    [TestCase("sweep --rtt 0ms..40ms*2 --out x", "a geometric range begins above 0")]
    [TestCase("sweep --rtt 10ms..1s*2 --out x", "the units differ")]
    [TestCase("sweep --loss 1,,2 --out x", "an empty value")]
    [TestCase("sweep --loss 1,1 --out x", "a value occurs twice")]
    [TestCase("sweep --loss 0,101 --out x", "--loss")]
    [TestCase("sweep --sndwnd 1..100000:1 --out x", "more than 10000 values")]
    [TestCase("sweep --loss 0..50:0.01 --rtt 1..500:1 --out x", "more than 1000000 cells")]
    [TestCase("sweep --loss 0,1 --baseline mode --out x", "--baseline mode: write axis=value")]
    [TestCase("sweep --loss 0,1 --baseline loss=2 --out x", "the values of loss are 0, 1")]
    [TestCase("sweep --loss 0,1 --assert 'speed > 1' --out x", "no metric speed")]
    [TestCase("sweep --loss 0,1 --assert 'goodput > 1' --out x", "compared with a rate")]
    [TestCase("sweep --loss 0,1 --assert 'goodput.p7 > 1mbit' --out x", "no p7")]
    [TestCase("sweep --loss 0,1 --assert 'goodput' --out x", "write METRIC < VALUE")]
    [TestCase("sweep --loss 0,1 --shard 0/4 --out x", "--shard 0/4: write i/n, counted from 1")]
    [TestCase("sweep --loss 0,1 --shards 4 --out x", "say which one")]
    [TestCase("sweep --loss 0,1 --emit pbs --out x", "use one of slurm, k8s")]
    [TestCase("--loss 1 --html -", "--html -: write the name of a file")]
    [TestCase("--loss 1 --record x", "--record x: holds one run, but these are 48")]
    [TestCase("sweep --loss 0,1 --out x --png -", "--png -: write the name of a file")]
    [TestCase("swarm --seeds many", "--seeds many: write a whole number")]
    [TestCase("swarm --seed x", "--seed x: write a whole number")]
    [TestCase("swarm --budget soon", "--budget soon: write a time")]
    [TestCase("swarm --check-determinism 101", "--check-determinism 101: write a whole number from 0 to 100")]
    [TestCase("swarm --case nonsense", "--case nonsense: write items")]
    [TestCase("swarm --case link.loss=200", "--loss")]
    [TestCase("swarm --sedes 4", "--sedes: no such option; did you mean --seeds?")]
    [TestCase("relay --to 127.0.0.1:1", "--listen is missing")]
    [TestCase("relay --listen 127.0.0.1 --to 127.0.0.1:1", "--listen 127.0.0.1: write an address and a port")]
    [TestCase("relay --listen :0 --to 127.0.0.1:1 --loss 200", "--loss")]
    [TestCase("relay --listen :0 --to 127.0.0.1:1 --seconds never", "--seconds never: write a time")]
    [TestCase("conform --sutt core", "--sutt: no such option; did you mean --sut?")]
    [TestCase("conform a.kpt --jsn=a.json", "--jsn=a.json: no such option; did you mean --json?")]
    [TestCase("conform --json - --markdown -", "--json - and --markdown -: only one of them can have standard output")]
    [TestCase("replay --jbs 2 a.json", "--jbs: no such option; did you mean --jobs?")]
    public void Is_refused_in_one_line(string line, string words)
    {
        SimShell shell = new();

        shell.Run(line).ShouldBe(ExitCodes.Usage);

        shell.Lines.ShouldHaveSingleItem().ShouldContain(words);
        shell.Lines[0].ShouldStartWith("kcptun-sim: ");
        shell.Output.ToString().ShouldBeEmpty();
        shell.Runs.ShouldBe(0);
    }
}
