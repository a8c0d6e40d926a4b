namespace KcpTun.Primitives;

/// <summary>
/// kcp-go's counters (OPTIONS §4). One instance per driver, written by its thread only; readers add the instances up
/// and may see values that are a moment old.
/// </summary>
public sealed class SnmpCounters
{
    /// <summary>Bytes handed to KCP by the layer above.</summary>
    public long BytesSent { get; set; }

    /// <summary>Bytes that KCP handed to the layer above.</summary>
    public long BytesReceived { get; set; }
    public long MaxConn { get; set; }
    public long ActiveOpens { get; set; }
    public long PassiveOpens { get; set; }
    public long CurrEstab { get; set; }
    public long InErrs { get; set; }
    public long InCsumErrors { get; set; }
    public long KcpInErrors { get; set; }
    public long InPkts { get; set; }
    public long OutPkts { get; set; }
    public long InSegs { get; set; }
    public long OutSegs { get; set; }

    /// <summary>Bytes received, envelope excluded.</summary>
    public long InBytes { get; set; }

    /// <summary>Bytes of sealed datagrams sent.</summary>
    public long OutBytes { get; set; }
    public long RetransSegs { get; set; }
    public long FastRetransSegs { get; set; }
    public long EarlyRetransSegs { get; set; }
    public long LostSegs { get; set; }
    public long RepeatSegs { get; set; }
    public long FecFullShardSet { get; set; }
    public long FecRecovered { get; set; }
    public long FecErrs { get; set; }
    public long FecParityShards { get; set; }
    public long FecShardSet { get; set; }
    public long FecShardMin { get; set; }
    public long RingBufferSndQueue { get; set; }
    public long RingBufferRcvQueue { get; set; }
    public long RingBufferSndBuffer { get; set; }
    public long OobPackets { get; set; }

    /// <summary>Recovered packets with nothing in them that had not come before (not one of kcp-go's).</summary>
    public long FecUseless { get; set; }

    /// <summary>
    /// Adds another instance: counters and levels sum up, the gauges of single sessions are replaced.
    /// </summary>
    public void Add(SnmpCounters other)
    {
        ArgumentNullException.ThrowIfNull(other);
        BytesSent += other.BytesSent;
        BytesReceived += other.BytesReceived;
        ActiveOpens += other.ActiveOpens;
        PassiveOpens += other.PassiveOpens;
        CurrEstab += other.CurrEstab;
        InErrs += other.InErrs;
        InCsumErrors += other.InCsumErrors;
        KcpInErrors += other.KcpInErrors;
        InPkts += other.InPkts;
        OutPkts += other.OutPkts;
        InSegs += other.InSegs;
        OutSegs += other.OutSegs;
        InBytes += other.InBytes;
        OutBytes += other.OutBytes;
        RetransSegs += other.RetransSegs;
        FastRetransSegs += other.FastRetransSegs;
        EarlyRetransSegs += other.EarlyRetransSegs;
        LostSegs += other.LostSegs;
        RepeatSegs += other.RepeatSegs;
        FecFullShardSet += other.FecFullShardSet;
        FecRecovered += other.FecRecovered;
        FecErrs += other.FecErrs;
        FecParityShards += other.FecParityShards;
        OobPackets += other.OobPackets;
        FecUseless += other.FecUseless;
        MaxConn += other.MaxConn;
        FecShardSet = other.FecShardSet;
        FecShardMin = other.FecShardMin;
        RingBufferSndQueue = other.RingBufferSndQueue;
        RingBufferRcvQueue = other.RingBufferRcvQueue;
        RingBufferSndBuffer = other.RingBufferSndBuffer;
    }
}
