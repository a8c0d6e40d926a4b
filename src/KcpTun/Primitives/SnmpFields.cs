namespace KcpTun.Primitives;

/// <summary>One counter under kcp-go's name.</summary>
internal readonly record struct SnmpField(string Name, Func<SnmpCounters, long> Read);

/// <summary>
/// The counters in the two orders and under the two sets of names that kcptun prints them (OPTIONS §4).
/// </summary>
internal static class SnmpFields
{
    private static readonly SnmpField[] s_common =
    [
        new("BytesSent", c => c.BytesSent),
        new("BytesReceived", c => c.BytesReceived),
        new("MaxConn", c => c.MaxConn),
        new("ActiveOpens", c => c.ActiveOpens),
        new("PassiveOpens", c => c.PassiveOpens),
        new("CurrEstab", c => c.CurrEstab),
        new("InErrs", c => c.InErrs),
        new("InCsumErrors", c => c.InCsumErrors),
        new("KCPInErrors", c => c.KcpInErrors),
        new("InPkts", c => c.InPkts),
        new("OutPkts", c => c.OutPkts),
        new("InSegs", c => c.InSegs),
        new("OutSegs", c => c.OutSegs),
        new("InBytes", c => c.InBytes),
        new("OutBytes", c => c.OutBytes),
        new("RetransSegs", c => c.RetransSegs),
        new("FastRetransSegs", c => c.FastRetransSegs),
        new("EarlyRetransSegs", c => c.EarlyRetransSegs),
        new("LostSegs", c => c.LostSegs),
        new("RepeatSegs", c => c.RepeatSegs),
    ];

    private static readonly SnmpField[] s_gauges =
    [
        new("FECShardSet", c => c.FecShardSet),
        new("FECShardMin", c => c.FecShardMin),
        new("RingBufferSndQueue", c => c.RingBufferSndQueue),
        new("RingBufferRcvQueue", c => c.RingBufferRcvQueue),
        new("RingBufferSndBuffer", c => c.RingBufferSndBuffer),
        new("OOBPackets", c => c.OobPackets),
    ];

    /// <summary>The columns of the CSV file, after <c>Unix</c>.</summary>
    public static IReadOnlyList<SnmpField> Columns { get; } =
    [
        .. s_common,
        new("FECFullShards", c => c.FecFullShardSet),
        new("FECParityShards", c => c.FecParityShards),
        new("FECErrs", c => c.FecErrs),
        new("FECRecovered", c => c.FecRecovered),
        .. s_gauges,
    ];

    /// <summary>The fields of the SIGUSR1 line: the order and names of the structure in Go.</summary>
    public static IReadOnlyList<SnmpField> Structure { get; } =
    [
        .. s_common,
        new("FECFullShardSet", c => c.FecFullShardSet),
        new("FECRecovered", c => c.FecRecovered),
        new("FECErrs", c => c.FecErrs),
        new("FECParityShards", c => c.FecParityShards),
        .. s_gauges,
    ];

    /// <summary>The counter that the CSV file or the SIGUSR1 line calls <paramref name="name"/>, or null.</summary>
    public static SnmpField? Find(string name)
    {
        foreach (SnmpField field in Columns.Concat(Structure))
        {
            if (field.Name == name)
                return field;
        }

        return null;
    }

    /// <summary>The line logged on SIGUSR1.</summary>
    public static string Dump(SnmpCounters counters) =>
        $"KCP SNMP:&{{{string.Join(' ', Structure.Select(field => $"{field.Name}:{field.Read(counters)}"))}}}";
}
