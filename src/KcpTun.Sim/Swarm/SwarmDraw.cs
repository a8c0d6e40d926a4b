using System.Globalization;
using KcpTun.Sim.Engine;

namespace KcpTun.Sim.Swarm;

/// <summary>
/// Draws a case from a seed. Every family of options and of faults is on or off by lot (swarm testing, Groce et al.
/// 2012): all of them at once would hide what only a few of them show.
/// </summary>
public sealed class SwarmDraw
{
    private static readonly string[] s_ciphers =
    [
        "aes", "aes-128", "aes-192", "aes-128-gcm", "none", "null", "salsa20", "xor", "tea", "xtea", "sm4", "blowfish",
        "twofish", "cast5", "3des",
    ];

    private static readonly string[] s_damages = ["bitflip", "havoc", "truncate"];
    private static readonly string[] s_ends = ["client", "server"];
    private static readonly string[] s_modes = ["normal", "fast", "fast2", "fast3", "default"];

    private readonly RandomStream _chance;
    private readonly List<SwarmItem> _items = [];
    private long _draws;

    private SwarmDraw(ulong seed) => _chance = new RandomStream(seed, "swarm");

    /// <summary>The case of a seed.</summary>
    public static SwarmCase Draw(ulong seed)
    {
        var draw = new SwarmDraw(seed);
        draw.Shared();
        draw.End("client");
        draw.End("server");
        draw.Path();
        draw.Hosts();
        draw.Flows();
        return new SwarmCase(seed, draw._items);
    }

    private void Shared()
    {
        if (OneIn(2))
            Add("both.crypt", s_ciphers[Below(s_ciphers.Length)]);
        if (OneIn(3))
            Add("both.smuxver", "1");
        if (OneIn(3))
            Add("both.nocomp", "true");
        if (OneIn(10))
            Add("both.QPP", "true");
        if (OneIn(10))
            Add("both.tuncrypt", "true");
        if (OneIn(4))
            Add("client.conn", Between(2, 4));
        if (OneIn(12))
            Add("client.autoexpire", Between(1, 5));
    }

    private void End(string end)
    {
        Mode(end);
        if (OneIn(3))
            Add($"{end}.mtu", Between(300, 1500));
        if (OneIn(2))
            Add($"{end}.sndwnd", Scaled(4, 2048));
        if (OneIn(2))
            Add($"{end}.rcvwnd", Scaled(16, 2048));
        Fec(end);
        if (OneIn(4))
            Add($"{end}.acknodelay", "true");
        if (OneIn(4))
            Add($"{end}.framesize", Scaled(64, 65000));
        if (OneIn(4))
            Add($"{end}.streambuf", Scaled(4096, 1 << 21));
        if (OneIn(4))
            Add($"{end}.keepalive", Between(3, 25));
        if (OneIn(6))
            Add($"{end}.ratelimit", Scaled(50_000, 5_000_000));
    }

    private void Mode(string end)
    {
        if (OneIn(3))
            return;
        if (!OneIn(3))
        {
            Add($"{end}.mode", s_modes[Below(s_modes.Length)]);
            return;
        }

        Add($"{end}.mode", "manual");
        Add($"{end}.nodelay", Between(0, 1));
        Add($"{end}.interval", Between(10, 200));
        Add($"{end}.resend", Between(0, 4));
        Add($"{end}.nc", Between(0, 1));
    }

    private void Fec(string end)
    {
        if (OneIn(2))
            return;
        bool isOff = OneIn(3);
        Add($"{end}.datashard", isOff ? "0" : Between(1, 20));
        Add($"{end}.parityshard", isOff ? "0" : Between(1, 10));
    }

    private void Path()
    {
        long rtt = Scaled(2, 400);
        Add("link.rtt", $"{Number(rtt)}ms");
        if (OneIn(2))
            Add("link.loss", Between(1, 40));
        if (OneIn(4))
            Add("link.burst-loss", $"{Between(1, 20)},burst={Between(2, 12)}");
        if (OneIn(6))
            Add("link.fade", $"good={Between(500, 3000)}ms,bad={Between(20, 500)}ms,loss={Between(50, 100)}");
        if (OneIn(3))
            Add("link.jitter", $"{Between(1, (int)Math.Min(60, rtt / 2))}ms");
        if (OneIn(4))
            Add("link.reorder", Between(1, 30));
        if (OneIn(4))
            Add("link.dup", Between(1, 20));
        // Without a checksum damage goes through to the applications; that is what "null" means.
        if (OneIn(4) && !_items.Contains(new SwarmItem("both.crypt", "null")))
            Add("link.corrupt", $"{Between(1, 10)},{s_damages[Below(s_damages.Length)]}");
        if (OneIn(3))
            Bottleneck();
        if (OneIn(5))
            Add("link.blackout", $"at={Between(0, 4000)}ms,for={Between(100, 3000)}ms");
        if (OneIn(16))
            Add("link.rebind", $"{Between(200, 5000)}ms");
        if (OneIn(20))
            Add("link.mtu", Between(200, 1500));
        string heal = Between(3, 7);
        Add("link.at", $"{heal}s heal");
        Add("host.heal", heal);
    }

    private void Bottleneck()
    {
        Add("link.rate", $"{Scaled(500, 20_000)}kbit");
        Add("link.queue", OneIn(2) ? $"{Between(10, 400)}ms" : $"{Between(5, 300)}p");
        if (OneIn(3))
            Add("link.aqm", "codel");
        if (OneIn(5))
            Add("link.police", $"{Scaled(500, 20_000)}kbit,burst={Between(4, 64)}KiB");
    }

    private void Hosts()
    {
        foreach (string end in s_ends)
        {
            // Shortly before KCP's 32-bit milliseconds wrap, or the 31-bit differences do.
            if (OneIn(3))
                Add($"host.{end}.phase-ms", (OneIn(2) ? 0xFFFF_FFFF : 0x7FFF_FFFFL) - Below(8000));
            if (OneIn(5))
                Add($"host.{end}.drift-ppm", Below(401) - 200L);
            if (OneIn(4))
                Add($"host.{end}.read", Scaled(1, 4000));
            if (OneIn(5))
                Add($"host.{end}.full", Between(1, 30));
        }

        if (OneIn(2))
            Add("host.ties", "1");
        if (OneIn(4))
            Add("host.garbage", Between(1, 100));
    }

    private void Flows()
    {
        int count = 1 + Below(4);
        for (int i = 0; i < count; i++)
        {
            Add("flow", Below(5) switch
            {
                0 or 1 => $"bulk:{Scaled(1, 300_000)}B,{(OneIn(2) ? "up" : "down")}",
                2 => $"echo:{Scaled(1, 4000)}B,n={Between(5, 60)},every={Between(10, 120)}ms",
                3 => $"game:{Between(10, 60)}hz,{Between(20, 200)}B/{Between(20, 400)}B,{Between(1, 4)}s",
                _ => $"short:{Between(3, 20)}x{Scaled(1, 20_000)}B,every={Between(1, 300)}ms",
            });
        }
    }

    private void Add(string key, string value) => _items.Add(new SwarmItem(key, value));

    private void Add(string key, long value) => Add(key, Number(value));

    private bool OneIn(int n) => Below(n) == 0;

    private int Below(int bound) => (int)_chance.At(_draws++, bound);

    private string Between(int first, int last) => Number(first + Below(last - first + 1));

    /// <summary>Every octave is as likely as the next.</summary>
    private long Scaled(long first, long last)
    {
        int octaves = 0;
        while (first << (octaves + 1) <= last)
            octaves++;
        long low = first << Below(octaves + 1);
        return Math.Min(last, low + _chance.At(_draws++, low));
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
