using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using KcpTun.IO.Linux;
using KcpTun.Primitives;

namespace KcpTun.IO;

/// <summary>The operating system's network.</summary>
/// <param name="onDriverFailure">
/// Told the name of a driver that an exception has ended, and the exception; its channel is closed by then. Without
/// it the exception ends the process.
/// </param>
/// <param name="isPortableOnly">Never use <see cref="LinuxDatagramChannel"/>.</param>
public sealed class SystemNetwork(Action<string, Exception>? onDriverFailure = null, bool isPortableOnly = false)
    : INetwork
{
    /// <summary>Environment variable; the value 1 has the effect of the constructor's flag.</summary>
    public const string PortableVariable = "KCPTUN_PORTABLE_UDP";

    /// <summary>Its C structures are those of 64-bit little-endian systems.</summary>
    [SupportedOSPlatformGuard("linux")]
    internal static bool HasLinuxChannel =>
        OperatingSystem.IsLinux() && Environment.Is64BitProcess && BitConverter.IsLittleEndian;

    public IClock Clock { get; } = new SystemClock();

    private bool IsPortable => isPortableOnly || Environment.GetEnvironmentVariable(PortableVariable) == "1";

    public bool LosesBursts => true;

    public IEntropy CreateEntropy() => new SystemEntropy();

    /// <remarks>IPv4 addresses come first, as Go prefers them for UDP. An empty host is this one.</remarks>
    public async ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Length == 0 ? [IPAddress.Loopback] : await HostNames.ResolveAsync(host, cancellation);
    }

    public IDatagramChannel OpenDatagramChannel(IPEndPoint local, DatagramSocketOptions options)
    {
        if (HasLinuxChannel && !IsPortable)
            return new LinuxDatagramChannel(local, options);
        return new SocketDatagramChannel(local, options);
    }

    /// <remarks>
    /// Linux spreads the datagrams of sockets that share a port by a hash of both addresses. All of them are bound
    /// before this returns: a peer's socket does not change while it is being served.
    /// </remarks>
    public IReadOnlyList<IDatagramChannel> OpenSharedChannels(
        IPEndPoint local, DatagramSocketOptions options, int count)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!HasLinuxChannel || IsPortable)
            return [OpenDatagramChannel(local, options)];
        var channels = new List<IDatagramChannel>(count);
        foreach (Socket socket in DatagramSocket.OpenShared(local, options, count))
            channels.Add(new LinuxDatagramChannel(socket));
        return channels;
    }

    public IStreamListener Listen(StreamEndPoint endPoint) => SocketStreamListener.Open(endPoint);

    public async ValueTask<IStreamConnection> ConnectAsync(StreamEndPoint endPoint, CancellationToken cancellation)
    {
        if (endPoint.IsUnixSocket)
        {
            var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            return await ConnectAsync(unix, UnixPath.ToEndPoint(endPoint.Host), cancellation);
        }

        IReadOnlyList<IPAddress> addresses = await ResolveAsync(endPoint.Host, cancellation);
        return await ConnectAsync(addresses, endPoint.Port, cancellation);
    }

    public void RunDriver(string name, IDatagramChannel channel, Func<Instant, Instant?> step)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(step);
        var thread = new Thread(() => Drive(name, channel, step)) { IsBackground = true, Name = name };
        thread.Start();
    }

    private void Drive(string name, IDatagramChannel channel, Func<Instant, Instant?> step)
    {
        try
        {
            using (channel)
            {
                while (step(Clock.Now) is { } deadline)
                    channel.Wait(Clock, deadline);
            }
        }
        catch (Exception e) when (onDriverFailure is not null)
        {
            onDriverFailure(name, e);
        }
    }

    internal static async ValueTask<IStreamConnection> ConnectAsync(
        IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellation)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                var tcp = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                return await ConnectAsync(tcp, new IPEndPoint(addresses[i], port), cancellation);
            }
            catch (SocketException) when (i + 1 < addresses.Count)
            {
                // The host may answer at its next address.
            }
        }
    }

    private static async ValueTask<IStreamConnection> ConnectAsync(
        Socket socket, EndPoint remote, CancellationToken cancellation)
    {
        try
        {
            await socket.ConnectAsync(remote, cancellation);
            return new SocketStreamConnection(socket, remote);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        finally
        {
            // This may be the thread that polls all sockets; whoever waits may log what has come of it and block.
            await Task.Yield();
        }
    }
}
