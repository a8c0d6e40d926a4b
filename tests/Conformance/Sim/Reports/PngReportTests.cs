using System.Buffers.Binary;
using KcpTun.Sim.Reports;

namespace KcpTun.Conformance.Sim.Reports;

public sealed class PngReportTests
{
    private static readonly byte[] s_signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private static IEnumerable<TestCaseData> Models()
    {
        ReportModel model = SampleReport.Model();
        yield return new TestCaseData(model).SetArgDisplayNames("everything");
        yield return new TestCaseData(model with { Sweep = null }).SetArgDisplayNames("variants");
        yield return new TestCaseData(model with { Variants = [] }).SetArgDisplayNames("sweep");
        yield return new TestCaseData(model with { Variants = [], Sweep = SampleReport.Sweep(["loss, %"]) })
            .SetArgDisplayNames("sweep of one option");
        yield return new TestCaseData(model with { Sweep = SampleReport.Sweep(["loss, %", "rtt, ms", "fec"]) })
            .SetArgDisplayNames("sweep of three options");
    }

    [TestCaseSource(nameof(Models))]
    public void A_picture_has_its_size_and_is_not_blank(ReportModel model)
    {
        byte[] png = PngReport.Render(model);

        png.AsSpan(0, 8).SequenceEqual(s_signature).ShouldBeTrue();
        BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)).ShouldBe(1600);
        BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)).ShouldBe(900);
        png.Length.ShouldBeGreaterThan(20_000);
    }
}
