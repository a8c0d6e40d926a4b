using KcpTun.Primitives;

namespace KcpTun.Conformance.Primitives;

/// <summary>Counters by the names that kcptun prints.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SnmpFieldsTests
{
    [Test]
    public void A_counter_is_found_by_its_name_in_the_file_and_in_the_line()
    {
        SnmpCounters counters = new() { InErrs = 3, FecErrs = 5 };
        SnmpFields.Find("InErrs")!.Value.Read(counters).ShouldBe(3);
        foreach (SnmpField field in SnmpFields.Columns.Concat(SnmpFields.Structure))
            SnmpFields.Find(field.Name).ShouldNotBeNull().Name.ShouldBe(field.Name);
    }

    [TestCase("")]
    [TestCase("inerrs")]
    public void A_name_that_is_none_finds_nothing(string name) => SnmpFields.Find(name).ShouldBeNull();
}
