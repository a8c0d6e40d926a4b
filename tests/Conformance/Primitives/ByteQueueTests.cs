using System.Buffers;
using KcpTun.Conformance.Support;
using KcpTun.Primitives;

namespace KcpTun.Conformance.Primitives;

public sealed class ByteQueueTests
{
    [Test]
    public void Keeps_order_across_blocks()
    {
        byte[] data = Vectors.Lcg(7, 300_000);
        var queue = new ByteQueue(65536);
        byte[] output = new byte[data.Length];
        int written = 0, read = 0, step = 1;
        while (read < data.Length)
        {
            written += queue.Write(data.AsSpan(written, Math.Min(data.Length - written, (step * 7919) % 9000)));
            read += queue.Read(output.AsSpan(read, Math.Min(data.Length - read, (step * 104729) % 7000)));
            step++;
        }

        output.ShouldBe(data);
        queue.Count.ShouldBe(0);
    }

    [Test]
    public void Takes_no_more_than_its_limit()
    {
        var queue = new ByteQueue(5000);
        queue.Write(new byte[4000]).ShouldBe(4000);
        queue.Write(new byte[4000]).ShouldBe(1000);
        queue.Free.ShouldBe(0);
    }

    [Test]
    public void Every_way_in_and_out_keeps_the_order_and_gives_every_block_back([Values(1, 2, 3, 4, 5)] int seed)
    {
        byte[] data = Vectors.Lcg((uint)seed, 2_000_000);
        var pool = new CountingPool();
        var queue = new ByteQueue(int.MaxValue, pool);
        var random = new Random(seed);
        byte[] output = new byte[data.Length];
        int written = 0, read = 0;
        while (read < data.Length)
        {
            int length = Math.Min(data.Length - written, random.Next(100_000));
            if (random.Next(2) == 0)
            {
                queue.Write(data.AsSpan(written, length));
            }
            else
            {
                byte[] rented = pool.Rent(length + random.Next(2 * length + 1));
                data.AsSpan(written, length).CopyTo(rented);
                queue.Append(rented, length);
            }

            written += length;
            queue.Count.ShouldBe(written - read);
            if (random.Next(2) == 0)
            {
                read += queue.Read(output.AsSpan(read, Math.Min(data.Length - read, random.Next(100_000))));
            }
            else if (queue.Take() is { Array: { } array } taken)
            {
                taken.CopyTo(output, read);
                read += taken.Count;
                pool.Return(array);
            }
        }

        output.ShouldBe(data, $"seed {seed}");
        queue.Take().Array.ShouldBeNull();
        pool.Rented.ShouldBe(0);
    }

    [Test]
    public void What_is_taken_is_not_touched_by_what_comes_after()
    {
        var pool = new CountingPool();
        var queue = new ByteQueue(int.MaxValue, pool);
        queue.Write("before"u8);
        ArraySegment<byte> taken = queue.Take();
        queue.Write("behind"u8);
        taken.AsSpan().SequenceEqual("before"u8).ShouldBeTrue();
        queue.Clear();
        queue.Count.ShouldBe(0);
        pool.Rented.ShouldBe(1);
    }

    [Test]
    public void A_handed_over_array_is_taken_without_a_copy_unless_it_is_mostly_empty()
    {
        var pool = new CountingPool();
        var queue = new ByteQueue(int.MaxValue, pool);
        byte[] full = pool.Rent(4096);
        byte[] empty = pool.Rent(4096);
        queue.Append(full, 4000);
        queue.Append(empty, 96);
        pool.Rented.ShouldBe(2);
        ArraySegment<byte> taken = queue.Take();
        taken.Array.ShouldBeSameAs(full);
        taken.Count.ShouldBe(4000);
        queue.Take().Count.ShouldBe(96);
    }

    private sealed class CountingPool : ArrayPool<byte>
    {
        public int Rented { get; private set; }

        public override byte[] Rent(int minimumLength)
        {
            Rented++;
            return new byte[minimumLength];
        }

        public override void Return(byte[] array, bool clearArray = false) => Rented--;
    }
}
