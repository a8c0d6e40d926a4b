using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using KcpTun.IO;
using KcpTun.Tunnel;
using Microsoft.Extensions.Logging;

namespace KcpTun.Cli;

/// <summary>
/// <c>kcptun demo</c>: a server, a client and an echo target in one process, over real UDP on loopback. Moves random
/// data through the tunnel and back, verifies it, and prints goodput and latency.
/// </summary>
internal sealed class Demo(INetwork network, ILogger logger, TextWriter output)
{
    private const int TransferBytes = 64 * 1024 * 1024;
    private const int ChunkBytes = 256 * 1024;
    private const int Echoes = 500;
    private const int EchoBytes = 64;

    /// <summary>Runs the demonstration with the given flags on both ends.</summary>
    /// <returns>The process's exit code: 0 when every byte came back.</returns>
    public async Task<int> RunAsync(ClientOptions flags)
    {
        int udpPort = FreeUdpPort();
        using IStreamListener target = network.Listen(new StreamEndPoint("127.0.0.1", 0));
        using IStreamListener local = network.Listen(new StreamEndPoint("127.0.0.1", 0));
        using var stop = new CancellationTokenSource();
        Task echo = EchoAsync(target, stop.Token);

        ServerOptions serverFlags = ServerOptionsFor(flags) with
        {
            Listen = $"127.0.0.1:{udpPort}",
            Target = target.LocalName,
            CloseWait = 0,
            Quiet = true,
        };
        ClientOptions clientFlags = flags with
        {
            RemoteAddr = $"127.0.0.1:{udpPort}",
            LocalAddr = local.LocalName,
            CloseWait = 0,
            Quiet = true,
        };
        using var server = new ServerTunnel(TunnelContext.Create(serverFlags, network, logger));
        await server.ListenAsync(stop.Token);
        TunnelContext clientContext = TunnelContext.Create(clientFlags, network, logger);
        using var client = new ClientTunnel(clientContext, local);
        Task running = Task.WhenAll([server.RunAsync(stop.Token), client.RunAsync(stop.Token)]);

        output.WriteLine(
            $"kcptun demo: application -> {local.LocalName} -> udp 127.0.0.1:{udpPort} "
            + $"-> {target.LocalName} (echo)");
        output.WriteLine(
            $"crypt {flags.Crypt}, mode {flags.Mode}, FEC {flags.DataShard}/{flags.ParityShard}, "
            + $"windows {flags.SndWnd}/{flags.RcvWnd}, smux {flags.SmuxVer}, "
            + $"compression {(flags.NoComp ? "off" : "on")}");
        bool isIntact = await MeasureAsync(local.LocalName);
        output.WriteLine($"datagrams sent by the client: {clientContext.Snapshot().OutPkts}, "
            + $"segments retransmitted: {clientContext.Snapshot().RetransSegs}");
        stop.Cancel();
        await running;
        await echo;
        output.WriteLine(isIntact ? "ok: every byte came back as it was sent" : "FAILED: the data came back changed");
        return isIntact ? 0 : 1;
    }

    private async Task<bool> MeasureAsync(string address)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPEndPoint.Parse(address));
        await MeasureLatencyAsync(socket);
        return await MeasureTransferAsync(socket);
    }

    private async Task MeasureLatencyAsync(Socket socket)
    {
        byte[] message = new byte[EchoBytes];
        double[] milliseconds = new double[Echoes];
        for (int i = -20; i < Echoes; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await socket.SendAsync(message);
            await ReceiveExactlyAsync(socket, message);
            if (i >= 0)
                milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(milliseconds);
        output.WriteLine(
            $"latency of {EchoBytes}-byte echoes: p50 {milliseconds[Echoes / 2]:0.000} ms, "
            + $"p99 {milliseconds[Echoes * 99 / 100]:0.000} ms");
    }

    private async Task<bool> MeasureTransferAsync(Socket socket)
    {
        using var sentHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var receivedHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long start = Stopwatch.GetTimestamp();
        Task sending = SendAsync();
        byte[] buffer = new byte[ChunkBytes];
        long received = 0;
        long nextReport = TransferBytes / 4;
        while (received < TransferBytes)
        {
            int length = await socket.ReceiveAsync(buffer);
            if (length == 0)
                break;
            receivedHash.AppendData(buffer.AsSpan(0, length));
            received += length;
            if (received < nextReport)
                continue;
            output.WriteLine($"  {received >> 20} of {TransferBytes >> 20} MiB there and back");
            nextReport += TransferBytes / 4;
        }

        await sending;
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        output.WriteLine(
            $"goodput: {received / seconds / 1e6:0.0} MB/s in each direction at once "
            + $"({received >> 20} MiB there and back in {seconds:0.00} s)");
        return received == TransferBytes
            && sentHash.GetHashAndReset().AsSpan().SequenceEqual(receivedHash.GetHashAndReset());

        async Task SendAsync()
        {
            byte[] chunk = new byte[ChunkBytes];
            RandomNumberGenerator.Fill(chunk);
            for (int sent = 0; sent < TransferBytes; sent += chunk.Length)
            {
                BitConverter.TryWriteBytes(chunk, sent);
                sentHash.AppendData(chunk);
                for (int offset = 0; offset < chunk.Length;)
                    offset += await socket.SendAsync(chunk.AsMemory(offset));
            }
        }
    }

    private static async Task ReceiveExactlyAsync(Socket socket, Memory<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            int length = await socket.ReceiveAsync(buffer);
            if (length == 0)
                throw new IOException("the tunnel closed the connection");
            buffer = buffer[length..];
        }
    }

    private static async Task EchoAsync(IStreamListener target, CancellationToken stop)
    {
        try
        {
            while (true)
                _ = EchoOneAsync(await target.AcceptAsync(stop));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The demonstration is over.
        }
    }

    private static async Task EchoOneAsync(IStreamConnection connection)
    {
        using (connection)
        {
            byte[] buffer = new byte[ChunkBytes];
            try
            {
                while (await connection.ReadAsync(buffer, CancellationToken.None) is > 0 and int length)
                    await connection.WriteAsync(buffer.AsMemory(0, length), CancellationToken.None);
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                // The other side has gone; so does the echo.
            }
        }
    }

    /// <summary>The same settings for the server; its own defaults where a flag exists on one side only.</summary>
    private static ServerOptions ServerOptionsFor(ClientOptions client) => new()
    {
        Key = client.Key,
        Crypt = client.Crypt,
        Mode = client.Mode,
        Qpp = client.Qpp,
        QppCount = client.QppCount,
        Mtu = client.Mtu,
        RateLimit = client.RateLimit,
        SndWnd = client.SndWnd,
        RcvWnd = client.RcvWnd,
        DataShard = client.DataShard,
        ParityShard = client.ParityShard,
        Dscp = client.Dscp,
        NoComp = client.NoComp,
        AckNoDelay = client.AckNoDelay,
        NoDelay = client.NoDelay,
        Interval = client.Interval,
        Resend = client.Resend,
        Nc = client.Nc,
        SockBuf = client.SockBuf,
        SmuxVer = client.SmuxVer,
        SmuxBuf = client.SmuxBuf,
        FrameSize = client.FrameSize,
        StreamBuf = client.StreamBuf,
        KeepAlive = client.KeepAlive,
        TunCrypt = client.TunCrypt,
    };

    private static int FreeUdpPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
