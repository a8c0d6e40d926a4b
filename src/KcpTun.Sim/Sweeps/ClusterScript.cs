using System.Globalization;
using System.Text;
using System.Text.Json;
using KcpTun.Sim.Plans;

namespace KcpTun.Sim.Sweeps;

/// <summary>A sweep as a job for many machines.</summary>
public static class ClusterScript
{
    /// <summary>Names of the systems.</summary>
    public static IReadOnlyList<string> Systems { get; } = ["slurm", "k8s"];

    /// <param name="system">One of <see cref="Systems"/>.</param>
    /// <param name="words">The words after <c>kcptun-sim sweep</c>, without those about shards.</param>
    /// <param name="directory">Where the results go.</param>
    /// <param name="shards">How many processes.</param>
    /// <param name="version">Version of the engine.</param>
    public static string Of(
        string system, IReadOnlyList<string> words, string directory, int shards, string version) =>
        system == "slurm" ? Slurm(words, directory, shards) : Kubernetes(words, shards, version);

    /// <summary>The tasks find their shard in Slurm's own variables.</summary>
    private static string Slurm(IReadOnlyList<string> words, string directory, int shards) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"""
            #!/bin/sh
            #SBATCH --job-name=kcptun-sim
            #SBATCH --array=0-{shards - 1}
            #SBATCH --cpus-per-task=2
            # Submit it again to resume. When all is done: kcptun-sim merge {ShellWords.Quote(directory)} --out FILE
            exec kcptun-sim sweep {ShellWords.Join(words)} --jobs "$SLURM_CPUS_PER_TASK"

            """);

    /// <summary>The pods find their shard in the index of the job.</summary>
    private static string Kubernetes(IReadOnlyList<string> words, int shards, string version)
    {
        StringBuilder arguments = new();
        string count = shards.ToString(CultureInfo.InvariantCulture);
        foreach (string word in words.Prepend("sweep").Concat(["--shards", count]))
            arguments.Append(CultureInfo.InvariantCulture, $"            - {YamlText(word)}\n");
        return $"""
            # The image must hold kcptun-sim; the claim must be one that all pods can write to.
            apiVersion: batch/v1
            kind: Job
            metadata:
              name: kcptun-sim
            spec:
              completions: {count}
              parallelism: {count}
              completionMode: Indexed
              template:
                spec:
                  restartPolicy: OnFailure
                  containers:
                    - name: kcptun-sim
                      image: kcptun-sim:{version}
                      workingDir: /results
                      command: ["kcptun-sim"]
                      args:
            {arguments.ToString().TrimEnd('\n')}
                      volumeMounts:
                        - name: results
                          mountPath: /results
                  volumes:
                    - name: results
                      persistentVolumeClaim:
                        claimName: kcptun-sim-results

            """;
    }

    /// <summary>A text of JSON is one of YAML.</summary>
    private static string YamlText(string word) => $"\"{JsonEncodedText.Encode(word)}\"";
}
