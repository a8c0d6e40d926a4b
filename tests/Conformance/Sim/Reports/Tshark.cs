using System.ComponentModel;
using System.Diagnostics;
using KcpTun.Sim.Reports;
using KcpTun.Sim.Running;

namespace KcpTun.Conformance.Sim.Reports;

/// <summary>Runs Wireshark's command line over a capture, with the dissector.</summary>
internal static class Tshark
{
    /// <summary>Captures what <paramref name="play"/> does, and prints the fields of every packet.</summary>
    /// <returns>One line a packet; the values of one field separated by commas, the fields by tabs.</returns>
    public static string[] Fields(Action<WireScript> play, string filter, params string[] fields) =>
        FieldsOf(observer => play(new WireScript(observer)), filter, fields);

    /// <summary>The same of what <paramref name="run"/> shows to an observer.</summary>
    public static string[] FieldsOf(Action<IWireObserver> run, string filter, params string[] fields)
    {
        string folder = Directory.CreateTempSubdirectory("kcptun-sim-").FullName;
        try
        {
            string path = Path.Combine(folder, "capture.pcapng");
            using (var observer = new PcapngObserver(File.Create(path), "test", "kcptun-sim", "a path"))
                run(observer);
            string script = LuaDissector.WriteBeside(path);
            return Run(
            [
                "-r", path, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE",
                "-o", "tcp.relative_sequence_numbers:FALSE", "-X", $"lua_script:{script}", "-2", "-Y", filter,
                "-T", "fields",
                .. fields.SelectMany(field => new[] { "-e", field }),
            ]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string[] Run(string[] arguments)
    {
        var start = new ProcessStartInfo("tshark", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            process.ExitCode.ShouldBe(0, errors.Result);
            errors.Result.ShouldNotContain("Lua", Case.Insensitive);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Win32Exception) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Inconclusive("tshark is not installed, so that nothing has tested the dissector.");
            throw;
        }
    }
}
