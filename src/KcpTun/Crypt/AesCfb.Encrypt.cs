using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using KcpTun.Primitives;

namespace KcpTun.Crypt;

/// <content>Encryption: eight packets side by side.</content>
internal sealed partial class AesCfb<TUnit>
{
    private const int Lanes = 8;

    /// <summary>One packet on its way: where it is, how many full blocks are left, what follows them.</summary>
    private struct Lane
    {
        public Vector128<byte> Keystream;
        public nuint Position;
        public int Blocks;
        public int Tail;
    }

    public void Encrypt(Span<byte> buffer, ReadOnlySpan<Slice> packets)
    {
        Span<Lane> lanes = stackalloc Lane[Lanes];
        int active = 0, next = 0;
        while (true)
        {
            while (active < Lanes && next < packets.Length)
                active += Start(buffer, packets[next++], out lanes[active]) ? 1 : 0;
            if (active == 0)
                return;

            int blocks = int.MaxValue;
            foreach (ref readonly Lane lane in lanes[..active])
                blocks = Math.Min(blocks, lane.Blocks);
            // A lane without a packet repeats the first one: it reads and writes the same bytes, at hardly any cost.
            lanes[active..].Fill(lanes[0]);
            Advance(buffer, lanes, blocks);
            active = Retire(buffer, lanes[..active]);
        }
    }

    /// <summary>Puts a packet on a lane, unless it has no full block: then it is finished here.</summary>
    private bool Start(Span<byte> buffer, Slice packet, out Lane lane)
    {
        Span<byte> bytes = buffer.Slice(packet.Offset, packet.Length);
        (int blocks, int tail) = Math.DivRem(bytes.Length, BlockSize);
        lane = new Lane
        {
            Keystream = _firstKeystream,
            Position = (nuint)packet.Offset,
            Blocks = blocks,
            Tail = tail,
        };
        if (blocks > 0)
            return true;
        ApplyTail(bytes, _firstKeystream);
        return false;
    }

    /// <summary>Finishes the packets that have no full block left and closes up the lanes.</summary>
    private static int Retire(Span<byte> buffer, Span<Lane> lanes)
    {
        int active = 0;
        foreach (ref readonly Lane lane in lanes)
        {
            if (lane.Blocks > 0)
                lanes[active++] = lane;
            else
                ApplyTail(buffer.Slice((int)lane.Position, lane.Tail), lane.Keystream);
        }

        return active;
    }

    /// <summary>Encrypts the next blocks of all lanes; every lane has at least as many.</summary>
    private void Advance(Span<byte> buffer, Span<Lane> lanes, int blocks)
    {
        ref byte start = ref MemoryMarshal.GetReference(buffer);
        nuint pa = lanes[0].Position, pb = lanes[1].Position, pc = lanes[2].Position, pd = lanes[3].Position;
        nuint pe = lanes[4].Position, pf = lanes[5].Position, pg = lanes[6].Position, ph = lanes[7].Position;
        Vector128<byte> a = lanes[0].Keystream, b = lanes[1].Keystream, c = lanes[2].Keystream;
        Vector128<byte> d = lanes[3].Keystream, e = lanes[4].Keystream, f = lanes[5].Keystream;
        Vector128<byte> g = lanes[6].Keystream, h = lanes[7].Keystream;
        nuint end = (nuint)(blocks * BlockSize);
        for (nuint i = 0; i < end; i += BlockSize)
        {
            a ^= Vector128.LoadUnsafe(ref start, pa + i);
            b ^= Vector128.LoadUnsafe(ref start, pb + i);
            c ^= Vector128.LoadUnsafe(ref start, pc + i);
            d ^= Vector128.LoadUnsafe(ref start, pd + i);
            e ^= Vector128.LoadUnsafe(ref start, pe + i);
            f ^= Vector128.LoadUnsafe(ref start, pf + i);
            g ^= Vector128.LoadUnsafe(ref start, pg + i);
            h ^= Vector128.LoadUnsafe(ref start, ph + i);
            a.StoreUnsafe(ref start, pa + i);
            b.StoreUnsafe(ref start, pb + i);
            c.StoreUnsafe(ref start, pc + i);
            d.StoreUnsafe(ref start, pd + i);
            e.StoreUnsafe(ref start, pe + i);
            f.StoreUnsafe(ref start, pf + i);
            g.StoreUnsafe(ref start, pg + i);
            h.StoreUnsafe(ref start, ph + i);
            _aes.EncryptBlocks(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        }

        (lanes[0].Keystream, lanes[1].Keystream, lanes[2].Keystream, lanes[3].Keystream) = (a, b, c, d);
        (lanes[4].Keystream, lanes[5].Keystream, lanes[6].Keystream, lanes[7].Keystream) = (e, f, g, h);
        foreach (ref Lane lane in lanes)
        {
            lane.Position += end;
            lane.Blocks -= blocks;
        }
    }
}
